//! What a process does after each event: records, batches, answers, output and stanzas for others go on their way.

use everpresent_recovery::ownership::Input;
use everpresent_session::ids::SessionId;
use everpresent_session::owner::{Mode, TransportId};
use everpresent_session::row::Row;

use super::Planted;
use super::agenda::{Event, Happening};
use super::asking::{Answer, Ask};
use super::boundary::Point;
use super::connection::{Greeting, ToClient};
use super::content::Content;
use super::node::seat_mut;
use super::people::homes_of;
use super::rules;
use super::serving::serving_mut;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// How many bytes a connection takes at once: a few stanzas.
const TAKE_BYTES: usize = 60;
/// Planted: so late is the replica cleared.
const CLEARED_LATE_MS: u64 = 250;

impl World {
    pub(super) fn pump(&mut self, node: usize) -> Result<(), Broken> {
        for home in homes_of(node) {
            if self.nodes[node].seat(*home).is_some_and(|seat| seat.serving.is_some()) {
                self.pump_home(node, *home)?;
            }
        }
        Ok(())
    }

    fn pump_home(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        self.pump_records(node, home);
        self.pump_batch(node, home);
        self.pump_witness(node, home)?;
        self.pump_greetings(node, home)?;
        self.pump_output(node, home)?;
        self.pump_records(node, home);
        self.pump_routes(node, home)?;
        self.pump_taken(node, home)?;
        self.pump_hand_over(node, home)?;
        if let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) {
            serving.note_settled();
        }
        self.note_mode(node, home)
    }

    fn pump_batch(&mut self, node: usize, home: usize) {
        let planted = self.options.planted;
        let Some(by) = self.nodes[node].incarnation() else { return };
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return };
        if self.clock < serving.batch_at || serving.hand_over.is_some() || serving.batch.is_some() {
            return;
        }
        let leaving = matches!(serving.owner.mode(), Mode::Leaving { .. });
        let Some(mut batch) = serving.owner.take_batch() else { return };
        if leaving && planted == Some(Planted::QueueNotSpooled) {
            batch.rows.retain(|row| !matches!(row, Row::Spool(_)));
        }
        let epoch = serving.epoch;
        let number = self.ask(node, home, by, Ask::Batch { epoch, rows: batch.rows, leaving });
        if let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) {
            serving.batch = Some(number);
        }
    }

    /// The database answers a batch. One that is fenced meanwhile does not know what became of it (R4, R7).
    pub(super) fn batch_answered(
        &mut self,
        node: usize,
        home: usize,
        number: u64,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let (clock, now) = (self.clock, self.now(node));
        let may = serving_mut(&mut self.nodes, clock, node, home).is_some();
        let Some(serving) = seat_mut(&mut self.nodes, node, home).and_then(|seat| seat.serving.as_mut())
        else {
            return Ok(());
        };
        if serving.batch != Some(number) {
            return Ok(());
        }
        serving.batch = None;
        let epoch = serving.epoch;
        if matches!(answer, Answer::Done) && may {
            serving.owner.batch_committed(now)?;
            return Ok(());
        }
        serving.owner.batch_failed();
        serving.batch_at = clock + 30;
        if matches!(answer, Answer::Refused) {
            return self.give(node, home, Input::WriteRefused { epoch });
        }
        Ok(())
    }

    /// R3.
    fn pump_witness(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let clock = self.clock;
        let late = self.options.planted == Some(Planted::ReplicaClearedLate);
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
        if late && matches!(serving.owner.mode(), Mode::Leaving { .. }) {
            serving.cleared_late = Some(clock + CLEARED_LATE_MS);
            serving.owner.replica_written(None, everpresent_session::owner::WitnessOutcome::Done);
        }
        if serving.cleared_late.take_if(|at| *at <= clock).is_some() {
            return self.give(node, home, Input::ReplicaBehind);
        }
        let Some(wish) = rules::replica_wish(&serving.owner, serving.told_replica) else { return Ok(()) };
        serving.told_replica = serving.owner.wanted_replica();
        self.give(node, home, wish)
    }

    /// Answers whose record is confirmed.
    fn pump_greetings(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let confirmed = serving.owner.confirmed();
        let mut due = Vec::new();
        for (over, connection) in &mut serving.connections {
            if connection.greeting.is_some_and(|(record, _)| record <= confirmed)
                && let Some((_, greeting)) = connection.greeting.take()
                && let Some(session) = connection.session
            {
                due.push((*over, session, greeting, connection.client));
            }
        }
        for (over, session, greeting, client) in due {
            let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
            serving.rung.insert(session);
            match greeting {
                Greeting::Bound => self.send(node, home, over, ToClient::Bound(session)),
                Greeting::Resumed => {
                    let h = serving.owner.confirmed_handled(session).unwrap_or_default();
                    self.told(client, session, h)?;
                    self.send(node, home, over, ToClient::Resumed(h));
                }
            }
            self.next_waiting(node, home, over)?;
        }
        Ok(())
    }

    fn pump_output(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let woken = serving.owner.take_woken();
        serving.rung.extend(woken);
        if serving.hand_over.is_some() || serving.rung.is_empty() {
            return Ok(());
        }
        for session in serving.rung.clone() {
            // A busy connection comes later.
            if self.faulty() && self.rng.u32(..100) < 25 {
                continue;
            }
            let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
            let transport = serving.owner.transport(session);
            let ready =
                transport.and_then(|id| serving.connections.get(&id)).map(|known| known.greeting.is_none());
            match (transport, ready) {
                (Some(transport), Some(true)) => self.take_output(node, home, transport, session)?,
                (Some(_), Some(false)) => {}
                _ => {
                    serving.rung.remove(&session);
                }
            }
        }
        Ok(())
    }

    fn take_output(
        &mut self,
        node: usize,
        home: usize,
        over: TransportId,
        session: SessionId,
    ) -> Result<(), Broken> {
        let now = self.now(node);
        let early = self.options.planted == Some(Planted::SentBeforeConfirmed);
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let mut output = serving.owner.take_output(now, session, TAKE_BYTES)?;
        if !output.more {
            serving.rung.remove(&session);
        }
        let Some(connection) = serving.connections.get_mut(&over) else { return Ok(()) };
        let client = connection.client;
        if early {
            let done = connection.ahead.min(output.stanzas.len());
            output.stanzas.drain(..done);
            connection.ahead -= done;
            let known = serving.owner.ledger().session(session);
            if let Some(known) = known.filter(|known| known.managed && !output.more) {
                let from = output.unacknowledged + connection.ahead;
                let ahead: Vec<_> =
                    known.queue.entries_from(from).map(|entry| entry.stanza.clone()).collect();
                connection.ahead += ahead.len();
                output.stanzas.extend(ahead);
            }
        }
        let managed = self.clients[client].managed;
        for stanza in output.stanzas {
            if !managed && let Some(id) = Content::message(&stanza) {
                self.truth.handed(id);
            }
            self.send(node, home, over, ToClient::Stanza(stanza));
        }
        if let Some(h) = output.ack {
            self.told(client, session, h)?;
            self.send(node, home, over, ToClient::Answer(h));
        }
        if output.unacknowledged > 0 && (!self.faulty() || self.rng.bool()) {
            self.send(node, home, over, ToClient::Request);
        }
        Ok(())
    }

    /// Writes to a connection. Nothing overtakes.
    pub(super) fn send(&mut self, node: usize, home: usize, over: TransportId, frame: ToClient) {
        let clock = self.clock;
        let Some(serving) = seat_mut(&mut self.nodes, node, home).and_then(|seat| seat.serving.as_mut())
        else {
            return;
        };
        let Some(connection) = serving.connections.get_mut(&over) else { return };
        let at = connection.last_out.max(clock + 1 + self.rng.u64(..15));
        connection.last_out = at;
        self.agenda.add(at, Event::ToClient(connection.client, over, frame));
    }

    /// Tells of a change of mode.
    fn note_mode(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        let mode = serving.owner.mode();
        let before = std::mem::replace(&mut serving.mode, mode);
        if before == mode {
            return Ok(());
        }
        self.trace(|| format!("home {home} at node {node}: mode {mode:?}"));
        let point = match mode {
            Mode::Spooled => Point::Spooled,
            Mode::Entering { .. } => Point::Entering,
            Mode::Protected { .. } => {
                self.tally.count(Count::Protected);
                Point::Protected
            }
            Mode::Leaving { .. } => {
                self.tally.count(Count::LeftProtected);
                Point::Leaving
            }
        };
        self.reach(node, point)
    }

    /// Deadlines and retries of a process.
    pub(super) fn tick(&mut self, node: usize) -> Result<(), Broken> {
        self.later(node, self.clock + super::setup::TICK_MS, Happening::Tick);
        let now = self.now(node);
        let Some(process) = &mut self.nodes[node].process else { return Ok(()) };
        process.ticks += 1;
        let beat = process.ticks % 4 == 0;
        self.watch_link(node)?;
        self.go_on_stopping(node)?;
        for home in homes_of(node) {
            if let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, *home) {
                serving.owner.tick(now.moment);
            }
            self.load(node, *home)?;
        }
        if beat {
            self.say_alive(node);
            self.say_stops(node);
            self.offer(node);
            self.stream_still(node);
        }
        self.resend_routes(node);
        self.expire(node)
    }
}
