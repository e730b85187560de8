//! What stanzas do: a small stand-in for the server's routing. Each is one record.

use everpresent_session::ids::SessionId;
use everpresent_session::ledger::{Ledger, Misfit};
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::record::{Cause, Effect, Flag, Spooled};
use everpresent_session::row::{Row, SpoolRow};
use everpresent_session::session::Presence;
use everpresent_stanza::{BareJid, Jid};

use super::Planted;
use super::agenda::Event;
use super::connection::{FromClient, ToClient};
use super::content::{Content, MessageId};
use super::truth::Broken;
use super::world::World;

impl From<Misfit> for Broken {
    fn from(misfit: Misfit) -> Self {
        Self::new("records", misfit.to_string())
    }
}

impl World {
    /// A frame of a client has arrived.
    pub(super) fn at_server(&mut self, transport: TransportId, frame: FromClient) -> Result<(), Broken> {
        let Some(connection) = self.home.as_mut().and_then(|home| home.connections.get_mut(&transport))
        else {
            return Ok(());
        };
        connection.waiting.push_back(frame);
        self.next_waiting(transport)
    }

    /// Deals with what a connection sent, until something has to be waited for.
    pub(super) fn next_waiting(&mut self, transport: TransportId) -> Result<(), Broken> {
        loop {
            let Some(home) = &mut self.home else { return Ok(()) };
            let Some(connection) = home.connections.get_mut(&transport) else { return Ok(()) };
            if connection.greeting.is_some() || connection.reading {
                return Ok(());
            }
            let Some(frame) = connection.waiting.pop_front() else { return Ok(()) };
            self.handle(transport, frame)?;
        }
    }

    fn handle(&mut self, transport: TransportId, frame: FromClient) -> Result<(), Broken> {
        match frame {
            FromClient::Bind => return self.bind(transport),
            FromClient::Resume(session, h) => return self.resume(transport, session, h),
            _ => {}
        }
        let Some(session) = self.home.as_ref().and_then(|home| home.held_by(transport)) else {
            return Ok(());
        };
        match frame {
            FromClient::Message(id, to) => self.message(session, id, &to),
            FromClient::Presence => {
                if let Some(connection) =
                    self.home.as_mut().and_then(|home| home.connections.get_mut(&transport))
                {
                    connection.reading = true;
                }
                let at = self.clock + 1 + self.rng.u64(..10);
                self.agenda.add(at, Event::ReadSpool(transport, session));
                Ok(())
            }
            FromClient::Directed(to) => {
                let to = Jid::from(to);
                self.switch(session, Effect::Directed { session, to, available: true })
            }
            FromClient::Carbons => self.switch(session, Effect::Flag { session, flag: Flag::Carbons(true) }),
            FromClient::Request => self.request(transport, session),
            FromClient::Answer(h) => self.answer(session, h),
            FromClient::Close => self.closed_by_client(transport, session),
            FromClient::Bind | FromClient::Resume(..) => Ok(()),
        }
    }

