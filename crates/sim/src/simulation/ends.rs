//! Sessions begin, lose their connections, come back and end.

use std::time::Duration;

use everpresent_session::ids::SessionId;
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::{ResumeRefusal, Transaction, TransportId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Opening};

use super::agenda::Event;
use super::connection::{Greeting, ToClient};
use super::content::Content;
use super::routing::available;
use super::truth::{Broken, Truth};
use super::world::World;

/// How long a client may stay away.
pub(super) const RESUME: Duration = Duration::from_secs(6);
/// How long the sessions that cannot be resumed are kept after a takeover.
pub(super) const RELOGIN: Duration = Duration::from_secs(5);

impl World {
    pub(super) fn bind(&mut self, transport: TransportId) -> Result<(), Broken> {
        let now = self.now();
        let session = SessionId(self.rng.u128(..));
        let Some(home) = &mut self.home else { return Ok(()) };
        let Some(connection) = home.connections.get_mut(&transport) else { return Ok(()) };
        let client = &self.clients[connection.client];
        let owner = &mut home.owner;
        let mut transaction = owner.begin(now, Cause::Client(session));
        transaction.effect(Effect::Opened(Opening {
            session,
            jid: client.jid.clone(),
            user_agent: Some(client.jid.to_string()),
            at: now.wall,
            reason: Reason::SignedIn,
            handled: 0,
        }));
        if client.managed {
            transaction.effect(Effect::Managed { session, resume: Some(RESUME) });
        }
        let old = owner.ledger().session_at(&client.jid).map(|old| old.id);
        if let Some(old) = old {
            transaction.effect(Effect::Inherited { session, from: old });
            close(
                owner.ledger(),
                &mut transaction,
                &mut self.truth,
                connection.client,
                old,
                Reason::Replaced,
            );
        }
        let record = owner.commit(transaction)?;
        connection.session = Some(session);
        connection.greeting = Some((record, Greeting::Bound));
        let displaced = old.and_then(|old| {
            home.detached.remove(&old);
            home.connections.iter().find(|(_, known)| known.session == Some(old)).map(|(id, _)| *id)
        });
        owner.attach(session, transport);
        self.trace(|| format!("{session:?} bound over {transport:?} in record {}", record.0));
        self.end_connection(displaced);
        Ok(())
    }

