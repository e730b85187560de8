//! How a run begins, and how processes hear of each other.

use everpresent_recovery::ownership::Input;
use everpresent_session::ids::Incarnation;

use super::agenda::Event;
use super::client::Client;
use super::network::Wire;
use super::node::{Node, seat_mut};
use super::people::{NODES, partner_of};
use super::truth::Broken;
use super::world::World;

/// How often deadlines and retries are looked at.
pub(super) const TICK_MS: u64 = 50;
/// After so much silence the other node's process counts as gone.
const SILENCE_MS: u64 = 1_000;

impl World {
    pub(super) fn set_up(&mut self) {
        for _ in 0..NODES {
            let rate = 1_000 + self.profile.drift - self.rng.u64(..=2 * self.profile.drift);
            let offset = self.rng.u64(..1_000_000);
            self.nodes.push(Node::new(rate, offset));
        }
        for index in 0..self.people.clients.len() {
            let (managed, home) = (self.people.clients[index].managed, self.people.home_of(index));
            self.clients.push(Client::new(managed, home));
            let at = self.clock + self.rng.u64(..500);
            self.agenda.add(at, Event::Client(index));
        }
        for node in 0..NODES {
            let at = self.clock + self.rng.u64(..300);
            self.agenda.add(at, Event::Boot(node));
        }
        if self.options.interruption.is_some() {
            self.agenda.add(self.clock + super::script::BEGINS_MS, Event::Script(0));
        } else {
            self.agenda.add(self.clock + 1_500, Event::Fault);
        }
    }

    /// A message arrives at a process.
    pub(super) fn at_process(
        &mut self,
        node: usize,
        from: usize,
        by: Incarnation,
        message: Wire,
    ) -> Result<(), Broken> {
        if partner_of(node) == Some(from)
            && let Some(process) = &mut self.nodes[node].process
        {
            process.heard = self.clock;
            process.link = true;
        }
        match message {
            Wire::Alive => Ok(()),
            Wire::Peer(home, message) => self.give(node, home, Input::Peer(message)),
            Wire::Offer(home) => self.offered(node, home, by),
            Wire::Stream(piece) => self.streamed(node, (from, by), piece),
            Wire::Confirm { home, stream, up_to } => {
                self.confirmed_by_partner(node, by, (home, stream, up_to));
                Ok(())
            }
            Wire::End { home, stream } => {
                self.stream_ended(node, home, stream);
                Ok(())
            }
            Wire::Stops(home) => {
                self.other_stops(node, from, by, home);
                Ok(())
            }
            Wire::MayStop(home, epoch) => {
                if let Some(seat) = seat_mut(&mut self.nodes, node, home) {
                    seat.may_leave = seat.may_leave.max(Some(epoch));
                }
                Ok(())
            }
            Wire::Channel(page) => self.page_arrives(node, from, page),
            Wire::Taken { from, to, ledger, up_to } => self.taken(node, from, to, (ledger, up_to)),
        }
    }

    pub(super) fn say_alive(&mut self, node: usize) {
        if let Some(other) = partner_of(node) {
            self.send_wire(node, other, Wire::Alive);
        }
    }

    /// Silence is noticed once.
    pub(super) fn watch_link(&mut self, node: usize) -> Result<(), Broken> {
        let clock = self.clock;
        let Some(process) = &mut self.nodes[node].process else { return Ok(()) };
        if process.link && clock > process.heard + SILENCE_MS {
            process.link = false;
            return self.link_lost(node);
        }
        Ok(())
    }
}