    fn message(&mut self, session: SessionId, id: MessageId, to: &BareJid) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let owner = &mut home.owner;
        let mut transaction = owner.begin(now, Cause::Client(session));
        if owner.accepts_messages() {
            let stanza = Content::Message(id).to_bytes();
            let (row, at) = (transaction.row_id(), now.wall);
            let spooled = Spooled { id: row, at, archived: false, written: false };
            let recipients = available(owner.ledger(), to);
            for recipient in &recipients {
                transaction.enqueue(*recipient, stanza.clone(), Some(spooled));
            }
            if recipients.is_empty() {
                transaction.store(Row::Spool(SpoolRow {
                    user: to.clone(),
                    id: row,
                    at,
                    archived: false,
                    stanza,
                }));
            }
            copy(owner.ledger(), &mut transaction, session, id);
        } else {
            transaction.enqueue(session, Content::Refused(id).to_bytes(), None);
            self.truth.refused(id);
            self.tally.refused += 1;
        }
        handled(owner.ledger(), &mut transaction, session);
        let record = owner.commit(transaction)?;
        self.trace(|| format!("{id:?} to {to} in record {}", record.0));
        Ok(())
    }

    fn switch(&mut self, session: SessionId, effect: Effect) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let mut transaction = home.owner.begin(now, Cause::Client(session));
        transaction.effect(effect);
        handled(home.owner.ledger(), &mut transaction, session);
        home.owner.commit(transaction)?;
        Ok(())
    }

    /// Initial presence: others are told, and what waited is delivered. The spool is read when nothing of the user's
    /// is on its way there or out of it.
    pub(super) fn read_spool(&mut self, transport: TransportId, session: SessionId) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        if home.held_by(transport) != Some(session) {
            return Ok(());
        }
        let ledger = home.owner.ledger();
        let Some(jid) = ledger.session(session).map(|session| session.jid.clone()) else { return Ok(()) };
        let user = jid.to_bare();
        let pending = ledger.unfinished().any(|(_, row)| is_spool_of(row, &user));
        if pending || !self.database.is_up(self.clock) {
            self.agenda.add(self.clock + 10, Event::ReadSpool(transport, session));
            return Ok(());
        }
        let mut transaction = home.owner.begin(now, Cause::Client(session));
        let stanza = Content::Available(jid.clone()).to_bytes();
        let presence = Presence { stanza: stanza.clone(), priority: 0, at: now.wall };
        transaction.effect(Effect::Presence { session, presence: Some(presence) });
        for other in ledger.sessions().filter(|other| other.jid.to_bare() != user) {
            if other.is_available() {
                transaction.enqueue(other.id, stanza.clone(), None);
            }
            if other.is_seen() {
                transaction.enqueue(session, Content::Available(other.jid.clone()).to_bytes(), None);
            }
        }
        for row in self.database.spool_of(&user).filter(|row| ledger.message(row.id).is_none()) {
            let spooled = Spooled { id: row.id, at: row.at, archived: row.archived, written: true };
            transaction.enqueue(session, row.stanza.clone(), Some(spooled));
        }
        handled(ledger, &mut transaction, session);
        let record = home.owner.commit(transaction)?;
        if let Some(connection) = home.connections.get_mut(&transport) {
            connection.reading = false;
        }
        self.trace(|| format!("{jid} is available in record {}", record.0));
        self.next_waiting(transport)
    }

    fn request(&mut self, transport: TransportId, session: SessionId) -> Result<(), Broken> {
        let Some(home) = &mut self.home else { return Ok(()) };
        let Some(client) = home.connections.get(&transport).map(|known| known.client) else { return Ok(()) };
        let Some(mut h) = home.owner.ack_requested(session) else { return Ok(()) };
        if self.options.planted == Some(Planted::AcknowledgedBeforeConfirmed)
            && let Some(known) = home.owner.ledger().session(session)
        {
            h = known.handled;
        }
        self.told(client, session, h)?;
        self.send(transport, ToClient::Answer(h));
        Ok(())
    }

    fn answer(&mut self, session: SessionId, h: u32) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let acked = home.owner.client_acked(now, session, h);
        acked.map_err(|error| Broken::new("P3", format!("{session:?}: {error}")))
    }
}

/// A stanza of this session's client is dealt with.
fn handled(ledger: &Ledger, transaction: &mut Transaction, session: SessionId) {
    if ledger.session(session).is_some_and(|session| session.managed) {
        transaction.effect(Effect::Handled { session });
    }
}

/// The user's sessions that take messages.
pub(super) fn available(ledger: &Ledger, user: &BareJid) -> Vec<SessionId> {
    ledger.sessions_of(user).filter(|session| session.is_available()).map(|session| session.id).collect()
}

/// Copies for the sender's other sessions.
fn copy(ledger: &Ledger, transaction: &mut Transaction, sender: SessionId, id: MessageId) {
    let Some(user) = ledger.session(sender).map(|sender| sender.jid.to_bare()) else { return };
    for other in ledger.sessions_of(&user).filter(|other| other.id != sender && other.carbons) {
        transaction.enqueue(other.id, Content::Copy(id).to_bytes(), None);
    }
}

fn is_spool_of(row: &Row, user: &BareJid) -> bool {
    match row {
        Row::Spool(row) => row.user == *user,
        Row::SpoolGone { user: owner, .. } => owner == user,
        _ => false,
    }
}
