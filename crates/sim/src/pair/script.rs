//! The moves that are made, one after the other, when a run is about one interruption: each transition comes about.

use super::agenda::Event;
use super::faults::Crash;
use super::truth::Broken;
use super::world::World;

/// When the first move is made, after the beginning.
pub(super) const BEGINS_MS: u64 = 4_000;
/// So long after it the next one.
const PAUSE_MS: u64 = 3_500;

impl World {
    /// One move of the script.
    pub(super) fn script(&mut self, step: usize) -> Result<(), Broken> {
        if !self.faulty() {
            return Ok(());
        }
        self.script_began = true;
        self.agenda.add(self.clock + PAUSE_MS, Event::Script(step + 1));
        match step % 7 {
            0 => self.order_hand_over(0),
            1 => {
                // Protected mode is left, and entered again.
                self.link_cut[0][1] = self.clock + 1_800;
                self.link_cut[1][0] = self.clock + 1_800;
                Ok(())
            }
            2 => {
                let node = self.who_serves(0).unwrap_or(0);
                self.crash_scripted(node, Crash::Process);
                Ok(())
            }
            3 => self.order_hand_over(1),
            4 => {
                let node = self.who_serves(1).unwrap_or(1);
                self.crash_scripted(node, Crash::Machine);
                Ok(())
            }
            5 => {
                // An owner that loses both grant and lease fences itself.
                let node = self.who_serves(0).unwrap_or(0);
                self.link_cut[0][1] = self.clock + 2_200;
                self.link_cut[1][0] = self.clock + 2_200;
                self.database_cut[node] = self.clock + 2_200;
                self.disturbed[node] = self.clock + 2_200;
                Ok(())
            }
            _ => self.order_stop(self.who_serves(1).unwrap_or(1)),
        }
    }

    fn crash_scripted(&mut self, node: usize, crash: Crash) {
        if self.one_fault(node) {
            self.crash(node, crash);
        }
    }
}
