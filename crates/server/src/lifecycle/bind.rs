//! Binding a resource: a session begins (RFC 6120 §7, XEP-0386).

use std::sync::Arc;
use std::time::Duration;

use everpresent_session::ids::{RecordNumber, SessionId};
use everpresent_session::ledger::Misfit;
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Flag, Opening};
use everpresent_session::session::ClientState;
use everpresent_stanza::{BareJid, FullJid, StreamCondition, StreamError};
use everpresent_stream::bind::{BindError, BindRequest, Bound};
use everpresent_stream::management::Enabled;

use super::end::{close, end};
use crate::home::{Ending, HomeState, Line};
use crate::node::Node;
use crate::random;

/// A session that was bound. Its client is told when `record` is confirmed.
#[derive(Debug)]
pub struct BoundSession {
    /// Its id.
    pub session: SessionId,
    /// The record to wait for.
    pub record: RecordNumber,
    /// What the client is told.
    pub bound: Bound,
}

impl Node {
    /// Opens a session for a client that signed in. From then on the connection holds it.
    ///
    /// # Errors
    /// When the user has as many sessions as allowed, or the node is stopping.
    pub async fn bind(
        &self,
        request: &BindRequest,
        transport: TransportId,
        line: Arc<Line>,
    ) -> Result<BoundSession, BindError> {
        let user = request.jid.to_bare();
        match self.load(&user).await {
            Ok(true) => {}
            Ok(false) => return Err(BindError::NotAllowed),
            Err(_) => return Err(BindError::Internal),
        }
        let session = SessionId(random::id());
        let now = self.clock.now();
        let recorded = self.home.record(|state| {
            let others = state.owner.ledger().sessions_of(&user).count();
            let replaced = predecessors(state, request);
            if others - replaced.len() >= self.config.limits.sessions_per_user {
                return Ok(Err(BindError::ResourceConstraint));
            }
            let mut transaction = state.owner.begin(now, Cause::Client(session));
            self.open(&mut transaction, session, request);
            for old in replaced {
                replace(state, &mut transaction, session, &request.jid, old);
            }
            let number = state.commit(transaction)?;
            state.owner.attach(session, transport);
            state.transports.add(transport, session, line);
            Ok::<_, Misfit>(Ok(number))
        });
        let record: RecordNumber = recorded.ok_or(BindError::Internal)??;
        metrics::counter!("everpresent_sessions_opened_total").increment(1);
        let enabled = request.enable.as_ref().map(|_| self.enabled(session, self.resume_time(request)));
        Ok(BoundSession {
            session,
            record,
            bound: Bound { jid: request.jid.clone(), enabled, inline: Vec::new() },
        })
    }

    fn open(&self, transaction: &mut Transaction, session: SessionId, request: &BindRequest) {
        transaction.effect(Effect::Opened(Opening {
            session,
            jid: request.jid.clone(),
            user_agent: request.user_agent.id.clone(),
            at: transaction.now().wall,
            reason: Reason::SignedIn,
            handled: 0,
        }));
        if request.enable.is_some() {
            transaction.effect(Effect::Managed { session, resume: self.resume_time(request) });
        }
        if request.carbons {
            transaction.effect(Effect::Flag { session, flag: Flag::Carbons(true) });
        }
        if request.inactive {
            transaction.effect(Effect::Flag { session, flag: Flag::ClientState(ClientState::Inactive) });
        }
    }

    /// How long the session of this request may be without a connection.
    fn resume_time(&self, request: &BindRequest) -> Option<Duration> {
        let enable = request.enable.as_ref()?;
        enable.resume.then_some(self.config.session.resume)
    }

    /// The answer to `<enable/>`.
    pub fn enabled(&self, session: SessionId, resume: Option<Duration>) -> Enabled {
        Enabled {
            id: resume.map(|_| session.to_string()),
            max_seconds: resume.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
        }
    }
}

/// The sessions that this one replaces: of the same address, or of the same client installation.
fn predecessors(state: &HomeState, request: &BindRequest) -> Vec<SessionId> {
    let user: BareJid = request.jid.to_bare();
    let same = |session: &&everpresent_session::session::Session| {
        let installation = session.user_agent.is_some() && session.user_agent == request.user_agent.id;
        session.jid == request.jid || installation
    };
    state.owner.ledger().sessions_of(&user).filter(same).map(|session| session.id).collect()
}

fn replace(
    state: &mut HomeState,
    transaction: &mut Transaction,
    heir: SessionId,
    jid: &FullJid,
    old: SessionId,
) {
    let conflict = StreamError::new(StreamCondition::Conflict).with_text("the same client signed in anew");
    let same_address = state.owner.ledger().session(old).is_some_and(|session| session.jid == *jid);
    if same_address {
        transaction.effect(Effect::Inherited { session: heir, from: old });
        close(state, transaction, old, Reason::Replaced, Ending::Error(conflict));
    } else {
        end(state, transaction, old, Reason::Replaced, Ending::Error(conflict));
    }
}
