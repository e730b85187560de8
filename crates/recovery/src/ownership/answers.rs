//! What the database answers.

use everpresent_session::time::Moment;

use super::{Decision, Effect, FenceReason, Ownership, Standing};
use crate::witness::{Change, CompareAndSet, WitnessRow, eleven_tenths};

impl Ownership {
    pub(super) fn row_read(&mut self, now: Moment, row: Option<WitnessRow>, effects: &mut Vec<Effect>) {
        self.operation = None;
        self.news = self.news.filter(|under_way| *under_way).map(|_| false);
        self.note(now, row, effects);
        let (holder, epoch) = self.row().map_or((None, None), |row| (row.incarnation, Some(row.epoch)));
        match &mut self.standing {
            Standing::Owning(owning) if holder == Some(self.incarnation) && epoch == Some(owning.epoch) => {
                if std::mem::take(&mut owning.read_first) {
                    self.next_operation = now;
                }
                owning.row_is_ours();
            }
            Standing::Owning(_) => self.give_up(FenceReason::RowTaken, effects),
            Standing::Claiming(claiming) => {
                let claiming = claiming.clone();
                self.settle_claim(now, claiming, effects);
            }
            Standing::Stopping => {
                self.next_operation = now;
                self.finish_stop(effects);
            }
            Standing::Watching | Standing::Stopped => {}
        }
        self.forget_yield();
    }

    pub(super) fn row_changed(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let Some(operation) = self.operation.take() else { return };
        let Some(change) = operation.change else { return };
        let from = if self.settings.rules.count_from_asking { operation.asked } else { now };
        let after = change.apply(self.row());
        self.note(now, after, effects);
        match (&change.change, &mut self.standing) {
            (Change::Claim { epoch, .. }, Standing::Claiming(claiming)) if *epoch >= self.highest => {
                let adoption = claiming.adoption;
                self.won(from, *epoch, adoption, effects);
            }
            (Change::Claim { .. }, Standing::Claiming(_)) => self.standing = Standing::Watching,
            (Change::Renew { .. } | Change::Replica(_), Standing::Owning(_)) => {
                self.beat_done(now, from, effects);
            }
            (Change::Release, Standing::Stopping) => {
                let epoch = self.highest;
                effects.push(Effect::Decided(Decision::Released(epoch)));
                self.finish_stop(effects);
            }
            (_, Standing::Stopping) => {
                // What was under way when the stop came was carried out: see what is held now.
                self.next_operation = now;
                self.finish_stop(effects);
            }
            _ => {}
        }
        self.forget_yield();
    }

    /// The row is not what we thought. Lease and grant hold to their end: whoever claims has waited for them.
    pub(super) fn row_refused(&mut self, now: Moment) {
        self.operation = None;
        self.read_before_next();
        self.next_operation = now;
    }

    pub(super) fn row_unknown(&mut self, now: Moment) {
        if matches!(self.standing, Standing::Watching) {
            self.holder_first_until = now.after(eleven_tenths(self.settings.lease));
        }
        if self.operation.take().is_some_and(|operation| operation.change.is_some()) {
            self.read_before_next();
        }
    }

    fn read_before_next(&mut self) {
        match &mut self.standing {
            Standing::Owning(owning) => owning.read_first = true,
            Standing::Claiming(claiming) => claiming.again = false,
            // A release of unknown outcome is sent again after a read; forgetting the row makes the next one
            // a read.
            Standing::Stopping => self.seen = None,
            Standing::Watching | Standing::Stopped => {}
        }
    }

    /// The partner took the home that we yielded, or we did: no more need to say so.
    fn forget_yield(&mut self) {
        let still = |row: &WitnessRow| {
            Some(row.epoch) == self.yielded.map(|(epoch, _)| epoch)
                && row.incarnation == Some(self.incarnation)
        };
        if !self.row().is_some_and(still) {
            self.yielded = None;
        }
    }
}

/// The statement that changes the row, for logs.
impl std::fmt::Display for CompareAndSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.change {
            Change::Claim { epoch, .. } => return write!(f, "claim {} under epoch {epoch}", self.home),
            Change::Renew { .. } => "renew",
            Change::Replica(_) => "name the replica of",
            Change::Release => "release",
        };
        write!(f, "{name} {}", self.home)
    }
}
