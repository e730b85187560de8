//! Sessions begin, lose their connections, come back and end.

use everpresent_session::ids::SessionId;
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::{ResumeRefusal, Transaction, TransportId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Opening};

use super::agenda::{Event, Happening};
use super::boundary::Point;
use super::connection::{Connection, FromClient, Greeting, ToClient};
use super::content::Content;
use super::node::seat_mut;
use super::people::{People, homes_of};
use super::routing::available;
use super::serving::serving_mut;
use super::takeover::{RELOGIN, RESUME};
use super::tally::Count;
use super::truth::{Broken, Truth};
use super::world::World;

/// What is to be waited for is looked at again after this.
const AGAIN_MS: u64 = 40;

impl World {
    /// A frame of a client has arrived.
    pub(super) fn at_server(
        &mut self,
        node: usize,
        home: usize,
        client: usize,
        over: TransportId,
        frame: FromClient,
    ) -> Result<(), Broken> {
        let first = matches!(frame, FromClient::Bind | FromClient::Resume(..));
        let serving = serving_mut(&mut self.nodes, self.clock, node, home);
        let connection = serving.as_ref().and_then(|serving| serving.connections.get(&over));
        let known = connection.map_or(first, |connection| !connection.given_up);
        let Some(serving) = serving.filter(|_| known) else {
            // Not the owner, or not any more, or not at this moment.
            self.give_connection_up(node, home, over);
            let at = self.clock + 1 + self.rng.u64(..50);
            self.agenda.add(at, Event::ClientNotices(client, over));
            return Ok(());
        };
        let connection = serving.connections.entry(over).or_insert_with(|| Connection::new(client));
        connection.waiting.push_back(frame);
        self.next_waiting(node, home, over)
    }

    /// The server ends a connection because it had no right to deal with what came: else it might have that again when the
    /// next stanza comes, and count it in place of the one that it dropped.
    fn give_connection_up(&mut self, node: usize, home: usize, over: TransportId) {
        let serving = seat_mut(&mut self.nodes, node, home).and_then(|seat| seat.serving.as_mut());
        let Some(connection) = serving.and_then(|serving| serving.connections.get_mut(&over)) else { return };
        connection.given_up = true;
        self.later(node, self.clock + 1, Happening::Lost { home, over });
    }

    /// Whether a process only lacks the right to serve a home at this moment.
    pub(super) fn may_serve_soon(&self, node: usize, home: usize) -> bool {
        let serving = self.nodes[node].seat(home).and_then(|seat| seat.serving.as_ref());
        serving.is_some_and(|serving| !serving.fenced)
    }

    pub(super) fn bind(&mut self, node: usize, home: usize, over: TransportId) -> Result<(), Broken> {
        let now = self.now(node);
        let session = SessionId(self.rng.u128(..));
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let Some(connection) = serving.connections.get_mut(&over) else { return Ok(()) };
        let client = connection.client;
        let address = &self.people.clients[client];
        let owner = &mut serving.owner;
        let mut transaction = owner.begin(now, Cause::Client(session));
        transaction.effect(Effect::Opened(Opening {
            session,
            jid: address.jid.clone(),
            user_agent: None,
            at: now.wall,
            reason: Reason::SignedIn,
            handled: 0,
        }));
        if address.managed {
            transaction.effect(Effect::Managed { session, resume: Some(RESUME) });
        }
        let old = owner.ledger().session_at(&address.jid).map(|old| old.id);
        if let Some(old) = old {
            transaction.effect(Effect::Inherited { session, from: old });
            let ledger = owner.ledger();
            close(&self.people, ledger, &mut transaction, &mut self.truth, (old, Reason::Replaced));
        }
        let record = owner.commit(transaction)?;
        connection.session = Some(session);
        connection.greeting = Some((record, Greeting::Bound));
        let displaced = old.and_then(|old| {
            serving.detached.remove(&old);
            serving.connections.iter().find(|(_, known)| known.session == Some(old)).map(|(id, _)| *id)
        });
        serving.owner.attach(session, over);
        self.tally.count(Count::Bound);
        self.trace(|| format!("client {client}: {session:?} bound over {over:?} in record {}", record.0));
        self.end_connection(node, home, displaced);
        Ok(())
    }

