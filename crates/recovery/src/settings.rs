//! What the rules are told: names, lengths, and which rules hold.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use thiserror::Error;

/// How often the row is read right after the link to its owner ended.
pub const FAST_POLL_MILLISECONDS: u64 = 5;
/// For how long it is read that often.
pub const FAST_POLL_FOR_MILLISECONDS: u64 = 2_000;

/// One node's settings for one home. The lengths are the same on both nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The home.
    pub home: HomeName,
    /// This node.
    pub node: HomeName,
    /// Whether the group has a second node. Without one there are no grants, only the lease.
    pub partner: bool,
    /// Length of a lease. Follows `keep_alive_timeout`.
    pub lease: Duration,
    /// Length of a grant, whole seconds.
    pub grant: Duration,
    /// The lease is renewed, the grant asked for and somebody else's row read this often
    /// (`keep_alive_interval`).
    pub beat: Duration,
    /// `initialization_keep_alive_timeout`: how long the node whose process holds the replica, or the home
    /// node, is given before another claims.
    pub initialization: Duration,
    /// Which rules hold.
    pub rules: Rules,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// An owner would fence itself between two renewals.
    #[error(
        "the beat interval of {beat:?} must be below half of the lease ({lease:?}) and of the grant ({grant:?})"
    )]
    BeatTooLong {
        /// The beat interval.
        beat: Duration,
        /// The lease.
        lease: Duration,
        /// The grant.
        grant: Duration,
    },
    /// The row tells the length in seconds, so a shorter one could not be told.
    #[error("the grant of {0:?} must be a whole number of seconds, at least one")]
    GrantNotInSeconds(Duration),
}

impl Settings {
    /// Checks the lengths against each other.
    ///
    /// # Errors
    /// [`SettingsError`] if an owner could not keep what it has, or the grant cannot be written to the row.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.grant.is_zero() || self.grant.subsec_nanos() != 0 {
            return Err(SettingsError::GrantNotInSeconds(self.grant));
        }
        if self.beat.is_zero() || self.beat * 2 > self.lease.min(self.grant) {
            return Err(SettingsError::BeatTooLong { beat: self.beat, lease: self.lease, grant: self.grant });
        }
        Ok(())
    }

    /// Whether this node is the home node.
    pub fn is_home_node(&self) -> bool {
        self.home == self.node
    }

    /// The grant as the row tells it.
    pub fn grant_seconds(&self) -> u32 {
        u32::try_from(self.grant.as_secs()).unwrap_or(u32::MAX)
    }
}

/// The rules that each were found necessary. A server has them all; the model takes one away at a time to
/// show that it finds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// From before a claim is sent until the row read afterwards has settled it, no grant is given.
    pub no_grant_while_claiming: bool,
    /// A node that starts counts as having granted for `grant_seconds`.
    pub start_counts_as_granted: bool,
    /// A takeover adopts its replica only if `replica` is its own incarnation.
    pub adopt_own_incarnation_only: bool,
    /// A lease has run out only for one who saw the same (epoch, beat) for its whole length and a tenth.
    pub wait_for_lease: bool,
    /// A claim waits until the grants that this node gave have run out.
    pub wait_for_own_grants: bool,
    /// A lease or grant counts from before it was asked for, not from its answer.
    pub count_from_asking: bool,
    /// An owner without grant and lease serves nothing.
    pub fence: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            no_grant_while_claiming: true,
            start_counts_as_granted: true,
            adopt_own_incarnation_only: true,
            wait_for_lease: true,
            wait_for_own_grants: true,
            count_from_asking: true,
            fence: true,
        }
    }
}
