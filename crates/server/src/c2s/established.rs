//! A connection whose session is established: stanzas in, stanzas out, signs of life.

mod life;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use everpresent_session::ids::SessionId;
use everpresent_session::reason::Reason;
use everpresent_session::session::ClientState;
use everpresent_stanza::{
    BareJid, Element, ErrorCondition, Frame, FullJid, RawStanza, StanzaKind, StreamCondition, StreamError,
    build, ns,
};
use everpresent_stream::management::{Management, answer, failed, handled_count_too_high, request};
use tokio::time::{Instant, sleep_until};

use super::connection::Holder;
use super::wire::{Wire, WireEvent};
use crate::home::{Ending, FLUSH_TIMEOUT, Home};
use crate::lifecycle::spool::takes_more;
use crate::monitor::Service;
use crate::route;
use crate::turn::{Lost, Turn};

/// While more than this waits to be written, no further output is taken from the session's queue.
const OUTPUT_LOW_BYTES: usize = 16 * 1024;
/// How much is taken from the queue at once.
const OUTPUT_TAKE_BYTES: usize = 32 * 1024;

/// How long the answer to `<r/>` may wait for what was received to be confirmed. Nearly always it is in a moment, and one
/// answer says what two would have; no client waits for one impatiently.
const ANSWER_WITHIN: Duration = Duration::from_millis(100);
/// After so many stanzas a client waits until they are confirmed.
const MAX_UNCONFIRMED_STANZAS: usize = 4_096;

/// How a connection ended.
enum Departure {
    /// The session is over, for this reason.
    Over(Reason),
    /// The connection is gone or was let go; the session may live on.
    Lost(Reason),
    /// The session is somebody else's by now.
    Displaced(Ending),
}

/// Serves an established session until its connection ends.
pub async fn run(wire: &mut Wire, holder: Holder) {
    let (Some((session, jid)), Some(home)) = (holder.session.clone(), holder.home.clone()) else { return };
    let user = jid.to_bare();
    let mut connection = Connection::new(&home, wire, &holder, session, &jid, &user);
    let departure = connection.serve().await;
    match departure {
        Departure::Over(reason) => {
            holder.over(reason);
            wire.queue_close();
        }
        Departure::Lost(reason) => holder.lost(reason),
        Departure::Displaced(ending) => {
            holder.lost(Reason::Replaced);
            match ending {
                Ending::Error(error) => wire.queue_error(&error),
                Ending::Closed => wire.queue_close(),
                Ending::LetGo => {}
            }
        }
    }
}

struct Connection<'a> {
    home: &'a Home,
    wire: &'a mut Wire,
    holder: &'a Holder,
    session: SessionId,
    jid: &'a FullJid,
    user: &'a BareJid,
    /// When something last came from the client.
    heard: Instant,
    /// When a sign of life was asked for, if none has come since.
    asked: Option<Instant>,
    /// An `<r/>` was sent and not answered yet.
    awaiting_ack: bool,
    /// When an `<r/>` of the client is answered, whatever is confirmed by then.
    answer_by: Option<Instant>,
    /// When the output that waits began to wait.
    blocked: Option<Instant>,
    /// There may be output to take.
    rung: bool,
    /// A stanza that waits for a service which does not run at present; nothing is read behind it.
    held: Option<(Frame, Arc<Service>)>,
    /// Stanzas dealt with since all of them were known to be confirmed.
    handled: usize,
}

impl<'a> Connection<'a> {
    fn new(
        home: &'a Home,
        wire: &'a mut Wire,
        holder: &'a Holder,
        session: SessionId,
        jid: &'a FullJid,
        user: &'a BareJid,
    ) -> Self {
        let heard = Instant::now();
        let (asked, answer_by, blocked) = (None, None, None);
        Self {
            home,
            wire,
            holder,
            session,
            jid,
            user,
            heard,
            asked,
            awaiting_ack: false,
            answer_by,
            blocked,
            rung: true,
            held: None,
            handled: 0,
        }
    }

    async fn serve(&mut self) -> Departure {
        loop {
            if self.rung && self.wire.pending() < OUTPUT_LOW_BYTES {
                self.rung = false;
                if let Err(departure) = self.take_output().await {
                    return departure;
                }
            }
            let timer = self.next_timer();
            tokio::select! {
                event = self.wire.next(), if self.held.is_none() => {
                    if let Err(departure) = self.event(event).await {
                        return departure;
                    }
                }
                () = opened(self.held.as_ref()) => {
                    if let Some((frame, _)) = self.held.take()
                        && let Err(departure) = self.event(WireEvent::Frame(frame)).await
                    {
                        return departure;
                    }
                }
                () = self.holder.line.bell.notified() => {
                    self.rung = true;
                    if let Err(departure) = self.told_to_go().await {
                        return departure;
                    }
                }
                () = sleep_until(timer) => {
                    if let Err(departure) = self.timer() {
                        return departure;
                    }
                }
            }
        }
    }

