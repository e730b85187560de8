//! Carrying: a client of a home that another node owns is signed in here, and its stanzas go there.

use std::sync::Arc;
use std::time::Duration;

use everpresent_link::Duplex;
use everpresent_link::carry::{
    Bind, Enabled as CarriedEnabled, Ending, Line as CarriedLine, ToCarrier, ToOwner,
};
use everpresent_session::row::Row;
use everpresent_stanza::{BareJid, Frame};
use everpresent_stream::bind::{BindError, BindRequest, Bound};
use everpresent_stream::management::{Enable, Enabled};
use everpresent_stream::sasl2::UserAgent;
use tokio::time::timeout;

use super::carried::CarriedWire;
use super::connection::Holder;
use super::established;
use super::wire::{Wire, WireEvent};
use crate::home::{Home, Line};
use crate::lifecycle::resume::NotResumed;
use crate::node::Node;
use crate::seat::ServedBy;
use crate::signin;

/// While more than this waits for the client, nothing further is taken from its owner.
const OUTPUT_LOW_BYTES: usize = 64 * 1024;
/// How long the owner may take to answer a sign-in.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a carried client is held while its home is being taken over here. Its carrier waits longer than that.
const HOLD_CARRIED: Duration = Duration::from_secs(10);

/// The way to the owner of a client's home.
pub type Way = Duplex<ToOwner, ToCarrier>;

/// Asks the owner for something and waits for the answer; nothing if it has none.
pub(super) async fn ask(way: &mut Way, question: ToOwner) -> Option<ToCarrier> {
    way.sender.send(question).await.ok()?;
    timeout(ANSWER_TIMEOUT, way.receiver.recv()).await.ok()?
}

/// A bind as it is sent to the owner.
pub(super) fn to_owner(request: &BindRequest) -> ToOwner {
    ToOwner::Bind(Box::new(Bind {
        jid: request.jid.clone(),
        user_agent: request.user_agent.id.clone(),
        enable: request.enable.as_ref().map(|enable| enable.resume),
        carbons: request.carbons,
        inactive: request.inactive,
    }))
}

/// What the owner bound.
pub(super) fn from_owner(jid: everpresent_stanza::FullJid, enabled: Option<CarriedEnabled>) -> Bound {
    let enabled = enabled.map(|enabled| Enabled { id: enabled.id, max_seconds: enabled.max_seconds });
    Bound { jid, enabled, inline: Vec::new() }
}

/// The number of a refusal between nodes.
fn code(error: BindError) -> u8 {
    match error {
        BindError::Conflict => 1,
        BindError::NotAllowed => 2,
        BindError::ResourceConstraint => 3,
        BindError::Internal => 0,
    }
}

/// The refusal with this number.
pub(super) fn refusal(code: u8) -> BindError {
    match code {
        1 => BindError::Conflict,
        2 => BindError::NotAllowed,
        3 => BindError::ResourceConstraint,
        _ => BindError::Internal,
    }
}

/// Carries between a client that is signed in and its owner, until either ends it.
pub(super) async fn relay(wire: &mut Wire, mut way: Way) {
    loop {
        let room = wire.pending() < OUTPUT_LOW_BYTES;
        tokio::select! {
            event = wire.next() => {
                let (message, last) = match event {
                    WireEvent::Drained => continue,
                    WireEvent::Frame(Frame::Stanza(stanza)) => (ToOwner::Stanza(stanza.bytes().clone()), false),
                    WireEvent::Frame(Frame::StreamClose) => (ToOwner::StreamClose, false),
                    WireEvent::Frame(Frame::StreamOpen(_)) => {
                        (ToOwner::Malformed { condition: "policy-violation".to_owned() }, false)
                    }
                    WireEvent::Malformed(condition) => {
                        (ToOwner::Malformed { condition: condition.name().to_owned() }, false)
                    }
                    WireEvent::Gone => (ToOwner::Gone, true),
                };
                // An owner that is gone lets the client go: it finds the next one.
                if way.sender.send(message).await.is_err() || last {
                    return;
                }
            }
            output = way.receiver.recv(), if room => match output {
                Some(ToCarrier::Output(bytes)) => wire.queue(&bytes),
                Some(ToCarrier::Ending(Ending::Closed)) => return wire.queue_close(),
                Some(ToCarrier::Ending(Ending::Error(error))) => {
                    wire.queue(&error);
                    return wire.queue_close();
                }
                // Whatever else comes now, the client is let go without a word.
                _ => return,
            },
        }
    }
}

