//! The causes that are told apart, and what to do about each.

use everpresent_recovery::manager::Reason;
use serde::Serialize;

/// Why something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Heartbeats of the peer did not come.
    HeartbeatLost,
    /// The peer's machine or its recovery manager was restarted.
    PeerReboot,
    /// The peer was not heard since this node started.
    PeerDownDuringInitialization,
    /// A critical service stayed down.
    CriticalServiceDown,
    /// The database could not be reached.
    DatabaseFailure,
    /// An operator ordered it.
    ManualOrder,
    /// The node was healthy for long enough and took its users back.
    AutomaticFallback,
    /// Services did not start for a fallback.
    StartOfServicesFailed,
    /// The peer's users could not be taken over.
    TakeOverUsersFailed,
    /// The users could not be taken back.
    TakeBackUsersFailed,
    /// The backup lost its database, roles were swapped.
    AutoRecoverDatabaseFailure,
    /// The backup lost a service, roles were swapped.
    AutoRecoverServiceDown,
    /// High availability is off.
    HighAvailabilityNotEnabled,
    /// Both nodes run in failed mode.
    BothFailed,
    /// Users are with the backup still.
    FallbackPending,
    /// Failovers follow each other.
    Flapping,
    /// There was a failover, and nothing in the files says why.
    Untold,
}

impl Cause {
    /// The cause that a reason of the recovery manager stands for. `None` for those that move nobody.
    pub(crate) fn of(reason: Reason) -> Option<Self> {
        match reason {
            Reason::OnAdminRequest => Some(Self::ManualOrder),
            Reason::AutomaticFallback => Some(Self::AutomaticFallback),
            Reason::CriticalServiceDown => Some(Self::CriticalServiceDown),
            Reason::DatabaseFailure => Some(Self::DatabaseFailure),
            Reason::StartOfServicesFailed => Some(Self::StartOfServicesFailed),
            Reason::PeerDown => Some(Self::HeartbeatLost),
            Reason::PeerReboot => Some(Self::PeerReboot),
            Reason::PeerDownDuringInitialization => Some(Self::PeerDownDuringInitialization),
            Reason::TakeOverUsersFailed => Some(Self::TakeOverUsersFailed),
            Reason::TakeBackUsersFailed => Some(Self::TakeBackUsersFailed),
            Reason::AutoRecoverDatabaseFailure => Some(Self::AutoRecoverDatabaseFailure),
            Reason::AutoRecoverServiceDown => Some(Self::AutoRecoverServiceDown),
            Reason::HighAvailabilityNotEnabled => Some(Self::HighAvailabilityNotEnabled),
            Reason::Normal
            | Reason::Initialization
            | Reason::Unknown
            | Reason::WitnessUnreachable
            | Reason::PeerLinkDown
            | Reason::Fenced
            | Reason::Maintenance => None,
        }
    }

    /// The reason that the recovery manager has for it.
    pub(crate) fn reason(self) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| Self::of(*reason) == Some(self))
    }

    /// Its name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::HeartbeatLost => "Heartbeat lost",
            Self::PeerReboot => "The peer was restarted",
            Self::PeerDownDuringInitialization => "The peer was not there when this node started",
            Self::CriticalServiceDown => "A critical service was down",
            Self::DatabaseFailure => "The database was not reached",
            Self::ManualOrder => "An operator ordered it",
            Self::AutomaticFallback => "Automatic fallback",
            Self::StartOfServicesFailed => "Services did not start for the fallback",
            Self::TakeOverUsersFailed => "The peer's users could not be taken over",
            Self::TakeBackUsersFailed => "The users could not be taken back",
            Self::AutoRecoverDatabaseFailure => "Roles were swapped: the backup lost the database",
            Self::AutoRecoverServiceDown => "Roles were swapped: the backup lost a critical service",
            Self::HighAvailabilityNotEnabled => "High availability is not enabled",
            Self::BothFailed => "Both nodes run in failed mode",
            Self::FallbackPending => "The fallback is pending",
            Self::Flapping => "Failovers follow each other",
            Self::Untold => "A failover, and nothing that says why",
        }
    }

    /// What to do.
    pub(crate) fn actions(self) -> &'static [&'static str] {
        match self {
            Self::HeartbeatLost => &[
                "If the network between the nodes is slow or loses packets, raise the Keep Alive (Heartbeat) Timeout of Cisco Server Recovery Manager to 90 s, on both nodes.",
                "Otherwise look for a stall of the peer at that time: a snapshot, backup or migration of its virtual machine, slow storage, a processor that was taken away.",
            ],
            Self::PeerReboot => &[
                "Find out who or what restarted it: `utils system restart` and shutdowns are in its audit log; without a shutdown before the boot, ask the hypervisor and the power supply, and read its system-history.log.",
                "For planned work order a manual failover first, so that the moment is yours.",
            ],
            Self::PeerDownDuringInitialization => &[
                "Start the peer, or see why it does not answer: power, network between the nodes, firewall. This node serves both its own and the peer's users until then.",
            ],
            Self::CriticalServiceDown => &[
                "See why the service stopped: its own log at that time, `utils core active list`, free disk and memory. Start it, then fall back.",
            ],
            Self::DatabaseFailure => &[
                "Look at `A Cisco DB` on the node that failed over: `utils service list`, `utils dbreplication runtimestate`, free disk. When it runs and replicates, fall back.",
            ],
            Self::ManualOrder => &[
                "Nothing is broken. After a failover by order the node stays Idle until a fallback is ordered.",
            ],
            Self::AutomaticFallback => &[
                "Nothing, if both nodes were Normal afterwards. If the node fails again within the hour, look for the cause before the next fallback.",
            ],
            Self::StartOfServicesFailed => &[
                "Start the services by hand on the node that takes back (`utils service start`) and read their logs. Then order Recover in the redundancy group.",
            ],
            Self::TakeOverUsersFailed => &[
                "Check database replication between the nodes (`utils dbreplication runtimestate`) and Cisco Presence Engine on the backup. Then order Recover in the redundancy group.",
            ],
            Self::TakeBackUsersFailed => &[
                "Check database replication between the nodes (`utils dbreplication runtimestate`) and Cisco Presence Engine on the node that takes back. Then order Recover in the redundancy group.",
            ],
            Self::AutoRecoverDatabaseFailure => &[
                "The users are back on their own node. See to the database of the former backup: until it runs there is no second failover.",
            ],
            Self::AutoRecoverServiceDown => &[
                "The users are back on their own node. See to the service of the former backup: until it runs there is no second failover.",
            ],
            Self::HighAvailabilityNotEnabled => &[
                "If it is meant to be on, tick Enable High Availability in the presence redundancy group, when both nodes are up and their services run.",
            ],
            Self::BothFailed => &[
                "Put right what failed first, then order Recover in the presence redundancy group: it restarts Cisco Server Recovery Manager on both nodes. Nothing recovers by itself.",
            ],
            Self::FallbackPending => &[
                "Order the fallback when it suits you, if all services of that node run; clients sign in anew then.",
            ],
            Self::Flapping => {
                &["Disable automatic fallback until the cause is found, so that users stay with one node."]
            }
            Self::Untold => &[
                "Give the Server Recovery Manager log of the other node too, and the event viewer system and application logs of both, from ten minutes before.",
            ],
        }
    }
}