    pub(super) fn resume(
        &mut self,
        (node, home): (usize, usize),
        over: TransportId,
        session: SessionId,
        h: u32,
    ) -> Result<(), Broken> {
        let now = self.now(node);
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let Some(connection) = serving.connections.get_mut(&over) else { return Ok(()) };
        let client = connection.client;
        let address = &self.people.clients[client];
        let user = address.jid.to_bare();
        match serving.owner.resume(now, &user, session, h, over) {
            Ok(resumed) => {
                if resumed.jid != address.jid {
                    return Err(Broken::new("P3", format!("client {client} became {}", resumed.jid)));
                }
                connection.session = Some(session);
                connection.greeting = Some((resumed.record, Greeting::Resumed));
                serving.detached.remove(&session);
                self.tally.count(Count::Resumed);
                self.trace(|| {
                    let record = resumed.record.0;
                    format!("client {client}: {session:?} resumed over {over:?} in record {record}")
                });
                self.end_connection(node, home, resumed.displaced);
                self.reach(node, Point::SessionResumed)?;
            }
            Err(ResumeRefusal::Unknown) => self.refuse_resume((node, home), (client, over), session, None)?,
            Err(ResumeRefusal::Gone { h }) => {
                self.refuse_resume((node, home), (client, over), session, Some(h))?;
            }
            // The database has lost that the replica was behind, which was adopted then.
            Err(ResumeRefusal::TooHigh(_)) if self.truth.forgiven.contains(&session) => {
                self.refuse_resume((node, home), (client, over), session, None)?;
            }
            Err(ResumeRefusal::TooHigh(error)) => {
                return Err(Broken::new("P3", format!("{session:?} could not be resumed: {error}")));
            }
            Err(ResumeRefusal::Broken) => return Err(Broken::new("records", "a resume did not fit")),
        }
        Ok(())
    }

    /// R4 once more: an answer that nothing has to confirm is given only by one who may serve right now.
    fn refuse_resume(
        &mut self,
        (node, home): (usize, usize),
        (client, over): (usize, TransportId),
        session: SessionId,
        h: Option<u32>,
    ) -> Result<(), Broken> {
        let moment = self.moment(node);
        if !self.nodes[node].seat(home).is_some_and(|seat| seat.ownership.may_serve(moment)) {
            return Ok(());
        }
        self.check_refusal(home, session)?;
        if let Some(h) = h {
            self.told(client, session, h)?;
        }
        self.tally.count(Count::NotResumed);
        self.trace(|| format!("client {client}: no resume over {over:?}: h {h:?}"));
        self.send(node, home, over, ToClient::Failed(h));
        Ok(())
    }

    /// The connection broke, and the server has found out.
    pub(super) fn server_notices(
        &mut self,
        node: usize,
        home: usize,
        over: TransportId,
    ) -> Result<(), Broken> {
        let (clock, now) = (self.clock, self.now(node));
        let serving = serving_mut(&mut self.nodes, clock, node, home);
        let Some(serving) = serving.filter(|serving| serving.hand_over.is_none()) else {
            if self.may_serve_soon(node, home) {
                self.later(node, clock + AGAIN_MS, Happening::Lost { home, over });
            }
            return Ok(());
        };
        let held = serving.held_by(over);
        if serving.connections.remove(&over).is_none() {
            return Ok(());
        }
        let Some(session) = held else { return Ok(()) };
        let owner = &mut serving.owner;
        let mut transaction = owner.begin(now, Cause::Transport);
        match owner.ledger().session(session).and_then(|known| known.resume) {
            Some(wait) => {
                transaction.effect(Effect::Detached { session, wait, reason: Reason::TransportLost });
                serving.detached.insert(session, clock);
            }
            None => {
                let reason = Reason::TransportLost;
                let ledger = owner.ledger();
                end(&self.people, ledger, &mut transaction, &mut self.truth, (home, session, reason));
            }
        }
        owner.commit(transaction)?;
        self.trace(|| format!("home {home}: {session:?} lost {over:?}"));
        Ok(())
    }

