//! Who serves the home, as an oracle decides it: never two at a time, and the one with the replica first.

use everpresent_session::ids::HomeName;
use everpresent_session::ids::{Incarnation, LedgerId};
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::{Owner, Transaction};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Opening};
use everpresent_session::row::HeadRow;
use everpresent_session::session::Presence;

use super::Planted;
use super::agenda::Event;
use super::ends::RELOGIN;
use super::home::Home;
use super::link::Process;
use super::truth::Broken;
use super::world::World;

/// How long the home waits for the process that has the replica before another one takes it.
const PATIENCE_MS: u64 = 400;

impl World {
    /// Somebody takes the home if nobody serves it.
    pub(super) fn consider_takeover(&mut self) -> Result<(), Broken> {
        if self.home.is_some() || !self.database.is_up(self.clock) {
            return Ok(());
        }
        let gone_for = self.clock - self.home_gone;
        let named = self.database.row.replica;
        let has_it = |process: &&Process| named == Some(process.incarnation) && process.replica.is_some();
        let with_replica = self
            .processes
            .iter()
            .position(|process| process.as_ref().is_some_and(|process| has_it(&process)));
        let anybody = self.processes.iter().position(Option::is_some);
        let foreign = self.options.planted == Some(Planted::AdoptsUnnamedReplica);
        match (with_replica, anybody) {
            (Some(node), _) if !foreign => self.take_over(node, true),
            (_, Some(_)) if gone_for >= PATIENCE_MS => {
                let both = self.processes.iter().all(Option::is_some);
                let node = if both { self.rng.usize(..2) } else { anybody.unwrap_or_default() };
                let has = self.processes[node].as_ref().is_some_and(|process| process.replica.is_some());
                self.take_over(node, foreign && has)
            }
            _ => Ok(()),
        }
    }

    fn take_over(&mut self, node: usize, adopts: bool) -> Result<(), Broken> {
        let Some(process) = self.processes[node].take() else { return Ok(()) };
        let epoch = self.database.claim(process.incarnation);
        let replica = process.replica.filter(|replica| adopts && replica.epoch() < epoch);
        let adopted = replica.is_some();
        if let Some(replica) = replica.as_ref().filter(|replica| replica.last() < self.truth.confirmed) {
            let what =
                format!("adopted at {}, but {} was confirmed", replica.last().0, self.truth.confirmed.0);
            return Err(Broken::new("P2", what));
        }
        let ledger = match replica {
            Some(replica) => replica.continue_under(epoch),
            None => Ledger::new(HomeName::new("imp1"), LedgerId(self.rng.u128(..)), epoch),
        };
        self.terms += 1;
        self.trace(|| format!("node {node} takes over under {epoch}, with the replica: {adopted}"));
        let owner = Owner::new(ledger, self.database.heads.keys().copied());
        let mut home = Home::new(node, process.incarnation, epoch, self.terms, owner);
        self.adopt_sessions(&mut home, adopted)?;
        if adopted {
            self.tally.adopted += 1;
        } else {
            self.tally.from_heads += 1;
            self.forget_promises();
        }
        self.home = Some(home);
        self.agenda.add(self.clock + 100, Event::Beat(self.terms));
        Ok(())
    }

    /// One record: sessions are detached with their full time anew.
    fn adopt_sessions(&mut self, home: &mut Home, adopted: bool) -> Result<(), Broken> {
        let mut transaction = home.owner.begin(self.now(), Cause::Takeover);
        let reason = Reason::Adopted;
        if adopted {
            for session in home.owner.ledger().sessions() {
                let wait = session.resume.unwrap_or(RELOGIN);
                transaction.effect(Effect::Detached { session: session.id, wait, reason });
            }
            if self.options.planted == Some(Planted::AdoptedStayOpen) {
                return Ok(());
            }
        } else {
            for head in self.database.heads.values() {
                open_from_head(&mut transaction, head);
            }
        }
        let made = !transaction.effects().is_empty();
        let record = home.owner.commit(transaction)?;
        if made {
            home.takeover = record;
        }
        let clock = self.clock;
        home.detached = home.owner.ledger().sessions().map(|session| (session.id, clock)).collect();
        Ok(())
    }

    /// The owner died in spooled mode: its sessions cannot be resumed, and the spool may deliver a second time.
    fn forget_promises(&mut self) {
        for client in &self.clients {
            self.truth.unresumable.extend(client.session);
            self.truth.excused_below.insert(client.index, client.next_number);
        }
    }

    /// The serving process stops: it crashes, or it hands over and waits.
    pub(super) fn stop_serving(&mut self, crash: bool) {
        let Some(home) = self.home.take() else { return };
        self.home_gone = self.clock;
        self.truth.confirmed = home.owner.confirmed();
        self.trace(|| {
            let (mode, confirmed) = (home.owner.mode(), home.owner.confirmed().0);
            format!("node {} stops (crash: {crash}) in {mode:?}, confirmed {confirmed}", home.node)
        });
        for (transport, connection) in &home.connections {
            let at = self.clock + 1 + self.rng.u64(..300);
            self.agenda.add(at.max(connection.last_out), Event::ClientNotices(connection.client, *transport));
        }
        if crash {
            self.start_later(home.node);
        } else {
            let process = Process { incarnation: home.incarnation, replica: None, stream: self.streams };
            self.processes[home.node] = Some(process);
        }
    }

    pub(super) fn start_later(&mut self, node: usize) {
        let longest = if self.faulty() { 3_000 } else { 200 };
        let at = self.clock + 50 + self.rng.u64(..longest);
        self.agenda.add(at, Event::Start(node));
    }

    pub(super) fn start(&mut self, node: usize) {
        if self.processes[node].is_some() || self.home.as_ref().is_some_and(|home| home.node == node) {
            return;
        }
        let incarnation = Incarnation(self.rng.u128(..));
        self.trace(|| format!("node {node} starts"));
        self.processes[node] = Some(Process { incarnation, replica: None, stream: 0 });
    }
}

fn open_from_head(transaction: &mut Transaction, head: &HeadRow) {
    let session = head.session;
    transaction.effect(Effect::Opened(Opening {
        session,
        jid: head.jid.clone(),
        user_agent: head.user_agent.clone(),
        at: head.opened,
        reason: Reason::Adopted,
        handled: head.handled,
    }));
    if let Some(stanza) = head.presence.clone() {
        let presence = Presence { stanza, priority: 0, at: transaction.now().wall };
        transaction.effect(Effect::Presence { session, presence: Some(presence) });
    }
    for to in head.directed.iter().cloned() {
        transaction.effect(Effect::Directed { session, to, available: true });
    }
    transaction.effect(Effect::Detached { session, wait: RELOGIN, reason: Reason::Adopted });
}
