//! What goes wrong, and when: mostly no more than the promises cover.

use everpresent_recovery::guardian::Input;
use everpresent_session::ids::Incarnation;
use everpresent_session::owner::Mode;

use super::agenda::{Event, Happening};
use super::people::{NODES, homes_of, partner_of};
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// So long after the database has lost writes nothing is promised of a home whose row was among them.
const SHAKY_MS: u64 = 15_000;

/// How much of a node dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    Process,
    /// And the guardian with it.
    Guardian,
    Machine,
}

impl World {
    pub(super) fn fault(&mut self) -> Result<(), Broken> {
        if !self.faulty() {
            return Ok(());
        }
        let next = self.clock + 100 + self.rng.u64(..self.profile.fault_pause);
        self.agenda.add(next, Event::Fault);
        let node = self.rng.usize(..NODES);
        let profile = self.profile;
        let weights = [
            profile.process_crash,
            profile.guardian_crash,
            profile.machine_crash,
            profile.freeze,
            profile.link_cut,
            profile.database_cut,
            profile.outage,
            profile.lost_writes,
            profile.hang_up,
            profile.hand_over,
            profile.clean_stop,
        ];
        let all: u32 = weights.iter().sum();
        let mut dice = self.rng.u32(..all);
        let kind = weights.iter().position(|weight| {
            let here = dice < *weight;
            dice = dice.saturating_sub(*weight);
            here
        });
        match kind {
            Some(0) => self.crash_if_covered(node, Crash::Process),
            Some(1) => self.crash_if_covered(node, Crash::Guardian),
            Some(2) => self.crash_if_covered(node, Crash::Machine),
            Some(3) => {
                let long = 100 + self.rng.u64(..4_000);
                self.freeze(node, long);
            }
            Some(4) => self.cut_link(),
            Some(5) => {
                let until = self.clock + 50 + self.rng.u64(..4_000);
                self.database_cut[node] = until;
                self.disturbed[node] = self.disturbed[node].max(until);
                self.tally.count(Count::DatabaseCuts);
                self.trace(|| format!("node {node} is cut from the database"));
            }
            Some(6) => {
                let long = 50 + self.rng.u64(..3_000);
                self.outage(long);
            }
            Some(7) => self.lose_writes(),
            Some(8) => {
                let index = self.rng.usize(..self.clients.len());
                self.hang_up(index, 100);
            }
            Some(9) => {
                let home = self.rng.usize(..2);
                return self.order_hand_over(home);
            }
            Some(10) if self.one_fault(node) => return self.order_stop(node),
            _ => {}
        }
        Ok(())
    }

    fn crash_if_covered(&mut self, node: usize, crash: Crash) {
        let beyond = self.profile.beyond;
        if self.one_fault(node) || self.chance(beyond) {
            self.crash(node, crash);
        }
    }

    pub(super) fn crash(&mut self, node: usize, crash: Crash) {
        let covered = self.one_fault(node);
        let Some(process) = self.nodes[node].process.take() else { return };
        self.trace(|| {
            let modes: Vec<Option<Mode>> = process
                .seats
                .values()
                .map(|seat| seat.serving.as_ref().map(|serving| serving.owner.mode()))
                .collect();
            format!("node {node} crashes ({crash:?}, covered: {covered}), {modes:?}")
        });
        self.tally.count(match crash {
            Crash::Process => Count::ProcessCrashes,
            Crash::Guardian => Count::GuardianCrashes,
            Crash::Machine => Count::MachineCrashes,
        });
        let longest = if crash == Crash::Machine { 3_000 } else { 200 };
        let connections = process
            .seats
            .into_values()
            .filter_map(|seat| seat.serving)
            .flat_map(|serving| serving.connections);
        for (over, connection) in connections {
            let at = self.clock + 1 + self.rng.u64(..longest);
            self.agenda.add(at.max(connection.last_out), Event::ClientNotices(connection.client, over));
        }
        if !covered {
            self.beyond(homes_of(node));
            self.excuse_unsafe();
        }
        if crash != Crash::Machine
            && let Some(other) = partner_of(node)
        {
            let at = self.clock + 1 + self.rng.u64(..20);
            self.later(other, at, Happening::LinkLost);
        }
        if crash == Crash::Process {
            self.guardian(node, Input::ChildDied);
            return;
        }
        self.nodes[node].guardian = None;
        self.nodes[node].guardian_asked = None;
        let longest = if self.faulty() { 5_000 } else { 200 };
        let at = self.clock + 100 + self.rng.u64(..longest);
        self.agenda.add(at, Event::Boot(node));
    }

