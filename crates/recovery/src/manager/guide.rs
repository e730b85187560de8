//! What states and reasons mean to an operator, and what to do in a state.

use super::{NodeState, Reason};

impl NodeState {
    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Initializing => {
                "the process started, or high availability was just enabled: peer and services are being looked at"
            }
            Self::Idle => {
                "failed over by order: its services are stopped on purpose, its partner serves its users"
            }
            Self::Normal => "it serves its own users, the peer is connected, all monitored services are up",
            Self::Backup => "it serves its own users and its partner's",
            Self::TakingOver => "it is taking its partner's users",
            Self::FailingOver => "its users are being taken by its partner",
            Self::FailedOver => {
                "its partner serves its users; its services are up, so it could take them back"
            }
            Self::FailedOverWithoutServices => {
                "its partner serves its users; a monitored service is still down, so it could not take them back"
            }
            Self::FallingBack => "it is handing its partner's users back",
            Self::TakingBack => "it is taking its users back",
            Self::Failed => {
                "a hand-over went wrong, or the backup itself failed: whoever serves users goes on, nothing is decided automatically"
            }
            Self::Unknown => "high availability is not enabled, or the node is not heard",
        }
    }

    /// What an operator does about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Initializing => {
                "wait, for `initialization_keep_alive_timeout` at most; if it stays, look at link, database and `everpresent service list`"
            }
            Self::Idle => "do the work that the failover was for, then `everpresent ha fallback NODE`",
            Self::Normal => "nothing; a reason other than Normal says what is degraded",
            Self::Backup => {
                "nothing at once: see to the other node. Until it is back there is no second failover"
            }
            Self::TakingOver | Self::FailingOver | Self::FallingBack | Self::TakingBack => {
                "wait: it ends by itself, in Running in Failed Mode if it cannot be done"
            }
            Self::FailedOver => {
                "`everpresent ha fallback NODE` when you like, or leave it to `enable_automatic_fallback`"
            }
            Self::FailedOverWithoutServices => {
                "find out why the service is down (`everpresent service list` on the node, its log), start it; then as Failed Over"
            }
            Self::Failed => {
                "put right what the reason names, then `everpresent ha recover`; without an order it recovers a while after health returned"
            }
            Self::Unknown => {
                "`everpresent ha enable` if it is meant to be enabled; otherwise see whether the node runs and is reached"
            }
        }
    }
}

impl Reason {
    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Normal => "all is as it should be",
            Self::Initialization => "the process started",
            Self::OnAdminRequest => "an operator ordered it",
            Self::AutomaticFallback => "the node was healthy for `automatic_fallback_delay`",
            Self::CriticalServiceDown => "a monitored service was down for `critical_service_down_delay`",
            Self::DatabaseFailure => "the node cannot reach the database, its peer can",
            Self::StartOfServicesFailed => "services did not start in time to take users back",
            Self::PeerDown => "the peer was not heard for `keep_alive_timeout`",
            Self::PeerReboot => "the peer stopped on purpose and said so",
            Self::PeerDownDuringInitialization => {
                "the peer was not heard for `initialization_keep_alive_timeout` after this node started"
            }
            Self::TakeOverUsersFailed => "the peer's users could not be taken",
            Self::TakeBackUsersFailed => "the users could not be taken back",
            Self::AutoRecoverDatabaseFailure => "roles were swapped: the backup lost the database",
            Self::AutoRecoverServiceDown => "roles were swapped: the backup lost a service",
            Self::Unknown => "not known",
            Self::HighAvailabilityNotEnabled => "high availability is not enabled in the group",
            Self::WitnessUnreachable => {
                "the database cannot be reached: sessions go on, no takeover is possible"
            }
            Self::PeerLinkDown => "the nodes do not reach each other; both live, so nobody moves",
            Self::Fenced => "the node may not serve: it holds neither grant nor lease",
            Self::Maintenance => "planned work: faults of its services move nobody",
        }
    }
}
