//! A process's views of its homes: inputs go in, effects are carried out in their order.

use everpresent_recovery::ownership::{Effect, Input, PeerMessage};
use everpresent_recovery::witness::{Change, CompareAndSet};
use everpresent_session::ids::Epoch;
use everpresent_session::owner::WitnessOutcome;

use super::agenda::Happening;
use super::asking::{Answer, Ask};
use super::boundary::Point;
use super::node::seat_mut;
use super::people::partner_of;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

impl World {
    /// Gives a process's view of a home one input and carries its effects out.
    pub(super) fn give(&mut self, node: usize, home: usize, input: Input) -> Result<(), Broken> {
        let (incarnation, moment) = (self.nodes[node].incarnation(), self.moment(node));
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        for effect in seat.ownership.handle(moment, input) {
            self.carry_out(node, home, effect)?;
            if self.nodes[node].incarnation() != incarnation {
                return Ok(());
            }
        }
        self.schedule_wake(node, home);
        Ok(())
    }

    fn schedule_wake(&mut self, node: usize, home: usize) {
        let moment = self.moment(node);
        let Some(seat) = self.nodes[node].seat(home) else { return };
        let Some(wake) = seat.ownership.next_wake(moment) else { return };
        let at = self.nodes[node].true_time(wake).max(self.clock + 1);
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return };
        if seat.wake_at > self.clock && seat.wake_at <= at {
            return;
        }
        seat.wake_at = at;
        self.later(node, at, Happening::Wake { home, at });
    }

    pub(super) fn wakes(&mut self, node: usize, home: usize, at: u64) -> Result<(), Broken> {
        if self.nodes[node].seat(home).is_some_and(|seat| seat.wake_at == at) {
            return self.give(node, home, Input::Tick);
        }
        Ok(())
    }

    fn carry_out(&mut self, node: usize, home: usize, effect: Effect) -> Result<(), Broken> {
        match effect {
            Effect::Persist(epoch) => {
                self.nodes[node].disk.insert(home, epoch);
            }
            Effect::Read => self.ask_about_row(node, home, Ask::Read),
            Effect::Change(change) => return self.change_row(node, home, change),
            Effect::Send(message) => {
                if matches!(message, PeerMessage::Grant { .. }) {
                    self.tally.count(Count::GrantsGiven);
                }
                if let Some(partner) = partner_of(node) {
                    self.send_wire(node, partner, super::network::Wire::Peer(home, message));
                }
            }
            Effect::Serve { epoch, adoption } => return self.may_serve_from_now(node, home, epoch, adoption),
            Effect::Fence { epoch, last } => return self.fence(node, home, epoch, last),
            Effect::ReplicaNamed(named) => {
                let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
                let epoch = seat.ownership.epoch();
                if let Some(serving) = seat.serving.as_mut().filter(|serving| Some(serving.epoch) == epoch) {
                    serving.owner.replica_written(named, WitnessOutcome::Done);
                    serving.told_replica = None;
                }
            }
            Effect::Decided(decision) => {
                self.trace(|| format!("node {node}, home {home}: {decision}"));
            }
            Effect::Stopped => self.stopped(node, home),
        }
        Ok(())
    }

    fn ask_about_row(&mut self, node: usize, home: usize, ask: Ask) {
        let Some(by) = self.nodes[node].incarnation() else { return };
        let number = self.ask(node, home, by, ask);
        if let Some(seat) = seat_mut(&mut self.nodes, node, home) {
            seat.asked = Some(number);
        }
    }

    fn change_row(&mut self, node: usize, home: usize, change: CompareAndSet) -> Result<(), Broken> {
        let point = match change.change {
            Change::Claim { .. } => Some(Point::ClaimSent),
            Change::Replica(Some(_)) => Some(Point::ReplicaSent),
            Change::Replica(None) => Some(Point::ClearSent),
            Change::Renew { .. } | Change::Release => None,
        };
        if point == Some(Point::ClaimSent)
            && let Some(seat) = seat_mut(&mut self.nodes, node, home)
        {
            seat.claimed_from = change.expected.map_or(Epoch(0), |expected| expected.epoch);
        }
        self.ask_about_row(node, home, Ask::Change(change));
        point.map_or(Ok(()), |point| self.reach(node, point))
    }

    /// The database answers a statement of a process.
    pub(super) fn answered(
        &mut self,
        node: usize,
        home: usize,
        number: u64,
        answer: Answer,
    ) -> Result<(), Broken> {
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        if seat.asked != Some(number) {
            return self.batch_answered(node, home, number, &answer);
        }
        seat.asked = None;
        let input = match answer {
            Answer::Row(row) => Input::RowRead(row),
            Answer::Done => Input::RowChanged,
            Answer::Refused => Input::RowRefused,
            Answer::Unknown | Answer::Emptied(_) => Input::RowUnknown,
        };
        self.give(node, home, input)
    }
}
