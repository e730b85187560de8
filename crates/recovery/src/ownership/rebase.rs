//! The same view, counted from elsewhere: for searches, in which two states are the same if the same can
//! follow.

use std::time::Duration;

use everpresent_session::time::Moment;

use super::{Ownership, PeerMessage, Standing};
use crate::witness::{CompareAndSet, Expected, eleven_tenths};

/// How far times and beats are moved. No decision depends on either as such, only on differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebase {
    /// The present moment, on the clock after the move.
    pub now: Moment,
    /// So much earlier is every moment after the move.
    pub elapsed: Duration,
    /// So much is added to every beat; what would fall below zero is zero.
    pub beats: i64,
}

impl Rebase {
    /// This moment, moved.
    pub fn moment(&self, moment: Moment) -> Moment {
        Moment(moment.0.saturating_sub(u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX)))
    }

    /// This beat, moved.
    pub fn beat(&self, beat: u64) -> u64 {
        beat.saturating_add_signed(self.beats)
    }

    /// Moves what a message carries.
    pub fn message(&self, message: &mut PeerMessage) {
        if let PeerMessage::Ask { asked, .. } | PeerMessage::Grant { asked, .. } = message {
            *asked = self.moment(*asked);
        }
    }

    /// Moves what a statement names.
    pub fn statement(&self, statement: &mut CompareAndSet) {
        self.expected(&mut statement.expected);
    }

    pub(super) fn expected(&self, expected: &mut Option<Expected>) {
        if let Some(expected) = expected {
            expected.beat = self.beat(expected.beat);
        }
    }

    /// A deadline: all that have passed are the same.
    pub(super) fn deadline(&self, moment: &mut Moment) {
        *moment = self.moment(*moment).max(self.now);
    }
}

impl Ownership {
    /// Moves all times and beats, and makes equal what no decision will ever tell apart again.
    pub fn rebase(&mut self, rebase: &Rebase) {
        let longest = self.settings.lease.max(self.settings.grant).max(self.settings.initialization);
        let oldest =
            Moment(rebase.now.0.saturating_sub(eleven_tenths(longest).as_millis().try_into().unwrap_or(0)));
        let past = |moment: &mut Moment| *moment = rebase.moment(*moment).max(oldest);
        past(&mut self.started);
        if let Some((_, since)) = &mut self.yielded {
            past(since);
        }
        if let Some(seen) = &mut self.seen {
            past(&mut seen.since);
            if let Some(row) = &mut seen.row {
                row.beat = rebase.beat(row.beat);
            }
        }
        if let Some(operation) = &mut self.operation {
            past(&mut operation.asked);
            if let Some(change) = &mut operation.change {
                rebase.statement(change);
            }
        }
        for deadline in [
            &mut self.next_operation,
            &mut self.next_message,
            &mut self.fast_until,
            &mut self.holder_first_until,
        ] {
            rebase.deadline(deadline);
        }
        match self.granted.to {
            Some(_) => rebase.deadline(&mut self.granted.until),
            None => past(&mut self.granted.until),
        }
        match &mut self.standing {
            Standing::Claiming(claiming) => {
                past(&mut claiming.first_asked);
                rebase.expected(&mut claiming.expected);
            }
            Standing::Owning(owning) => {
                rebase.deadline(&mut owning.lease_until);
                rebase.deadline(&mut owning.grant_until);
            }
            Standing::Watching | Standing::Stopping | Standing::Stopped => {}
        }
    }
}