    pub(super) fn freeze(&mut self, node: usize, milliseconds: u64) {
        let until = self.clock + milliseconds;
        let Some(process) = &mut self.nodes[node].process else { return };
        if process.frozen_until > self.clock {
            return;
        }
        process.frozen_until = until;
        process.believes = true;
        self.disturbed[node] = self.disturbed[node].max(until);
        self.tally.count(Count::Freezes);
        self.trace(|| format!("node {node} is frozen for {milliseconds} ms"));
    }

    fn cut_link(&mut self) {
        let from = self.rng.usize(..NODES);
        let to = (from + 1 + self.rng.usize(..NODES - 1)) % NODES;
        let longest = if self.rng.bool() { 400 } else { 5_000 };
        let until = self.clock + 50 + self.rng.u64(..longest);
        let both = self.rng.bool();
        self.link_cut[from][to] = until;
        if both {
            self.link_cut[to][from] = until;
        }
        self.tally.count(Count::Partitions);
        self.trace(|| format!("the link from {from} to {to} is cut; both ways: {both}"));
    }

    pub(super) fn outage(&mut self, milliseconds: u64) {
        self.database.down_until = self.clock + milliseconds;
        self.outage_until = self.database.down_until;
        self.tally.count(Count::Outages);
        self.trace(|| format!("the database is down for {milliseconds} ms"));
    }

    /// The database fails over to a standby that lacks the last writes.
    fn lose_writes(&mut self) {
        let writes = 1 + self.rng.usize(..6);
        self.outage(100);
        let homes = self.database.lose(writes);
        self.trace(|| format!("the database loses its last {writes} writes, about homes {homes:?}"));
        self.tally.count(Count::LostWrites);
        self.beyond(&homes);
        for home in homes {
            self.truth.shaky_until[home] = self.clock + SHAKY_MS;
            self.forget_sessions(home);
            self.excuse_messages_of(home);
        }
    }

    /// Whether the loss of a node's process is one fault: what it promised is in the database, or with another process
    /// that lives.
    pub(super) fn one_fault(&self, node: usize) -> bool {
        let Some(incarnation) = self.nodes[node].incarnation() else { return false };
        homes_of(node).iter().all(|home| self.covered(node, *home, incarnation))
    }

    /// The node of a process that is not about to stop.
    fn stays(&self, incarnation: Incarnation) -> Option<usize> {
        let node = self.node_of(incarnation)?;
        self.nodes[node].process.as_ref().is_some_and(|process| process.stopping.is_none()).then_some(node)
    }

    fn covered(&self, node: usize, home: usize, incarnation: Incarnation) -> bool {
        let Some(row) = self.database.row(home) else { return true };
        if self.clock < self.truth.shaky_until[home] {
            return false;
        }
        let owner = row.incarnation;
        if row.replica == Some(incarnation) {
            let owner = owner.and_then(|owner| self.stays(owner));
            let serving = owner.and_then(|owner| self.nodes[owner].seat(home)?.serving.as_ref());
            return serving.is_some_and(|serving| serving.epoch == row.epoch && serving.settled);
        }
        if owner != Some(incarnation) {
            return true;
        }
        if let Some(named) = row.replica {
            let complete = self.replica_of(named, home).is_some_and(|replica| replica.epoch() == row.epoch);
            return complete && self.stays(named).is_some();
        }
        let serving = self.nodes[node].seat(home).and_then(|seat| seat.serving.as_ref());
        serving.is_some_and(|serving| serving.epoch == row.epoch && serving.settled)
    }
}
