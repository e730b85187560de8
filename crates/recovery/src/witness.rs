//! The witness: one row per home in the database, and the only statements that may change it.

use std::time::Duration;

use everpresent_session::ids::{Epoch, HomeName, Incarnation};

/// The witness row of a home.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WitnessRow {
    /// The home that the row is about.
    pub home: HomeName,
    /// The node that claimed it last. A node bears the name of its home.
    pub owner: HomeName,
    /// The serving process that holds the home; `None` = released.
    pub incarnation: Option<Incarnation>,
    /// Raised by every claim.
    pub epoch: Epoch,
    /// Raised by every change, so that a claimant sees whether anybody is alive.
    pub beat: u64,
    /// The partner's process that holds a complete replica of the home's ledger.
    pub replica: Option<Incarnation>,
    /// No node has given a longer grant for this home than this.
    pub grant_seconds: u32,
}

/// What a statement has read and names in its `WHERE`: it changes a row that is still like this, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Expected {
    /// The epoch that was read.
    pub epoch: Epoch,
    /// The incarnation that was read; `None` matches a released row only.
    pub incarnation: Option<Incarnation>,
    /// The beat that was read.
    pub beat: u64,
}

impl Expected {
    /// What this row must still be.
    pub fn of(row: &WitnessRow) -> Self {
        Self { epoch: row.epoch, incarnation: row.incarnation, beat: row.beat }
    }
}

/// What a statement writes. Every one of them raises `beat` by one (a row that is created starts at 1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// Takes the home under a new epoch and clears `replica`. The only change that un-releases a row.
    Claim {
        /// The claiming node.
        owner: HomeName,
        /// Its serving process.
        incarnation: Incarnation,
        /// The new epoch, above every one seen.
        epoch: Epoch,
        /// `grant_seconds` is raised to this; it is never lowered.
        grant_seconds: u32,
    },
    /// Renews the lease: nothing but the beat, and `grant_seconds` raised to this if it is below.
    Renew {
        /// See [`Change::Claim`].
        grant_seconds: u32,
    },
    /// Names the process that holds a complete replica, or that nobody does.
    Replica(Option<Incarnation>),
    /// Empties `incarnation`: the owner has stopped serving and says so.
    Release,
}

/// One compare-and-set on a home's row: a single autocommit statement with a lock timeout.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompareAndSet {
    /// Which home.
    pub home: HomeName,
    /// What the row must still be; `None` = there must be no row, and the change is a claim that creates it.
    pub expected: Option<Expected>,
    /// What it becomes.
    pub change: Change,
}

impl CompareAndSet {
    /// What the database makes of `row` by this statement, or `None` if it matches nothing. This is what the
    /// SQL of every backend must do.
    pub fn apply(&self, row: Option<&WitnessRow>) -> Option<WitnessRow> {
        if row.map(Expected::of) != self.expected {
            return None;
        }
        let Some(row) = row else { return self.create() };
        let mut after = row.clone();
        after.beat += 1;
        match &self.change {
            Change::Claim { owner, incarnation, epoch, grant_seconds } => {
                after.owner = owner.clone();
                after.incarnation = Some(*incarnation);
                after.epoch = *epoch;
                after.replica = None;
                after.grant_seconds = after.grant_seconds.max(*grant_seconds);
            }
            Change::Renew { grant_seconds } => after.grant_seconds = after.grant_seconds.max(*grant_seconds),
            Change::Replica(replica) => after.replica = *replica,
            Change::Release => after.incarnation = None,
        }
        Some(after)
    }

    fn create(&self) -> Option<WitnessRow> {
        let Change::Claim { owner, incarnation, epoch, grant_seconds } = &self.change else { return None };
        Some(WitnessRow {
            home: self.home.clone(),
            owner: owner.clone(),
            incarnation: Some(*incarnation),
            epoch: *epoch,
            beat: 1,
            replica: None,
            grant_seconds: *grant_seconds,
        })
    }
}

/// What the guardian's statement makes of a row: emptied if it carries the dead incarnation, whatever its
/// epoch and beat, else `None`. A statement by epoch instead would take the home from the partner that has it
/// by now.
pub fn empty_incarnation(row: &WitnessRow, dead: Incarnation) -> Option<WitnessRow> {
    (row.incarnation == Some(dead)).then(|| WitnessRow {
        incarnation: None,
        beat: row.beat + 1,
        ..row.clone()
    })
}

/// Nine tenths of a length: what its holder counts on, so that clocks may differ by a tenth.
pub fn nine_tenths(length: Duration) -> Duration {
    length * 9 / 10
}

/// A length and a tenth: what a claimant waits for, so that clocks may differ by a tenth.
pub fn eleven_tenths(length: Duration) -> Duration {
    length * 11 / 10
}

#[cfg(test)]
mod tests;
