//! Orders: a home is handed over (R5), a process stops cleanly.

use everpresent_recovery::guardian::Input as GuardianInput;
use everpresent_recovery::ownership::Input;
use everpresent_session::ids::Incarnation;
use everpresent_session::owner::Mode;

use super::agenda::Happening;
use super::boundary::Point;
use super::network::Wire;
use super::node::{Seat, seat_mut};
use super::people::{homes_of, nodes_of, partner_of};
use super::rules;
use super::serving::serving_mut;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// A hand-over that takes longer is refused.
const HAND_OVER_BOUND_MS: u64 = 1_500;
/// A process that is told to stop gives up what it could not hand over after this.
const STOP_BOUND_MS: u64 = 8_000;

impl World {
    /// The order to hand a home over, given to whoever serves it.
    pub(super) fn order_hand_over(&mut self, home: usize) -> Result<(), Broken> {
        for node in nodes_of(home) {
            let clock = self.clock;
            let other = partner_of(*node).and_then(|other| self.nodes[other].incarnation());
            let Some(serving) = serving_mut(&mut self.nodes, clock, *node, home) else { continue };
            if serving.hand_over.is_some() || other.is_none() {
                continue;
            }
            serving.hand_over = Some(clock);
            self.trace(|| format!("node {node} is told to hand home {home} over"));
            self.reach(*node, Point::HandOverBegun)?;
        }
        Ok(())
    }

    /// R5.
    pub(super) fn pump_hand_over(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let clock = self.clock;
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
        let Some(since) = serving.hand_over else { return Ok(()) };
        if serving.leading.is_some() && rules::ready_to_yield(&serving.owner) {
            self.tally.count(Count::HandedOver);
            self.give(node, home, Input::Yield)?;
            return self.reach(node, Point::Yielded);
        }
        if clock < since + HAND_OVER_BOUND_MS {
            return Ok(());
        }
        serving.hand_over = None;
        let connections: Vec<_> = serving.connections.keys().copied().collect();
        self.tally.count(Count::HandOversRefused);
        self.trace(|| format!("node {node} cannot hand home {home} over: it goes on"));
        for over in connections {
            self.next_waiting(node, home, over)?;
        }
        Ok(())
    }

    /// The order to stop: what is served is handed over first.
    pub(super) fn order_stop(&mut self, node: usize) -> Result<(), Broken> {
        let Some(process) = &mut self.nodes[node].process else { return Ok(()) };
        if process.stopping.is_some() {
            return Ok(());
        }
        process.stopping = Some(self.clock);
        self.trace(|| format!("node {node} is told to stop"));
        self.tally.count(Count::CleanStops);
        for home in homes_of(node) {
            let clock = self.clock;
            if let Some(serving) = serving_mut(&mut self.nodes, clock, node, *home)
                && partner_of(node).is_some()
            {
                serving.hand_over.get_or_insert(clock);
            }
        }
        Ok(())
    }

    /// A process that was told to stop does so when nothing is served, or when it could not hand over in time.
    pub(super) fn go_on_stopping(&mut self, node: usize) -> Result<(), Broken> {
        let clock = self.clock;
        let Some(process) = &self.nodes[node].process else { return Ok(()) };
        let Some(since) = process.stopping.filter(|_| !process.stops) else { return Ok(()) };
        let empty = process.seats.values().all(has_empty_hands);
        let in_time = clock < since + STOP_BOUND_MS;
        // A process that holds the only copy of something waits until it does not.
        if (!empty && in_time) || !self.one_fault(node) {
            return self.empty_hands(node);
        }
        if let Some(process) = &mut self.nodes[node].process {
            process.stops = true;
        }
        for home in homes_of(node) {
            self.give(node, *home, Input::Stop)?;
        }
        Ok(())
    }

    /// What could not be handed over goes into the database.
    fn empty_hands(&mut self, node: usize) -> Result<(), Broken> {
        for home in homes_of(node) {
            let clock = self.clock;
            let Some(serving) = serving_mut(&mut self.nodes, clock, node, *home) else { continue };
            if serving.hand_over.is_none() {
                serving.owner.lose_partner();
                serving.leading = None;
            }
        }
        Ok(())
    }

    /// R8: tells the other node's process that this one stops.
    pub(super) fn say_stops(&mut self, node: usize) {
        let stopping = self.nodes[node].process.as_ref().is_some_and(|process| process.stopping.is_some());
        let Some(other) = partner_of(node).filter(|_| stopping) else { return };
        for home in homes_of(node) {
            self.send_wire(node, other, Wire::Stops(*home));
        }
    }

    /// R8: the owner of a home does without a process that stops, and says when it can.
    pub(super) fn other_stops(&mut self, node: usize, from: usize, by: Incarnation, home: usize) {
        if let Some(process) = &mut self.nodes[node].process {
            process.other_stops = Some(by);
        }
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return };
        if serving.owner.mode() == Mode::Spooled {
            let epoch = serving.epoch;
            if serving.settled {
                self.send_wire(node, from, Wire::MayStop(home, epoch));
            }
        } else {
            serving.owner.lose_partner();
        }
        if let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) {
            serving.leading = None;
        }
    }

    /// A view of a home holds nothing any more. When all do, the process ends.
    pub(super) fn stopped(&mut self, node: usize, home: usize) {
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return };
        seat.stopped = true;
        let Some(process) = &self.nodes[node].process else { return };
        if !process.seats.values().all(|seat| seat.stopped) {
            return;
        }
        self.trace(|| format!("node {node} has stopped"));
        self.nodes[node].process = None;
        self.excuse_unsafe();
        if let Some(other) = partner_of(node) {
            self.later(other, self.clock + 2, Happening::LinkLost);
        }
        self.guardian(node, GuardianInput::ChildDied);
    }
}

/// Whether a process has nothing of a home that is needed (R8): somebody owns the home and does without it, or it owns
/// the home and all is in the database.
fn has_empty_hands(seat: &Seat) -> bool {
    let own = Some(seat.ownership.incarnation());
    let Some(row) = seat.ownership.row() else { return seat.ownership.epoch().is_none() };
    if row.incarnation != own {
        return match row.incarnation {
            Some(_) => seat.may_leave >= Some(row.epoch),
            None => row.replica != own,
        };
    }
    let serving = seat.serving.as_ref().filter(|serving| !serving.fenced);
    serving.is_some_and(|serving| serving.owner.mode() == Mode::Spooled && !serving.owner.has_unwritten())
}