    pub(super) fn closed_by_client(
        &mut self,
        (node, home): (usize, usize),
        over: TransportId,
        session: SessionId,
    ) -> Result<(), Broken> {
        self.end_session(node, home, session, Reason::ClientClosed)?;
        self.end_connection(node, home, Some(over));
        Ok(())
    }

    /// Sessions whose clients did not come back in time. None end while the home is in transition.
    pub(super) fn expire(&mut self, node: usize) -> Result<(), Broken> {
        let now = self.now(node);
        for home in homes_of(node) {
            let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, *home) else { continue };
            if serving.hand_over.is_some() || !serving.settled {
                continue;
            }
            for session in serving.owner.due(now.moment) {
                self.check_expiry(node, *home, session)?;
                self.tally.count(Count::Expired);
                self.end_session(node, *home, session, Reason::Expired)?;
            }
        }
        Ok(())
    }

    fn end_session(
        &mut self,
        node: usize,
        home: usize,
        session: SessionId,
        reason: Reason,
    ) -> Result<(), Broken> {
        let now = self.now(node);
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        if serving.owner.ledger().session(session).is_none() {
            return Ok(());
        }
        let mut transaction = serving.owner.begin(now, Cause::Deadline);
        let ledger = serving.owner.ledger();
        end(&self.people, ledger, &mut transaction, &mut self.truth, (home, session, reason));
        let record = serving.owner.commit(transaction)?;
        serving.detached.remove(&session);
        self.trace(|| format!("home {home}: {session:?} ended in record {}: {reason}", record.0));
        Ok(())
    }

    /// The server ends a connection; its client finds out.
    fn end_connection(&mut self, node: usize, home: usize, over: Option<TransportId>) {
        let clock = self.clock;
        let serving = serving_mut(&mut self.nodes, clock, node, home);
        let Some((over, serving)) = over.zip(serving) else { return };
        let Some(connection) = serving.connections.remove(&over) else { return };
        let at = connection.last_out.max(clock) + 1 + self.rng.u64(..100);
        self.agenda.add(at, Event::ClientNotices(connection.client, over));
    }
}

/// How long a session may stay away.
pub(super) fn wait_of(ledger: &Ledger, session: SessionId) -> std::time::Duration {
    ledger.session(session).and_then(|known| known.resume).unwrap_or(RELOGIN)
}

/// Ends a session: everybody who sees it is told.
fn end(
    people: &People,
    ledger: &Ledger,
    transaction: &mut Transaction,
    truth: &mut Truth,
    (home, session, reason): (usize, SessionId, Reason),
) {
    let Some(known) = ledger.session(session) else { return };
    if known.may_be_seen()
        && let Some(client) = people.client_at(&known.jid)
    {
        people.broadcast(ledger, transaction, home, client, Content::Unavailable(client));
    }
    close(people, ledger, transaction, truth, (session, reason));
}

/// Ends a session without a word to others. What its client did not receive goes to the user's other sessions, or
/// stays in the spool.
fn close(
    people: &People,
    ledger: &Ledger,
    transaction: &mut Transaction,
    truth: &mut Truth,
    (session, reason): (SessionId, Reason),
) {
    let Some(known) = ledger.session(session) else { return };
    let Some(client) = people.client_at(&known.jid) else { return };
    let others = available(ledger, people, people.clients[client].person);
    for (_, message) in ledger.undelivered(session) {
        for other in others.iter().filter(|other| **other != session) {
            transaction.enqueue(*other, message.stanza.clone(), Some(message.spooled));
        }
    }
    // The client may have received them and not have said so.
    let queued = known.queue.entries().filter_map(|entry| Content::message(&entry.stanza));
    truth.excused.extend(queued.map(|id| (client, id)));
    truth.unresumable.insert(session);
    let at = transaction.now().wall;
    transaction.effect(Effect::Closed { session, reason, at });
}
