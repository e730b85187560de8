//! What a run went through, to be seen that it is not empty of what it is about.

use std::fmt;

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words below say what each is")]
pub enum Count {
    Messages,
    Acknowledged,
    Received,
    Refused,
    Bound,
    Resumed,
    NotResumed,
    Expired,
    TakenWithReplica,
    TakenWithHeads,
    TakenWithOwn,
    ServedAgain,
    Protected,
    LeftProtected,
    HandedOver,
    HandOversRefused,
    CleanStops,
    Snapshots,
    SnapshotsComplete,
    ReplicasCompared,
    RoutesTaken,
    RoutesDropped,
    RoutesSentAgain,
    WritesFenced,
    GrantsGiven,
    ProcessCrashes,
    GuardianCrashes,
    MachineCrashes,
    Freezes,
    Partitions,
    DatabaseCuts,
    Outages,
    LostWrites,
    BeyondPromises,
    Interrupted,
    Events,
    Milliseconds,
}

impl Count {
    /// All of them, with words.
    pub const ALL: [(Self, &'static str); 37] = [
        (Self::Messages, "messages sent"),
        (Self::Acknowledged, "messages acknowledged to their senders"),
        (Self::Received, "messages received by clients with stream management"),
        (Self::Refused, "messages refused"),
        (Self::Bound, "fresh sign-ins"),
        (Self::Resumed, "sessions resumed"),
        (Self::NotResumed, "resumes refused"),
        (Self::Expired, "sessions expired"),
        (Self::TakenWithReplica, "homes taken with the replica"),
        (Self::TakenWithHeads, "homes taken with session heads"),
        (Self::TakenWithOwn, "homes taken again with the own ledger"),
        (Self::ServedAgain, "fenced owners that served again"),
        (Self::Protected, "protected mode entered"),
        (Self::LeftProtected, "protected mode left"),
        (Self::HandedOver, "homes handed over"),
        (Self::HandOversRefused, "hand-overs refused"),
        (Self::CleanStops, "clean stops"),
        (Self::Snapshots, "snapshots begun"),
        (Self::SnapshotsComplete, "snapshots completed"),
        (Self::ReplicasCompared, "replicas compared with their originals"),
        (Self::RoutesTaken, "stanzas taken from channels"),
        (Self::RoutesDropped, "stanzas from channels dropped as known"),
        (Self::RoutesSentAgain, "times a channel was sent again"),
        (Self::WritesFenced, "writes refused by the fence"),
        (Self::GrantsGiven, "grants given"),
        (Self::ProcessCrashes, "processes crashed"),
        (Self::GuardianCrashes, "processes crashed with their guardians"),
        (Self::MachineCrashes, "machines crashed"),
        (Self::Freezes, "processes frozen"),
        (Self::Partitions, "links cut, in one or both directions"),
        (Self::DatabaseCuts, "ways to the database cut"),
        (Self::Outages, "database outages"),
        (Self::LostWrites, "times the database lost its last writes"),
        (Self::BeyondPromises, "faults beyond what is promised"),
        (Self::Interrupted, "interruptions at a point"),
        (Self::Events, "events"),
        (Self::Milliseconds, "milliseconds of virtual time"),
    ];
}

/// How often each thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally([u64; Count::ALL.len()]);

impl Default for Tally {
    fn default() -> Self {
        Self([0; Count::ALL.len()])
    }
}

impl Tally {
    /// How often it happened.
    pub fn get(&self, what: Count) -> u64 {
        self.0[what as usize]
    }

    /// It happened once more.
    pub(super) fn count(&mut self, what: Count) {
        self.more(what, 1);
    }

    /// It happened so many times more.
    pub(super) fn more(&mut self, what: Count, times: u64) {
        self.0[what as usize] += times;
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        for (mine, more) in self.0.iter_mut().zip(other.0) {
            *mine += more;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, words) in Count::ALL {
            writeln!(f, "{:>12}  {words}", self.get(what))?;
        }
        Ok(())
    }
}
