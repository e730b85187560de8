//! What goes wrong, and when: never more than the promises cover.

use everpresent_session::owner::Mode;

use super::agenda::Event;
use super::world::World;

impl World {
    pub(super) fn fault(&mut self) {
        if !self.faulty() {
            return;
        }
        let next = self.clock + 200 + self.rng.u64(..2_500);
        self.agenda.add(next, Event::Fault);
        match self.rng.u32(..100) {
            0..30 if self.owner_may_go() => self.stop_serving(true),
            30..42 if self.owner_may_go() => self.stop_serving(false),
            42..58 if self.partner_may_go() => self.crash_partner(),
            58..75 => {
                let longest = if self.rng.bool() { 300 } else { 4_000 };
                self.link_cut_until = self.clock + 50 + self.rng.u64(..longest);
                self.trace(|| "the link is cut".to_owned());
            }
            75..85 => {
                self.database.down_until = self.clock + 50 + self.rng.u64(..3_000);
                self.trace(|| "the database is down".to_owned());
            }
            _ => {
                let index = self.rng.usize(..self.clients.len());
                self.hang_up(index, 100);
            }
        }
    }

    /// Whether the loss of the owner is one fault: what it promised is in the database, or in a replica that lives.
    fn owner_may_go(&self) -> bool {
        let Some(home) = self.home.as_ref().filter(|home| home.settled) else { return false };
        match self.database.row.replica {
            Some(named) => self.replica_of(named).is_some(),
            None => matches!(home.owner.mode(), Mode::Spooled | Mode::Entering { .. }),
        }
    }

    /// Whether the loss of the partner is one fault: the owner lives and has had time to settle.
    fn partner_may_go(&self) -> bool {
        self.home.as_ref().is_some_and(|home| home.settled)
    }

    fn crash_partner(&mut self) {
        let Some(node) = self.home.as_ref().map(|home| 1 - home.node) else { return };
        if self.processes[node].take().is_some() {
            self.trace(|| format!("node {node}, the partner, crashes"));
            self.start_later(node);
        }
    }
}
