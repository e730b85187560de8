//! Decisions as values: each has the sentence that is logged, counted and shown.

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::time::Moment;
use thiserror::Error;

/// Something that was decided about a home, and why. `to_string()` is the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Decision {
    /// A claim is sent.
    #[error("claims the home under epoch {epoch}: {why}")]
    Claims {
        /// The new epoch.
        epoch: Epoch,
        /// Which rule allows it.
        why: ClaimReason,
    },
    /// No claim, for now.
    #[error("does not claim the home: {0}")]
    Waits(Waiting),
    /// The claim was won: this process serves the home.
    #[error("owns the home under epoch {epoch}, {adoption}")]
    Owns {
        /// Its epoch.
        epoch: Epoch,
        /// What the sessions are taken from.
        adoption: Adoption,
    },
    /// The claim was lost: the row was changed first.
    #[error("lost the claim: the row was changed first")]
    ClaimLost,
    /// This process stops serving the home.
    #[error("fences itself under epoch {epoch}: {why}")]
    Fences {
        /// The epoch that it served under.
        epoch: Epoch,
        /// Why.
        why: FenceReason,
    },
    /// A fenced owner serves again under the same epoch: nobody took the home meanwhile.
    #[error("serves again under epoch {0}: it holds a grant or a lease again")]
    ServesAgain(Epoch),
    /// The partner asked for a grant and did not get it.
    #[error("gives no grant: {0}")]
    RefusesGrant(GrantRefusal),
    /// The database has lost writes. An alert.
    #[error(
        "the witness row has epoch {row}, below epoch {highest} that was seen: the database has lost writes"
    )]
    RowBelowHighest {
        /// Epoch of the row, 0 if there is no row.
        row: Epoch,
        /// The highest epoch that this node has seen.
        highest: Epoch,
    },
    /// The row was released for a clean stop.
    #[error("released the home under epoch {0}: stops")]
    Released(Epoch),
}

impl Decision {
    /// Whether an operator has to be told at once.
    pub fn is_alert(&self) -> bool {
        matches!(self, Self::RowBelowHighest { .. })
    }
}

/// Which rule allows a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum ClaimReason {
    /// The home has no row yet.
    #[error("it has no row yet")]
    NoRow,
    /// The row is released.
    #[error("the row is released")]
    Released,
    /// The owner said that it has stopped serving.
    #[error("the owner has yielded it")]
    Yielded,
    /// This node's grants and the owner's lease have run out.
    #[error("grant and lease have run out")]
    RanOut,
    /// The row is below the highest epoch that was seen, and a lease length has gone by.
    #[error("the database has lost writes and a lease length has gone by")]
    RowBelowHighest,
}

/// Why there is no claim for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Waiting {
    /// The row was not read yet.
    #[error("its row was not read yet")]
    RowNotRead,
    /// The owner's lease may still run.
    #[error("the owner's lease has not run out")]
    Lease {
        /// Until when, if the owner does not renew it.
        until: Moment,
    },
    /// A grant that this node gave still runs, or may run from before its start.
    #[error("a grant of this node has not run out")]
    OwnGrant {
        /// Until when.
        until: Moment,
    },
    /// Another process holds a complete replica and is given the time to come.
    #[error("the process that holds its replica may still claim it")]
    ReplicaElsewhere {
        /// Until when.
        until: Moment,
    },
    /// Nobody holds a replica, and the home node is given the time to come.
    #[error("its home node may still claim it")]
    HomeNodeFirst {
        /// Until when.
        until: Moment,
    },
    /// The row is below the highest epoch: nobody claims for one lease length.
    #[error("the database has lost writes, a lease length must go by")]
    RowBelowHighest {
        /// Until when.
        until: Moment,
    },
    /// The partner told of a later epoch than the row was read with.
    #[error("the row is to be read again: a later epoch was heard of")]
    RowOlder {
        /// When a lease length has passed without that being seen.
        until: Moment,
    },
    /// This process stops.
    #[error("this process stops")]
    Stopping,
}

impl Waiting {
    /// When the answer may change by time alone.
    pub fn until(&self) -> Option<Moment> {
        match self {
            Self::RowNotRead | Self::Stopping => None,
            Self::Lease { until }
            | Self::OwnGrant { until }
            | Self::ReplicaElsewhere { until }
            | Self::HomeNodeFirst { until }
            | Self::RowOlder { until }
            | Self::RowBelowHighest { until } => Some(*until),
        }
    }
}

/// What a new owner's sessions are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Adoption {
    /// The replica that this process holds: the row named it as complete.
    #[error("adopts its replica")]
    Replica,
    /// The session heads in the database: nobody here has a complete replica.
    #[error("loads the session heads")]
    Heads,
    /// This process's own ledger: it was the last owner and nobody took the home since.
    #[error("keeps its ledger")]
    Kept,
}

/// Why an owner stops serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum FenceReason {
    /// It holds neither an unexpired grant nor an unexpired lease.
    #[error("it holds neither grant nor lease")]
    NeitherGrantNorLease,
    /// The row has another epoch or incarnation.
    #[error("the row is not its own any more")]
    RowTaken,
    /// A fenced write matched no row.
    #[error("a write was refused by the fence")]
    WriteRefused,
    /// Somebody knows a higher epoch.
    #[error("epoch {0} was seen")]
    HigherEpoch(Epoch),
    /// It yields the home to the partner, by order or because it cannot serve.
    #[error("it yields the home")]
    Yields,
    /// It stops cleanly.
    #[error("it stops")]
    Stops,
}

/// Why a grant is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum GrantRefusal {
    /// A claim of this node is not settled.
    #[error("a claim of this node is not settled")]
    Claiming,
    /// This process owns the home.
    #[error("this process owns the home")]
    Owner,
    /// A higher epoch was seen.
    #[error("epoch {0} was seen")]
    HigherEpoch(Epoch),
    /// The row was not read yet.
    #[error("the row was not read yet")]
    RowNotRead,
    /// The row does not name who asks.
    #[error("the row does not name {0}")]
    NotTheHolder(Incarnation),
    /// It yielded the home before.
    #[error("it has yielded the home")]
    Yielded,
    /// This process stops.
    #[error("this process stops")]
    Stopping,
}
