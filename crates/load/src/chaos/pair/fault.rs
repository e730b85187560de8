//! Faults other than death: what happens to a pair, and for how long.

use std::time::Duration;

use serde::Serialize;

/// `keep_alive_timeout` of the preset `lan`, which the scene runs with.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(1);

/// One thing that goes wrong, and is right again after a while.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// The server process of a node is stopped for twice the timeout (SIGSTOP).
    Frozen,
    /// No packet passes between the nodes. Clients and the database reach both.
    LinkCut,
    /// No packet passes from a node to its partner; from the partner to it they do.
    LinkCutOneWay,
    /// Packets between the nodes take 200 ms longer, and one in twenty is lost.
    LinkSlow,
    /// The database is away for both.
    DatabaseStopped,
    /// The database dies and its synchronous standby takes its place and its address.
    DatabaseFailover,
    /// The disks of a node and of the database are full.
    DiskFull,
    /// The civil clock of a node goes an hour forward, and then two back.
    ClockStepped,
    /// A monitored service of a node crashes again and again, until its users have moved.
    ServiceCrash,
    /// A monitored service of a node makes no progress, until its users have moved.
    ServiceStuck,
    /// A monitored service is down on both nodes for longer than it may be on one.
    ServiceDownOnBoth,
    /// The partner is killed again and again as it gets its replica.
    SnapshotInterrupted,
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Frozen,
        Self::LinkCut,
        Self::LinkCutOneWay,
        Self::LinkSlow,
        Self::DatabaseStopped,
        Self::DatabaseFailover,
        Self::DiskFull,
        Self::ClockStepped,
        Self::ServiceCrash,
        Self::ServiceStuck,
        Self::ServiceDownOnBoth,
        Self::SnapshotInterrupted,
    ];

    /// What follows upon what, while the pair still deals with the first: the second hits the partner.
    pub(crate) const SEQUENCES: [(Self, Self); 15] = [
        (Self::Frozen, Self::Frozen),
        (Self::Frozen, Self::LinkCut),
        (Self::Frozen, Self::DatabaseStopped),
        (Self::LinkCut, Self::Frozen),
        (Self::LinkCut, Self::DatabaseStopped),
        (Self::LinkCut, Self::LinkCutOneWay),
        (Self::LinkCutOneWay, Self::Frozen),
        (Self::LinkSlow, Self::Frozen),
        (Self::LinkSlow, Self::ServiceCrash),
        (Self::DatabaseStopped, Self::Frozen),
        (Self::DatabaseStopped, Self::LinkCut),
        (Self::DiskFull, Self::Frozen),
        (Self::ClockStepped, Self::Frozen),
        (Self::ServiceCrash, Self::Frozen),
        (Self::SnapshotInterrupted, Self::Frozen),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Frozen => "SIGSTOP for twice the timeout",
            Self::LinkCut => "link cut",
            Self::LinkCutOneWay => "link cut one way",
            Self::LinkSlow => "link 200 ms slower, 5 % lost",
            Self::DatabaseStopped => "database stopped",
            Self::DatabaseFailover => "database failed over",
            Self::DiskFull => "disks full",
            Self::ClockStepped => "clock stepped both ways",
            Self::ServiceCrash => "service crashes",
            Self::ServiceStuck => "service stuck",
            Self::ServiceDownOnBoth => "service down on both",
            Self::SnapshotInterrupted => "partner killed while it snapshots",
        }
    }

    /// How long it lasts, where that is a matter of time.
    pub(crate) fn length(self) -> Duration {
        match self {
            Self::Frozen => TIMEOUT * 2,
            Self::LinkCut | Self::LinkCutOneWay | Self::DiskFull => TIMEOUT * 4,
            Self::DatabaseStopped | Self::ClockStepped => TIMEOUT * 3,
            // Longer than `critical_service_down_delay` of the preset.
            Self::LinkSlow | Self::ServiceDownOnBoth => TIMEOUT * 8,
            Self::DatabaseFailover | Self::ServiceCrash | Self::ServiceStuck | Self::SnapshotInterrupted => {
                Duration::ZERO
            }
        }
    }
}
