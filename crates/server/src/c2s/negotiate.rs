//! Drives the negotiation of a stream: carries out what it asks for, until a session is established.

use std::sync::Arc;

use everpresent_link::carry::{Line as CarriedLine, ToCarrier, ToOwner};
use everpresent_session::row::Row;
use everpresent_session::session::State;
use everpresent_session::time::Moment;
use everpresent_stanza::{BareJid, Frame, StreamCondition, StreamError, build};
use everpresent_stream::bind::BindRequest;
use everpresent_stream::negotiation::{Input, Negotiation, Output, Resumed};
use everpresent_stream::{Channel, FailureReason, Mechanism, ResponseHeader};

use super::admission::Turn;
use super::carrier::{self, Way};
use super::connection::{Holder, limits, limits_before_sign_in};
use super::wire::{Wire, WireEvent};
use crate::home::Home;
use crate::lifecycle::resume::NotResumed;
use crate::node::Node;
use crate::random;
use crate::seat::ServedBy;
use crate::signin;

/// What a sign-in ends in.
#[derive(Debug)]
pub enum Negotiated {
    /// This connection holds a session of a home that this node serves.
    Here(Holder),
    /// It holds one at another node, and this is the way there.
    Elsewhere(Way),
}

/// Negotiates until a session is established; nothing if the connection is to be closed instead.
pub async fn run(node: &Node, wire: &mut Wire, holder: Holder, turn: &Turn<'_>) -> Option<Negotiated> {
    let negotiation = begin(node, wire);
    let mut driver = Driver { negotiation, node, wire, holder, turn, way: None, opened: false };
    let established = tokio::time::timeout(node.config.signin.timeout, driver.drive()).await;
    match established {
        Ok(true) => {
            driver.wire.set_limits(limits(node));
            return Some(match driver.way {
                Some(way) => Negotiated::Elsewhere(way),
                None => Negotiated::Here(driver.holder),
            });
        }
        Ok(false) => {}
        Err(_) => {
            metrics::counter!("everpresent_signin_timeouts_total").increment(1);
            // A session that lives already, and only waits for the database, survives this: clients take a stream error
            // for its end.
            if driver.holder.session.is_none() && driver.way.is_none() {
                driver.fail(&StreamError::new(StreamCondition::ConnectionTimeout));
            }
        }
    }
    None
}

fn begin(node: &Node, wire: &Wire) -> Negotiation {
    let bindings = wire.bindings().cloned();
    let channel = match (wire, bindings) {
        (Wire::Tcp(_), None) => Channel::plain(),
        (Wire::Tcp(_), Some(bindings)) => Channel::direct_tls(bindings),
        (Wire::WebSocket(_), bindings) => Channel::web_socket(bindings),
        // Its carrier has negotiated already; nothing is negotiated here.
        (Wire::Carried(_), _) => Channel::plain(),
    };
    let allow_plain_text = matches!(wire, Wire::Tcp(tcp) if tcp.allows_plain_text());
    Negotiation::new(node.offer_for(wire.peer(), allow_plain_text), channel, random::bytes())
}

/// Whether a session of the user waits for its client, as far as this node knows.
fn has_session_to_return_to(node: &Node, user: &BareJid) -> bool {
    let waits = |home: &Arc<Home>| {
        home.enter(|state| state.owner.ledger().sessions_of(user).any(|session| session.state != State::Open))
    };
    node.seats.served().iter().any(waits)
}

/// Where a client's home is served.
enum Place {
    Here(Arc<Home>),
    Elsewhere,
}

enum Step {
    Go,
    Established,
    Close,
}

struct Driver<'a> {
    negotiation: Negotiation,
    node: &'a Node,
    wire: &'a mut Wire,
    holder: Holder,
    turn: &'a Turn<'a>,
    /// To the owner of the client's home, if that is another node.
    way: Option<Way>,
    /// The server's header was sent.
    opened: bool,
}

