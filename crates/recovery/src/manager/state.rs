//! What is said of a node: one state and one reason, with the numbers and texts that operators know.

use std::fmt;

/// The state of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeState {
    /// Started, or high availability just enabled: peer and services not yet checked.
    Initializing = 1,
    /// After a *manual* failover: services stopped on purpose; waits for fallback.
    Idle = 2,
    /// Peers connected, all monitored services up on both.
    Normal = 3,
    /// Serves own users and the peer's.
    Backup = 4,
    /// Taking the peer's users.
    TakingOver = 5,
    /// Being taken over.
    FailingOver = 6,
    /// Failed over, services up again: fallback allowed.
    FailedOver = 7,
    /// Failed over, some monitored service still down.
    FailedOverWithoutServices = 8,
    /// Handing users back, on the backup.
    FallingBack = 9,
    /// Taking users back, on their home node.
    TakingBack = 10,
    /// An error during a transition, or a failure on the backup. Automation stopped, not service.
    Failed = 11,
    /// High availability not enabled, or the state cannot be read.
    Unknown = 12,
}

impl NodeState {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Initializing,
        Self::Idle,
        Self::Normal,
        Self::Backup,
        Self::TakingOver,
        Self::FailingOver,
        Self::FailedOver,
        Self::FailedOverWithoutServices,
        Self::FallingBack,
        Self::TakingBack,
        Self::Failed,
        Self::Unknown,
    ];

    /// Its number, as `tkhaserverstate` shows it. 2, 3 and 4 are known from operators' scripts.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The state with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// Its text, as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "Initializing",
            Self::Idle => "Idle",
            Self::Normal => "Normal",
            Self::Backup => "Running in Backup Mode",
            Self::TakingOver => "Taking Over",
            Self::FailingOver => "Failing Over",
            Self::FailedOver => "Failed Over",
            Self::FailedOverWithoutServices => "Failed Over with Critical Services not Running",
            Self::FallingBack => "Falling Back",
            Self::TakingBack => "Taking Back",
            Self::Failed => "Running in Failed Mode",
            Self::Unknown => "Unknown",
        }
    }

    /// Whether users are on the move.
    pub fn is_transition(self) -> bool {
        matches!(self, Self::TakingOver | Self::FailingOver | Self::FallingBack | Self::TakingBack)
    }

    /// Whether the peer serves this node's users.
    pub fn is_failed_over(self) -> bool {
        matches!(self, Self::Idle | Self::FailedOver | Self::FailedOverWithoutServices)
    }
}

impl fmt::Display for NodeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a node is in its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// All is as it should be.
    Normal = 1,
    /// The process started.
    Initialization = 2,
    /// An operator ordered it.
    OnAdminRequest = 3,
    /// The home node was healthy for long enough.
    AutomaticFallback = 4,
    /// A monitored service was down for too long.
    CriticalServiceDown = 5,
    /// The node cannot reach the database, its peer can.
    DatabaseFailure = 6,
    /// Services did not start when users were to be taken back.
    StartOfServicesFailed = 7,
    /// The peer is not heard any more.
    PeerDown = 8,
    /// The peer said goodbye.
    PeerReboot = 9,
    /// The peer was not heard since this node started.
    PeerDownDuringInitialization = 10,
    /// The peer's users could not be taken.
    TakeOverUsersFailed = 11,
    /// The users could not be taken back.
    TakeBackUsersFailed = 12,
    /// Roles were swapped because the backup lost the database.
    AutoRecoverDatabaseFailure = 13,
    /// Roles were swapped because the backup lost a service.
    AutoRecoverServiceDown = 14,
    /// Not known.
    Unknown = 15,
    /// High availability is not enabled.
    HighAvailabilityNotEnabled = 16,
    /// The witness rows cannot be read: no takeover is possible.
    WitnessUnreachable = 17,
    /// The peer is not connected, though nothing else says that it is down.
    PeerLinkDown = 18,
    /// The node holds neither grant nor lease, or held none when its users were taken.
    Fenced = 19,
    /// Planned work: automatic failover is held.
    Maintenance = 20,
}

impl Reason {
    /// All of them, by number.
    pub const ALL: [Self; 20] = [
        Self::Normal,
        Self::Initialization,
        Self::OnAdminRequest,
        Self::AutomaticFallback,
        Self::CriticalServiceDown,
        Self::DatabaseFailure,
        Self::StartOfServicesFailed,
        Self::PeerDown,
        Self::PeerReboot,
        Self::PeerDownDuringInitialization,
        Self::TakeOverUsersFailed,
        Self::TakeBackUsersFailed,
        Self::AutoRecoverDatabaseFailure,
        Self::AutoRecoverServiceDown,
        Self::Unknown,
        Self::HighAvailabilityNotEnabled,
        Self::WitnessUnreachable,
        Self::PeerLinkDown,
        Self::Fenced,
        Self::Maintenance,
    ];

    /// Its number in heartbeats, goodbyes and the stored state.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The reason with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }

    /// Its text, as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Initialization => "Initialization",
            Self::OnAdminRequest => "On Admin Request",
            Self::AutomaticFallback => "Automatic Fallback",
            Self::CriticalServiceDown => "Critical Service Down",
            Self::DatabaseFailure => "Database Failure",
            Self::StartOfServicesFailed => "Start of Critical Services Failed",
            Self::PeerDown => "Peer Down",
            Self::PeerReboot => "Peer Reboot",
            Self::PeerDownDuringInitialization => "Peer Down During Initialization",
            Self::TakeOverUsersFailed => "Take Over Users Failed",
            Self::TakeBackUsersFailed => "Take Back Users Failed",
            Self::AutoRecoverDatabaseFailure => "Auto Recover Database Failure",
            Self::AutoRecoverServiceDown => "Auto Recover Critical Service Down",
            Self::Unknown => "Unknown",
            Self::HighAvailabilityNotEnabled => "High Availability Not Enabled",
            Self::WitnessUnreachable => "Witness Unreachable",
            Self::PeerLinkDown => "Peer Link Down",
            Self::Fenced => "Fenced",
            Self::Maintenance => "Maintenance",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a node is said to be, and what it keeps on disk so that a restart goes on where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The state.
    pub state: NodeState,
    /// Why it is in it.
    pub reason: Reason,
    /// Whether services are, or are about to be, stopped on purpose until a fallback. A node that starts with
    /// it set does not start them by itself.
    pub idle: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_and_those_of_scripts_are_as_known() {
        assert_eq!([2, 3, 4].map(NodeState::from_number), {
            [NodeState::Idle, NodeState::Normal, NodeState::Backup].map(Some)
        });
        for (number, state) in (1..).zip(NodeState::ALL) {
            assert_eq!((state.number(), NodeState::from_number(number)), (number, Some(state)));
        }
        for (number, reason) in (1..).zip(Reason::ALL) {
            assert_eq!((reason.number(), Reason::from_number(number)), (number, Some(reason)));
        }
        assert_eq!((NodeState::from_number(0), NodeState::from_number(13)), (None, None));
        assert_eq!((Reason::from_number(0), Reason::from_number(21)), (None, None));
    }
}
