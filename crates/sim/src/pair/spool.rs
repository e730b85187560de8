//! What a connection sends, in order, and reading the spool when somebody becomes available.

use everpresent_session::ids::SessionId;
use everpresent_session::owner::TransportId;
use everpresent_session::record::{Cause, Effect, Spooled};
use everpresent_session::row::Row;
use everpresent_session::session::Presence;
use everpresent_stanza::BareJid;

use super::Planted;
use super::agenda::Happening;
use super::boundary::Point;
use super::connection::{FromClient, ToClient};
use super::content::{Content, MessageId};
use super::routing::handled;
use super::serving::serving_mut;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// The spool is looked at again after this.
const READ_AGAIN_MS: u64 = 30;

impl World {
    /// Deals with what a connection sent, until something has to be waited for.
    pub(super) fn next_waiting(&mut self, node: usize, home: usize, over: TransportId) -> Result<(), Broken> {
        loop {
            let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
            let Some(connection) = serving.connections.get_mut(&over) else { return Ok(()) };
            if connection.greeting.is_some() || connection.reading || serving.hand_over.is_some() {
                return Ok(());
            }
            let Some(frame) = connection.waiting.pop_front() else { return Ok(()) };
            self.handle(node, home, over, frame)?;
        }
    }

    fn handle(
        &mut self,
        node: usize,
        home: usize,
        over: TransportId,
        frame: FromClient,
    ) -> Result<(), Broken> {
        match frame {
            FromClient::Bind => return self.bind(node, home, over),
            FromClient::Resume(session, h) => return self.resume((node, home), over, session, h),
            _ => {}
        }
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let Some(session) = serving.held_by(over) else { return Ok(()) };
        match frame {
            FromClient::Message(id, to) => self.message(node, home, session, (id, to)),
            FromClient::Presence => {
                if let Some(connection) = serving.connections.get_mut(&over) {
                    connection.reading = true;
                }
                let at = self.clock + 1 + self.rng.u64(..10);
                self.later(node, at, Happening::ReadSpool { home, over, session });
                Ok(())
            }
            FromClient::Request => self.request(node, home, over, session),
            FromClient::Answer(h) => {
                let now = self.now(node);
                let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else {
                    return Ok(());
                };
                let acked = serving.owner.client_acked(now, session, h);
                acked.map_err(|error| Broken::new("P3", format!("{session:?}: {error}")))
            }
            FromClient::Close => self.closed_by_client((node, home), over, session),
            FromClient::Bind | FromClient::Resume(..) => Ok(()),
        }
    }

    fn message(
        &mut self,
        node: usize,
        home: usize,
        session: SessionId,
        (id, to): (MessageId, usize),
    ) -> Result<(), Broken> {
        let now = self.now(node);
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let owner = &mut serving.owner;
        let mut transaction = owner.begin(now, Cause::Client(session));
        if owner.accepts_messages() {
            self.truth.taken(id);
            self.people.deliver(owner.ledger(), &mut transaction, home, to, Content::Message(id));
        } else {
            transaction.enqueue(session, Content::Refused(id).to_bytes(), None);
            self.truth.refused(id);
            self.tally.count(Count::Refused);
        }
        handled(owner.ledger(), &mut transaction, session);
        let record = owner.commit(transaction)?;
        self.trace(|| format!("home {home}: {id:?} to {to} in record {}", record.0));
        self.reach(node, Point::MessageTaken)
    }

    fn request(
        &mut self,
        node: usize,
        home: usize,
        over: TransportId,
        session: SessionId,
    ) -> Result<(), Broken> {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let Some(client) = serving.connections.get(&over).map(|known| known.client) else { return Ok(()) };
        let Some(mut h) = serving.owner.ack_requested(session) else { return Ok(()) };
        if self.options.planted == Some(Planted::AcknowledgedBeforeConfirmed)
            && let Some(known) = serving.owner.ledger().session(session)
        {
            h = known.handled;
        }
        self.told(client, session, h)?;
        self.send(node, home, over, ToClient::Answer(h));
        Ok(())
    }

    /// Initial presence: others are told and asked, and what waited is delivered. The spool is read when nothing of the
    /// user's is on its way there or out of it.
    pub(super) fn read_spool(
        &mut self,
        node: usize,
        home: usize,
        over: TransportId,
        session: SessionId,
    ) -> Result<(), Broken> {
        let (clock, now, reachable) = (self.clock, self.now(node), self.reaches_database(node));
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else {
            if self.may_serve_soon(node, home) {
                self.later(node, clock + READ_AGAIN_MS, Happening::ReadSpool { home, over, session });
            }
            return Ok(());
        };
        if serving.held_by(over) != Some(session) {
            return Ok(());
        }
        let ledger = serving.owner.ledger();
        let Some(jid) = ledger.session(session).map(|session| session.jid.clone()) else { return Ok(()) };
        let Some(client) = self.people.client_at(&jid) else { return Ok(()) };
        let user = jid.to_bare();
        let pending = ledger.unfinished().any(|(_, row)| is_spool_of(row, &user));
        if pending || !reachable || serving.hand_over.is_some() {
            self.later(node, clock + READ_AGAIN_MS, Happening::ReadSpool { home, over, session });
            return Ok(());
        }
        let mut transaction = serving.owner.begin(now, Cause::Client(session));
        let stanza = Content::Available(client).to_bytes();
        let presence = Presence { stanza, priority: 0, at: now.wall };
        transaction.effect(Effect::Presence { session, presence: Some(presence) });
        self.people.broadcast(ledger, &mut transaction, home, client, Content::Available(client));
        self.people.probe_all(ledger, &mut transaction, (home, session, client));
        let waiting = self.database.homes[home].spool_of(&user);
        for row in waiting.filter(|row| ledger.message(row.id).is_none()) {
            let spooled = Spooled { id: row.id, at: row.at, archived: row.archived, written: true };
            transaction.enqueue(session, row.stanza.clone(), Some(spooled));
        }
        handled(ledger, &mut transaction, session);
        let record = serving.owner.commit(transaction)?;
        if let Some(connection) = serving.connections.get_mut(&over) {
            connection.reading = false;
        }
        self.trace(|| format!("client {client} is available in record {}", record.0));
        self.next_waiting(node, home, over)
    }
}

fn is_spool_of(row: &Row, user: &BareJid) -> bool {
    match row {
        Row::Spool(row) => row.user == *user,
        Row::SpoolGone { user: owner, .. } => owner == user,
        _ => false,
    }
}