impl Driver<'_> {
    /// Goes on until a session is established, or the connection is to be closed instead.
    async fn drive(&mut self) -> bool {
        loop {
            while let Some(output) = self.negotiation.poll_output() {
                match self.carry_out(output).await {
                    Step::Go => {}
                    Step::Established => return true,
                    Step::Close => return false,
                }
            }
            let Some(input) = self.next_input().await else { return false };
            self.negotiation.handle(self.node.clock.now().wall, input);
        }
    }

    /// What the client does next; nothing if the connection is over.
    async fn next_input(&mut self) -> Option<Input> {
        loop {
            return Some(match self.wire.next().await {
                WireEvent::Frame(Frame::StreamOpen(header)) => Input::StreamOpened(header),
                WireEvent::Frame(Frame::Stanza(stanza)) => Input::Element(stanza.to_element().ok()?),
                WireEvent::Frame(Frame::StreamClose) => Input::StreamClosed,
                WireEvent::Drained => continue,
                WireEvent::Malformed(condition) => {
                    metrics::counter!("everpresent_streams_malformed_total").increment(1);
                    self.fail(&StreamError::new(condition));
                    return None;
                }
                WireEvent::Gone => return None,
            });
        }
    }

    /// Ends the stream with an error, after a header if none was sent yet (RFC 6120 §4.9.1.2).
    fn fail(&mut self, error: &StreamError) {
        if !self.opened {
            let from = self.node.config.node.domains.first().map(ToString::to_string).unwrap_or_default();
            self.wire.queue_header(&ResponseHeader { from, to: None, id: random::stream_id() });
        }
        self.wire.queue_error(error);
    }

    async fn carry_out(&mut self, output: Output) -> Step {
        match output {
            Output::OpenStream(header) => {
                self.opened = true;
                self.wire.queue_header(&header);
            }
            Output::Send(element) => self.wire.queue(&build::element_bytes(&element)),
            Output::StartTls => return self.start_tls().await,
            Output::RestartStream => {
                self.opened = false;
                self.wire.restart();
            }
            Output::LoadCredentials { user, .. } => {
                if !has_session_to_return_to(self.node, &user) {
                    self.turn.step_back().await;
                }
                let input = signin::credentials(self.node, self.wire.peer().ip(), &user).await;
                return self.feed(input);
            }
            Output::VerifyPassword { credentials, password } => {
                let verified = signin::verify(credentials, password).await;
                return self.feed(Input::PasswordVerified(verified));
            }
            Output::LoadTokens { user, user_agent, .. } => {
                return self.load_tokens(&user, &user_agent).await;
            }
            Output::StoreTokens(rows) => {
                return self.store_tokens(rows).await;
            }
            Output::SignInFailed { user, mechanism, reason } => {
                let mechanism = mechanism.map(Mechanism::name).unwrap_or_default();
                self.signin_failed(user.as_ref(), mechanism, reason);
            }
            Output::SignedIn { user, mechanism, .. } => {
                let mechanism = mechanism.name();
                metrics::counter!("everpresent_signins_total", "mechanism" => mechanism).increment(1);
                let user = self.node.redacted(user.as_str());
                let peer = self.node.redacted(&self.wire.peer().ip().to_string());
                tracing::debug!(user, peer, mechanism, "signed in");
            }
            Output::Bind(request) => return self.bind(&request).await,
            Output::Resume(request) => {
                return self.resume(&request.user, &request.resume.id, request.resume.handled).await;
            }
            Output::Established { .. } => return Step::Established,
            Output::Close(condition) => {
                match condition {
                    Some(condition) => self.wire.queue_error(&StreamError::new(condition)),
                    None => self.wire.queue_close(),
                }
                return Step::Close;
            }
        }
        Step::Go
    }

    fn feed(&mut self, input: Input) -> Step {
        self.negotiation.handle(self.node.clock.now().wall, input);
        Step::Go
    }

    async fn start_tls(&mut self) -> Step {
        while self.wire.pending() > 0 {
            if matches!(self.wire.next().await, WireEvent::Gone | WireEvent::Malformed(_)) {
                return Step::Close;
            }
        }
        let Wire::Tcp(tcp) = &mut *self.wire else { return Step::Close };
        match tcp.start_tls(&self.node.certificates, limits_before_sign_in(self.node)).await {
            Ok(bindings) => self.feed(Input::TlsStarted(bindings)),
            Err(error) => {
                metrics::counter!("everpresent_tls_failures_total").increment(1);
                tracing::debug!(%error, "tls handshake failed");
                Step::Close
            }
        }
    }

    /// Finds out who serves a user. Nothing if nobody is known to: then the client is let go and comes again.
    async fn find_home(&mut self, user: &BareJid) -> Option<Place> {
        if self.way.is_some() {
            return Some(Place::Elsewhere);
        }
        match self.node.home_of(user).await {
            ServedBy::Here(home) => {
                self.holder.home = Some(home.clone());
                Some(Place::Here(home))
            }
            ServedBy::Elsewhere(home) => {
                let peer = self.node.owner_of(&home).await?;
                let line = CarriedLine { kind: self.wire.kind().to_owned(), address: self.wire.peer() };
                self.way = Some(peer.carry(line).await.ok()?);
                Some(Place::Elsewhere)
            }
            ServedBy::Nobody => None,
        }
    }

    /// Asks the owner of the client's home; nothing if there is no answer.
    async fn ask(&mut self, question: ToOwner) -> Option<ToCarrier> {
        carrier::ask(self.way.as_mut()?, question).await
    }

    async fn load_tokens(&mut self, user: &BareJid, user_agent: &str) -> Step {
        let peer = self.wire.peer().ip();
        let input = match self.find_home(user).await {
            Some(Place::Here(home)) => signin::tokens(self.node, Some(&home), peer, user, user_agent).await,
            Some(Place::Elsewhere) => {
                // What was handed out a moment ago must be in the database before it is read.
                match self.ask(ToOwner::StoreTokens(Vec::new())).await {
                    Some(ToCarrier::TokensStored) => {
                        signin::tokens(self.node, None, peer, user, user_agent).await
                    }
                    _ => return Step::Close,
                }
            }
            None => return Step::Close,
        };
        if matches!(input, Input::Unavailable) {
            // Clients forget a token at any SASL failure, so this one is told nothing and comes again.
            return Step::Close;
        }
        self.feed(input)
    }

    async fn store_tokens(&mut self, rows: Vec<Row>) -> Step {
        let Some(user) = signin::user_of(&rows) else { return self.feed(Input::TokensStored) };
        let stored = match self.find_home(&user).await {
            Some(Place::Here(home)) => match signin::store_tokens(&home, rows) {
                Some(record) => home.confirmed(record).await,
                None => false,
            },
            Some(Place::Elsewhere) => {
                matches!(self.ask(ToOwner::StoreTokens(rows)).await, Some(ToCarrier::TokensStored))
            }
            None => false,
        };
        if stored { self.feed(Input::TokensStored) } else { Step::Close }
    }

    async fn bind(&mut self, request: &BindRequest) -> Step {
        let home = match self.find_home(&request.jid.to_bare()).await {
            Some(Place::Here(home)) => home,
            Some(Place::Elsewhere) => {
                return match self.ask(carrier::to_owner(request)).await {
                    Some(ToCarrier::Bound { jid, enabled }) => {
                        self.feed(Input::Bound(Box::new(carrier::from_owner(jid, enabled))))
                    }
                    Some(ToCarrier::BindFailed { code }) => {
                        self.feed(Input::BindFailed(carrier::refusal(code)))
                    }
                    _ => Step::Close,
                };
            }
            None => return Step::Close,
        };
        match home.bind(request, self.holder.transport, self.holder.line.clone()).await {
            Ok(bound) => {
                self.holder.session = Some((bound.session, bound.bound.jid.clone()));
                if !home.confirmed(bound.record).await {
                    return Step::Close;
                }
                self.feed(Input::Bound(Box::new(bound.bound)))
            }
            // The home is on its way to another node; the client finds it there.
            Err(_) if !home.may_serve() => Step::Close,
            Err(error) => self.feed(Input::BindFailed(error)),
        }
    }

    async fn resume(&mut self, user: &BareJid, id: &str, h: u32) -> Step {
        let home = match self.find_home(user).await {
            Some(Place::Here(home)) => home,
            Some(Place::Elsewhere) => return self.resume_elsewhere(user, id, h).await,
            None => return Step::Close,
        };
        match home.resume(user, id, h, self.holder.transport, self.holder.line.clone()) {
            Ok(resumed) => {
                self.holder.session = Some((resumed.session, resumed.jid.clone()));
                if !home.confirmed(resumed.record).await {
                    return Step::Close;
                }
                let handled = home.confirmed_handled(resumed.session);
                self.feed(Input::Resumed(Resumed { jid: resumed.jid, handled }))
            }
            Err(NotResumed::Gone(handled)) => {
                // A count that is told is as good as an acknowledgement: what it covers must be safe (promise P2).
                let safe = handled.is_none() || home.settled().await.is_ok();
                self.feed(Input::ResumeFailed { handled: handled.filter(|_| safe) })
            }
            Err(NotResumed::NotServed) => Step::Close,
            Err(NotResumed::TooHigh { h, sent }) => {
                self.wire.queue_error(&super::established::count_too_high(h, sent));
                Step::Close
            }
        }
    }

    async fn resume_elsewhere(&mut self, user: &BareJid, id: &str, h: u32) -> Step {
        let question = ToOwner::Resume { user: user.clone(), id: id.to_owned(), h };
        match self.ask(question).await {
            Some(ToCarrier::Resumed { jid, handled }) => self.feed(Input::Resumed(Resumed { jid, handled })),
            Some(ToCarrier::ResumeFailed { handled }) => self.feed(Input::ResumeFailed { handled }),
            Some(ToCarrier::TooHigh { h, sent }) => {
                self.wire.queue_error(&super::established::count_too_high(h, sent));
                Step::Close
            }
            _ => Step::Close,
        }
    }

    fn signin_failed(&self, user: Option<&BareJid>, mechanism: &str, reason: FailureReason) {
        let moment: Moment = self.node.clock.moment();
        let peer = self.wire.peer().ip();
        // What could not be checked was no guess: an outage must not lock people out after its end.
        if reason != FailureReason::Unavailable {
            self.node.throttle.failed(moment, peer, user);
        }
        metrics::counter!("everpresent_signin_failures_total").increment(1);
        let peer = self.node.redacted(&peer.to_string());
        let user = user.map(|user| self.node.redacted(user.as_str())).unwrap_or_default();
        tracing::info!(user, peer, mechanism, %reason, "sign-in failed");
    }
}