    async fn event(&mut self, event: WireEvent) -> Result<(), Departure> {
        match event {
            WireEvent::Frame(frame) => {
                self.heard = Instant::now();
                self.holder.line.heard.store(self.home.node.clock.now().wall.0, Ordering::Relaxed);
                self.asked = None;
                match self.closed_for(&frame) {
                    Some(service) => self.held = Some((frame, service)),
                    None => self.frame(frame).await?,
                }
                Ok(())
            }
            WireEvent::Drained => {
                self.blocked = None;
                self.rung = true;
                Ok(())
            }
            WireEvent::Malformed(condition) => {
                metrics::counter!("everpresent_streams_malformed_total").increment(1);
                Err(self.violation(&StreamError::new(condition)))
            }
            WireEvent::Gone => Err(Departure::Lost(Reason::TransportLost)),
        }
    }

    /// The client broke a rule: it is told, and its session ends.
    fn violation(&mut self, error: &StreamError) -> Departure {
        self.wire.queue(&error.to_bytes());
        Departure::Over(Reason::PolicyViolation)
    }

    async fn frame(&mut self, frame: Frame) -> Result<(), Departure> {
        match frame {
            Frame::StreamOpen(_) => Err(self.violation(&StreamError::new(StreamCondition::PolicyViolation))),
            Frame::StreamClose => {
                // What was answered before the end is still written.
                self.take_output().await?;
                Err(Departure::Over(Reason::ClientClosed))
            }
            Frame::Stanza(stanza) if stanza.kind() == StanzaKind::Nonza => self.nonza(&stanza).await,
            Frame::Stanza(stanza) => {
                if let Err(error) = self.check_from(&stanza) {
                    return Err(self.violation(&error));
                }
                let turn = self.turn();
                match route::stanza(&turn, &stanza).await {
                    Ok(()) => {
                        self.home.room().await;
                        self.bound_unconfirmed().await;
                        Ok(())
                    }
                    Err(Lost) => self.lost().await,
                }
            }
        }
    }

    /// The service that the stanza needs, if it does not run at present.
    fn closed_for(&self, frame: &Frame) -> Option<Arc<Service>> {
        let Frame::Stanza(stanza) = frame else { return None };
        let monitor = &self.home.node.monitor;
        let closed = |service: &Arc<Service>| (!service.is_open()).then(|| service.clone());
        match stanza.kind() {
            StanzaKind::Nonza => None,
            StanzaKind::Presence => closed(&monitor.router).or_else(|| closed(&monitor.presence_engine)),
            StanzaKind::Message | StanzaKind::Iq => closed(&monitor.router),
        }
    }

    /// Now and then waits until what was handled is confirmed, so that what must be remembered of it stays little when the
    /// database is away and the client goes on.
    async fn bound_unconfirmed(&mut self) {
        self.handled += 1;
        if self.handled >= MAX_UNCONFIRMED_STANZAS {
            self.handled = 0;
            // One that is away for longer slows the client down; that is enough.
            let _ = self.home.settled().await;
        }
    }

