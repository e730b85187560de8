//! Telling the witness row who has a replica: a compare-and-set whose answer may be lost.

use everpresent_session::ids::Incarnation;
use everpresent_session::owner::{Mode, WitnessOutcome};

use super::Planted;
use super::agenda::Event;
use super::database::{Answer, CompareAndSet};
use super::world::World;

/// What the owner asked of the witness row.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// The statement that is waited for, and what it would make `replica` say.
    asked: Option<(u64, Option<Incarnation>)>,
    number: u64,
    /// No statement is sent before this.
    next_at: u64,
    /// Some earlier statement may still arrive, or has arrived without an answer.
    unsure: bool,
    /// Planted: `replica` is to be cleared although the owner believes it is.
    pub(super) owed: bool,
}

impl World {
    /// Sends a change of the witness row if the owner wants one.
    pub(super) fn ask_witness(&mut self) {
        self.plant_late_clearing();
        let now = self.clock;
        let faulty = self.faulty();
        let row = self.database.row;
        let up = self.database.is_up(now);
        let Some(home) = &mut self.home else { return };
        let witness = &mut home.witness;
        let owed = witness.owed.then_some(None);
        let Some(wanted) = home.owner.wanted_replica().or(owed) else { return };
        if witness.asked.is_some() || now < witness.next_at || !up {
            return;
        }
        if wanted.is_some() && row.replica == wanted {
            // An earlier statement arrived. One that would clear it names a beat of long ago.
            witness.unsure = false;
            home.owner.replica_written(wanted, WitnessOutcome::Done);
            return;
        }
        witness.number += 1;
        witness.asked = Some((witness.number, wanted));
        let number = witness.number;
        let answered = !faulty || self.rng.u32(..100) >= 15;
        let (term, epoch, incarnation) = (home.term, home.epoch, home.incarnation);
        let beat = row.beat;
        let change = CompareAndSet { term, number, epoch, incarnation, beat, replica: wanted, answered };
        let slow = faulty && self.rng.u32(..100) < 10;
        let at = now + 1 + self.rng.u64(..if slow { 800 } else { 20 });
        if !faulty || self.rng.u32(..100) >= 10 {
            self.agenda.add(at, Event::Witness(change));
        }
        if !answered || slow {
            let give_up = now + 100 + self.rng.u64(..200);
            self.agenda.add(give_up, Event::WitnessAnswered(term, number, Answer::Unknown));
        } else {
            // Whoever hears nothing asks again.
            self.agenda.add(now + 400, Event::WitnessAnswered(term, number, Answer::Unknown));
        }
    }

    pub(super) fn witness_arrives(&mut self, change: &CompareAndSet) {
        if !self.database.is_up(self.clock) {
            return;
        }
        let done = self.database.compare_and_set(change);
        self.trace(|| format!("witness: replica {:?} under {}: {done}", change.replica, change.epoch));
        if change.answered {
            let answer = if done { Answer::Done } else { Answer::Refused };
            let at = self.clock + 1 + self.rng.u64(..10);
            self.agenda.add(at, Event::WitnessAnswered(change.term, change.number, answer));
        }
    }

    pub(super) fn witness_answered(&mut self, term: u64, number: u64, answer: Answer) {
        let Some(home) = self.home.as_mut().filter(|home| home.term == term) else { return };
        let witness = &mut home.witness;
        let Some((asked, replica)) = witness.asked else { return };
        if asked != number {
            return;
        }
        witness.asked = None;
        witness.next_at = self.clock + 20;
        // A refusal says only that the beat has changed. If a statement of our own may have changed it, that is no news.
        let outcome = match answer {
            Answer::Done => WitnessOutcome::Done,
            Answer::Refused if !witness.unsure => WitnessOutcome::Refused,
            Answer::Refused | Answer::Unknown => WitnessOutcome::Unknown,
        };
        witness.unsure = outcome == WitnessOutcome::Unknown;
        if replica.is_none() && outcome == WitnessOutcome::Done {
            witness.owed = false;
        }
        let before = home.owner.mode();
        home.owner.replica_written(replica, outcome);
        let after = home.owner.mode();
        if before != after {
            if matches!(after, Mode::Protected { .. }) {
                self.tally.protected += 1;
            }
            self.trace(|| format!("mode {after:?}"));
        }
    }

    /// The lease is renewed: the beat changes under statements on their way.
    pub(super) fn beat(&mut self, term: u64) {
        let Some(home) = self.home.as_ref().filter(|home| home.term == term) else { return };
        let row = &mut self.database.row;
        if row.epoch == home.epoch {
            row.beat += 1;
        }
        let at = self.clock + 300 + self.rng.u64(..400);
        self.agenda.add(at, Event::Beat(term));
    }

    /// Planted: the owner is told that `replica` was cleared before it was.
    fn plant_late_clearing(&mut self) {
        if self.options.planted != Some(Planted::ReplicaClearedLate) {
            return;
        }
        let Some(home) = &mut self.home else { return };
        if matches!(home.owner.mode(), Mode::Leaving { .. }) && !home.witness.owed {
            home.witness.owed = true;
            home.witness.next_at = self.clock + 100;
            home.owner.replica_written(None, WitnessOutcome::Done);
        }
    }
}
