//! What the serving process does after each event: records, batches, answers and output go on their way.

use everpresent_session::ids::SessionId;
use everpresent_session::owner::{Mode, TransportId};
use everpresent_session::row::Row;

use super::Planted;
use super::agenda::Event;
use super::connection::{Greeting, ToClient};
use super::content::Content;
use super::database::Commit;
use super::link::ToPartner;
use super::truth::Broken;
use super::world::World;

/// How many bytes a connection takes at once: a few stanzas.
const TAKE_BYTES: usize = 60;

impl World {
    pub(super) fn pump(&mut self) -> Result<(), Broken> {
        self.pump_records();
        self.pump_batch();
        self.ask_witness();
        self.pump_greetings()?;
        self.pump_output()?;
        self.pump_records();
        self.note_settled();
        Ok(())
    }

    fn pump_records(&mut self) {
        let Some(home) = &mut self.home else { return };
        let records = home.owner.take_records();
        if records.is_empty() {
            return;
        }
        for record in &records {
            self.truth.record(record);
        }
        home.unconfirmed.extend(records.iter().cloned());
        let stream = home.stream;
        self.send_to_partner(&ToPartner::Records(stream, records));
    }

    fn pump_batch(&mut self) {
        let faulty = self.faulty();
        let Some(home) = self.home.as_mut().filter(|home| self.clock >= home.batch_at) else { return };
        let leaving = matches!(home.owner.mode(), Mode::Leaving { .. });
        let Some(mut batch) = home.owner.take_batch() else { return };
        if leaving && self.options.planted == Some(Planted::QueueNotSpooled) {
            batch.rows.retain(|row| !matches!(row, Row::Spool(_)));
        }
        let arrives = !faulty || self.rng.u32(..100) >= 4;
        let answered = !faulty || self.rng.u32(..100) >= 4;
        let longest = if faulty && self.rng.u32(..100) < 5 { 1_500 } else { 25 };
        let (term, epoch, incarnation) = (home.term, home.epoch, home.incarnation);
        let commit = Commit { term, epoch, incarnation, rows: batch.rows, arrives, answered };
        let at = self.clock + 1 + self.rng.u64(..longest);
        self.agenda.add(at, Event::Commit(commit));
    }

    /// Answers whose record is confirmed.
    fn pump_greetings(&mut self) -> Result<(), Broken> {
        let Some(home) = &mut self.home else { return Ok(()) };
        let confirmed = home.owner.confirmed();
        let mut due = Vec::new();
        for (transport, connection) in &mut home.connections {
            if connection.greeting.is_some_and(|(record, _)| record <= confirmed)
                && let Some((_, greeting)) = connection.greeting.take()
                && let Some(session) = connection.session
            {
                due.push((*transport, session, greeting, connection.client));
            }
        }
        for (transport, session, greeting, client) in due {
            let Some(home) = &mut self.home else { return Ok(()) };
            home.rung.insert(session);
            match greeting {
                Greeting::Bound => self.send(transport, ToClient::Bound(session)),
                Greeting::Resumed => {
                    let h = home.owner.confirmed_handled(session).unwrap_or_default();
                    self.told(client, session, h)?;
                    self.send(transport, ToClient::Resumed(h));
                }
            }
            self.next_waiting(transport)?;
        }
        Ok(())
    }

    fn pump_output(&mut self) -> Result<(), Broken> {
        let Some(home) = &mut self.home else { return Ok(()) };
        home.rung.extend(home.owner.take_woken());
        for session in home.rung.clone() {
            // A busy connection comes later.
            if self.faulty() && self.rng.u32(..100) < 25 {
                continue;
            }
            let Some(home) = &mut self.home else { return Ok(()) };
            let transport = home.owner.transport(session);
            let ready =
                transport.and_then(|id| home.connections.get(&id)).map(|known| known.greeting.is_none());
            match (transport, ready) {
                (Some(transport), Some(true)) => self.take_output(transport, session)?,
                (Some(_), Some(false)) => {}
                _ => {
                    home.rung.remove(&session);
                }
            }
        }
        Ok(())
    }

    fn take_output(&mut self, transport: TransportId, session: SessionId) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = &mut self.home else { return Ok(()) };
        let taken = home.owner.take_output(now, session, TAKE_BYTES);
        let mut output = taken.map_err(|misfit| Broken::new("records", misfit.to_string()))?;
        if !output.more {
            home.rung.remove(&session);
        }
        let Some(connection) = home.connections.get_mut(&transport) else { return Ok(()) };
        let client = connection.client;
        if self.options.planted == Some(Planted::SentBeforeConfirmed) {
            let done = connection.ahead.min(output.stanzas.len());
            output.stanzas.drain(..done);
            connection.ahead -= done;
            if let Some(known) =
                home.owner.ledger().session(session).filter(|known| known.managed && !output.more)
            {
                let from = output.unacknowledged + connection.ahead;
                let early: Vec<_> =
                    known.queue.entries_from(from).map(|entry| entry.stanza.clone()).collect();
                connection.ahead += early.len();
                output.stanzas.extend(early);
            }
        }
        let managed = self.clients[client].managed;
        for stanza in output.stanzas {
            if !managed && let Some(id) = Content::message(&stanza) {
                self.truth.handed(id);
            }
            self.send(transport, ToClient::Stanza(stanza));
        }
        if let Some(h) = output.ack {
            self.told(client, session, h)?;
            self.send(transport, ToClient::Answer(h));
        }
        if output.unacknowledged > 0 && (!self.faulty() || self.rng.bool()) {
            self.send(transport, ToClient::Request);
        }
        Ok(())
    }

    /// Writes to a connection. Nothing overtakes.
    pub(super) fn send(&mut self, transport: TransportId, frame: ToClient) {
        let Some(connection) = self.home.as_mut().and_then(|home| home.connections.get_mut(&transport))
        else {
            return;
        };
        let at = connection.last_out.max(self.clock + 1 + self.rng.u64(..15));
        connection.last_out = at;
        self.agenda.add(at, Event::ToClient(connection.client, transport, frame));
    }

    /// From now on one more fault costs nothing: the takeover is confirmed.
    fn note_settled(&mut self) {
        let Some(home) = self.home.as_mut().filter(|home| !home.settled) else { return };
        let nothing = home.takeover.0 == 0 && home.owner.ledger().messages().len() == 0;
        let confirmed = home.takeover.0 > 0 && home.owner.confirmed() >= home.takeover;
        home.settled = confirmed || (nothing && !home.owner.has_unwritten());
    }
}