    fn turn(&self) -> Turn<'a> {
        let (session, transport) = (self.session, self.holder.transport);
        Turn { home: self.home, session, transport, jid: self.jid, user: self.user }
    }

    /// A client may say who it is, but not that it is somebody else (RFC 6120 §8.1.2.1).
    fn check_from(&self, stanza: &RawStanza) -> Result<(), StreamError> {
        let Some(from) = stanza.attribute("from") else { return Ok(()) };
        if from == self.jid.as_str() || from == self.user.as_str() {
            return Ok(());
        }
        let same = stanza.from().ok().flatten().is_some_and(|from| {
            from.to_bare() == *self.user
                && from.resource().is_none_or(|resource| resource == self.jid.resource())
        });
        if same { Ok(()) } else { Err(StreamError::new(StreamCondition::InvalidFrom)) }
    }

    /// An element that is no stanza: stream management (XEP-0198) or client state (XEP-0352).
    async fn nonza(&mut self, stanza: &RawStanza) -> Result<(), Departure> {
        match stanza.namespace() {
            ns::CSI => {
                let state = match stanza.name() {
                    "active" => ClientState::Active,
                    "inactive" => ClientState::Inactive,
                    _ => return Err(self.violation(&unsupported())),
                };
                self.home.set_client_state(self.session, self.holder.transport, state);
                Ok(())
            }
            ns::SM => self.management(stanza).await,
            _ => Err(self.violation(&unsupported())),
        }
    }

    async fn management(&mut self, stanza: &RawStanza) -> Result<(), Departure> {
        let element: Option<Element> = stanza.to_element().ok();
        match element.as_ref().and_then(Management::parse) {
            Some(Ok(Management::Request)) => {
                let (h, owed) = self.home.enter(|state| {
                    let h = state.owner.ack_requested(self.session);
                    (h, state.owner.owes_ack(self.session))
                });
                if owed {
                    self.answer_by.get_or_insert_with(|| Instant::now() + ANSWER_WITHIN);
                } else if let Some(h) = h {
                    self.send(&answer(h));
                }
                Ok(())
            }
            Some(Ok(Management::Answer(h))) => self.acknowledged(h).await,
            Some(Ok(Management::Enable(enable))) => self.enable(enable.resume).await,
            Some(Ok(Management::Resume(_))) => {
                self.send(&failed(ErrorCondition::UnexpectedRequest, None));
                Ok(())
            }
            _ => Err(self.violation(&unsupported())),
        }
    }

    async fn acknowledged(&mut self, h: u32) -> Result<(), Departure> {
        self.awaiting_ack = false;
        let now = self.home.node.clock.now();
        let acknowledged = self.home.serving(|state| {
            let acknowledged = state.owner.client_acked(now, self.session, h);
            let left = state.owner.ledger().session(self.session).map_or(0, |session| session.queue.len());
            (acknowledged, left, takes_more(state, self.session))
        });
        let Some((acknowledged, left, takes_more)) = acknowledged else { return self.lost().await };
        if let Err(error) = acknowledged {
            return Err(self.violation(&count_too_high(error.h, error.sent)));
        }
        // What was sent after the request is asked about with the next output, or when the client falls silent.
        self.rung |= left > 0;
        if takes_more {
            self.home.deliver_more(self.session, self.holder.transport, self.user).await;
        }
        Ok(())
    }

    async fn enable(&mut self, resume: bool) -> Result<(), Departure> {
        let enabled = self.home.enable_management(self.session, self.holder.transport, resume);
        match tokio::time::timeout(FLUSH_TIMEOUT, enabled).await {
            Ok(Some(enabled)) => self.send(&enabled.element()),
            Ok(None) => self.send(&failed(ErrorCondition::UnexpectedRequest, None)),
            // Without the database nothing can be promised; the client tries again with a new connection.
            Err(_) => return Err(Departure::Lost(Reason::TransportLost)),
        }
        Ok(())
    }

    fn send(&mut self, element: &Element) {
        self.wire.queue(&build::element_bytes(element));
    }

    /// Takes what waits for the client, and what is owed to it.
    async fn take_output(&mut self) -> Result<(), Departure> {
        let now = self.home.node.clock.now();
        let transport = self.holder.transport;
        let output = self.home.record(|state| {
            if !state.owner.holds(self.session, transport) || state.transports.ending(transport).is_some() {
                return Ok(None);
            }
            state.owner.take_output(now, self.session, OUTPUT_TAKE_BYTES).map(Some)
        });
        let Some(output) = output.flatten() else { return self.lost().await };
        for stanza in &output.stanzas {
            self.wire.queue(stanza);
        }
        if let Some(h) = output.ack {
            self.answer_by = None;
            self.send(&answer(h));
        }
        if output.unacknowledged > 0 && !self.awaiting_ack {
            self.awaiting_ack = true;
            self.send(&request());
        }
        self.rung |= output.more;
        // Further output is taken only when most of the last is written: a slow client that reads is not a blocked one.
        if self.wire.pending() > 0 && (self.blocked.is_none() || !output.stanzas.is_empty()) {
            self.blocked = Some(Instant::now());
        }
        Ok(())
    }

    /// Whether the connection has to go, asked where no output is taken because the client does not read.
    async fn told_to_go(&mut self) -> Result<(), Departure> {
        if self.wire.pending() < OUTPUT_LOW_BYTES {
            return Ok(());
        }
        let transport = self.holder.transport;
        let ending = self.home.enter(|state| state.transports.ending(transport));
        if ending.is_some() { self.lost().await } else { Ok(()) }
    }

    /// The session is not this connection's any more.
    async fn lost(&mut self) -> Result<(), Departure> {
        let transport = self.holder.transport;
        let ending = self.home.enter(|state| state.transports.ending(transport));
        Err(match ending {
            Some(Ending::LetGo) => {
                self.last_ack().await;
                Departure::Lost(Reason::LetGo)
            }
            Some(ending) => Departure::Displaced(ending),
            // The home is served elsewhere, or will be: its sessions live on.
            None if !self.home.may_serve() => Departure::Lost(Reason::LetGo),
            None => Departure::Lost(Reason::TransportLost),
        })
    }

    /// What a client is told before it is let go, so that it sends nothing again that was handled.
    async fn last_ack(&mut self) {
        // What cannot be confirmed in time, the client sends again after its next sign-in.
        let _ = self.home.settled().await;
        let managed = self.home.enter(|state| {
            let managed = state.owner.ledger().session(self.session).is_some_and(|session| session.managed);
            managed.then(|| state.owner.confirmed_handled(self.session)).flatten()
        });
        if let Some(h) = managed {
            self.send(&answer(h));
        }
    }
}

/// Waits until the service runs for which a stanza waits.
async fn opened(held: Option<&(Frame, Arc<Service>)>) {
    match held {
        Some((_, service)) => service.opened().await,
        None => std::future::pending().await,
    }
}

fn unsupported() -> StreamError {
    StreamError::new(StreamCondition::UnsupportedStanzaType)
}

/// The stream error for an `h` above what was sent (XEP-0198 §4).
pub fn count_too_high(h: u32, sent: u32) -> StreamError {
    let detail = build::element_bytes(&handled_count_too_high(h, sent));
    let error = StreamError::new(StreamCondition::UndefinedCondition);
    error.with_application(detail)
}