    pub(super) fn resume(
        &mut self,
        transport: TransportId,
        session: SessionId,
        h: u32,
    ) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let Some(connection) = home.connections.get_mut(&transport) else { return Ok(()) };
        let client = connection.client;
        let user = self.clients[client].jid.to_bare();
        match home.owner.resume(now, &user, session, h, transport) {
            Ok(resumed) => {
                connection.session = Some(session);
                connection.greeting = Some((resumed.record, Greeting::Resumed));
                home.detached.remove(&session);
                self.tally.resumed += 1;
                self.trace(|| {
                    format!("{session:?} resumed over {transport:?} in record {}", resumed.record.0)
                });
                self.end_connection(resumed.displaced);
            }
            Err(ResumeRefusal::Unknown) => {
                self.check_refusal(session)?;
                self.refuse_resume(transport, None);
            }
            Err(ResumeRefusal::Gone { h }) => {
                self.check_refusal(session)?;
                self.told(client, session, h)?;
                self.refuse_resume(transport, Some(h));
            }
            Err(ResumeRefusal::TooHigh(error)) => {
                return Err(Broken::new("P3", format!("{session:?} could not be resumed: {error}")));
            }
            Err(ResumeRefusal::Broken) => return Err(Broken::new("records", "a resume did not fit")),
        }
        Ok(())
    }

    fn refuse_resume(&mut self, transport: TransportId, h: Option<u32>) {
        self.tally.not_resumed += 1;
        self.trace(|| format!("no resume over {transport:?}: h {h:?}"));
        self.send(transport, ToClient::Failed(h));
    }

    /// The connection broke, and the server has found out.
    pub(super) fn server_notices(&mut self, transport: TransportId) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let held = home.held_by(transport);
        let Some(connection) = home.connections.remove(&transport) else { return Ok(()) };
        let Some(session) = held else { return Ok(()) };
        let mut transaction = home.owner.begin(now, Cause::Transport);
        match home.owner.ledger().session(session).and_then(|known| known.resume) {
            Some(wait) => {
                transaction.effect(Effect::Detached { session, wait, reason: Reason::TransportLost });
                home.detached.insert(session, self.clock);
            }
            None => {
                let ledger = home.owner.ledger();
                end(
                    ledger,
                    &mut transaction,
                    &mut self.truth,
                    connection.client,
                    session,
                    Reason::TransportLost,
                );
            }
        }
        home.owner.commit(transaction)?;
        self.trace(|| format!("{session:?} lost {transport:?}"));
        Ok(())
    }

    pub(super) fn closed_by_client(
        &mut self,
        transport: TransportId,
        session: SessionId,
    ) -> Result<(), Broken> {
        self.end_session(session, Reason::ClientClosed)?;
        self.end_connection(Some(transport));
        Ok(())
    }

    /// Sessions whose clients did not come back in time.
    pub(super) fn expire(&mut self) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &self.home else { return Ok(()) };
        for session in home.owner.due(now.moment) {
            let Some(home) = &mut self.home else { return Ok(()) };
            let since = home.detached.get(&session).copied();
            let wait = match home.owner.ledger().session(session).and_then(|known| known.resume) {
                Some(wait) => wait,
                None => RELOGIN,
            };
            let early = since.is_none_or(|since| u128::from(self.clock - since) < wait.as_millis());
            if early {
                return Err(Broken::new("P5", format!("{session:?} expired before its time")));
            }
            self.tally.expired += 1;
            self.end_session(session, Reason::Expired)?;
        }
        Ok(())
    }

    fn end_session(&mut self, session: SessionId, reason: Reason) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let Some(jid) = home.owner.ledger().session(session).map(|known| known.jid.clone()) else {
            return Ok(());
        };
        let Some(client) = self.clients.iter().position(|client| client.jid == jid) else { return Ok(()) };
        let mut transaction = home.owner.begin(now, Cause::Deadline);
        end(home.owner.ledger(), &mut transaction, &mut self.truth, client, session, reason);
        home.owner.commit(transaction)?;
        home.detached.remove(&session);
        self.trace(|| format!("{session:?} ended: {reason}"));
        Ok(())
    }

    /// The server ends a connection; its client finds out.
    fn end_connection(&mut self, transport: Option<TransportId>) {
        let Some((transport, home)) = transport.zip(self.home.as_mut()) else { return };
        let Some(connection) = home.connections.remove(&transport) else { return };
        let at = connection.last_out.max(self.clock) + 1 + self.rng.u64(..100);
        self.agenda.add(at, Event::ClientNotices(connection.client, transport));
    }
}

/// Ends a session: everybody who sees it is told.
fn end(
    ledger: &Ledger,
    transaction: &mut Transaction,
    truth: &mut Truth,
    client: usize,
    session: SessionId,
    reason: Reason,
) {
    let Some(known) = ledger.session(session) else { return };
    if known.may_be_seen() {
        let user = known.jid.to_bare();
        for other in ledger.sessions().filter(|other| other.is_available() && other.jid.to_bare() != user) {
            transaction.enqueue(other.id, Content::Unavailable(known.jid.clone()).to_bytes(), None);
        }
    }
    close(ledger, transaction, truth, client, session, reason);
}

/// Ends a session without a word to others. What its client did not receive goes to the user's other sessions, or
/// stays in the spool.
fn close(
    ledger: &Ledger,
    transaction: &mut Transaction,
    truth: &mut Truth,
    client: usize,
    session: SessionId,
    reason: Reason,
) {
    let Some(known) = ledger.session(session) else { return };
    let others = available(ledger, &known.jid.to_bare());
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