/// Serves a client that another node carries.
pub async fn serve_carried(node: Arc<Node>, line: CarriedLine, duplex: Duplex<ToCarrier, ToOwner>) {
    let stopping = node.stopping.clone();
    let mut guest = Guest { node: &node, duplex };
    let holder = Holder::of_line(node.clone(), line_of(&node, &line));
    let signed_in = tokio::select! {
        () = stopping.cancelled() => None,
        signed_in = timeout(node.config.signin.timeout, guest.sign_in(holder)) => signed_in.ok().flatten(),
    };
    if let Some(holder) = signed_in {
        let mut wire = Wire::Carried(Box::new(CarriedWire::new(guest.duplex, line.address)));
        established::run(&mut wire, holder).await;
        wire.close().await;
    }
}

fn line_of(node: &Node, line: &CarriedLine) -> Line {
    Line::new("carried", line.address, node.clock.now().wall.0)
}

struct Guest<'a> {
    node: &'a Node,
    duplex: Duplex<ToCarrier, ToOwner>,
}

impl Guest<'_> {
    /// Answers what signs the client in, until it has a session.
    async fn sign_in(&mut self, mut holder: Holder) -> Option<Holder> {
        loop {
            let done = match self.duplex.receiver.recv().await? {
                ToOwner::StoreTokens(rows) => self.store_tokens(rows).await?,
                ToOwner::Bind(bind) => self.bind(&mut holder, *bind).await?,
                ToOwner::Resume { user, id, h } => self.resume(&mut holder, &user, &id, h).await?,
                _ => return None,
            };
            if done {
                return Some(holder);
            }
        }
    }

    async fn home(&mut self, user: &BareJid) -> Option<Arc<Home>> {
        let served = timeout(HOLD_CARRIED, self.node.home_of(user)).await;
        if let Ok(ServedBy::Here(home)) = served {
            return Some(home);
        }
        let _ = self.duplex.sender.send(ToCarrier::NotOwner).await;
        None
    }

    async fn answer(&mut self, answer: ToCarrier) -> Option<()> {
        self.duplex.sender.send(answer).await.ok()
    }

    /// Keeps tokens; without a new one, only waits until what was kept can be read from the database.
    async fn store_tokens(&mut self, rows: Vec<Row>) -> Option<bool> {
        let user = signin::user_of(&rows);
        if let Some(user) = user {
            let home = self.home(&user).await?;
            let record = signin::store_tokens(&home, rows)?;
            home.confirmed(record).await.then_some(())?;
        } else {
            for home in self.node.seats.served() {
                home.flushed().await.ok()?;
            }
        }
        self.answer(ToCarrier::TokensStored).await?;
        Some(false)
    }

    async fn bind(&mut self, holder: &mut Holder, bind: Bind) -> Option<bool> {
        let home = self.home(&bind.jid.to_bare()).await?;
        holder.home = Some(home.clone());
        let request = BindRequest {
            jid: bind.jid,
            chosen_by_client: true,
            user_agent: UserAgent { id: bind.user_agent, ..UserAgent::default() },
            inline: false,
            enable: bind.enable.map(|resume| Enable { resume, max_seconds: None }),
            carbons: bind.carbons,
            inactive: bind.inactive,
        };
        match home.bind(&request, holder.transport, holder.line.clone()).await {
            Ok(bound) => {
                holder.session = Some((bound.session, bound.bound.jid.clone()));
                home.confirmed(bound.record).await.then_some(())?;
                let enabled = bound.bound.enabled;
                let enabled = enabled
                    .map(|enabled| CarriedEnabled { id: enabled.id, max_seconds: enabled.max_seconds });
                self.answer(ToCarrier::Bound { jid: bound.bound.jid, enabled }).await?;
                Some(true)
            }
            Err(_) if !home.may_serve() => {
                self.answer(ToCarrier::NotOwner).await?;
                None
            }
            Err(error) => {
                self.answer(ToCarrier::BindFailed { code: code(error) }).await?;
                Some(false)
            }
        }
    }

    async fn resume(&mut self, holder: &mut Holder, user: &BareJid, id: &str, h: u32) -> Option<bool> {
        let home = self.home(user).await?;
        holder.home = Some(home.clone());
        match home.resume(user, id, h, holder.transport, holder.line.clone()) {
            Ok(resumed) => {
                holder.session = Some((resumed.session, resumed.jid.clone()));
                home.confirmed(resumed.record).await.then_some(())?;
                let handled = home.confirmed_handled(resumed.session);
                self.answer(ToCarrier::Resumed { jid: resumed.jid, handled }).await?;
                Some(true)
            }
            Err(NotResumed::Gone(handled)) => {
                // A count that is told is as good as an acknowledgement: what it covers must be safe (promise P2).
                let safe = handled.is_none() || home.settled().await.is_ok();
                self.answer(ToCarrier::ResumeFailed { handled: handled.filter(|_| safe) }).await?;
                Some(false)
            }
            Err(NotResumed::TooHigh { h, sent }) => {
                self.answer(ToCarrier::TooHigh { h, sent }).await?;
                None
            }
            Err(NotResumed::NotServed) => {
                self.answer(ToCarrier::NotOwner).await?;
                None
            }
        }
    }
}
