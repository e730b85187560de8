//! Points of transitions, at which a run may be interrupted.

use std::fmt;
use std::str::FromStr;

use super::faults::Crash;
use super::people::{homes_of, partner_of};
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// A point of a transition: right after this was done, and before anything that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// A claim is on its way.
    ClaimSent,
    /// The database has carried it out; the claimant does not know.
    ClaimWritten,
    /// The claimant knows; it has not begun to serve.
    ClaimKnown,
    /// It serves; the record of the takeover was made.
    TakenOver,
    /// A snapshot begins to be sent.
    SnapshotBegun,
    /// The partner has a part of it.
    SnapshotPart,
    /// The partner has all of it; the owner does not know.
    SnapshotComplete,
    /// The owner holds output back and waits for the witness.
    Entering,
    /// The statement that names the replica is on its way.
    ReplicaSent,
    /// The database has carried it out; the owner does not know.
    ReplicaWritten,
    /// The owner knows that the home is protected.
    Protected,
    /// The owner has given its partner up.
    Leaving,
    /// The database has a batch that protected mode is left with; the owner does not know.
    LeavingWritten,
    /// The statement that clears the replica is on its way.
    ClearSent,
    /// The database has carried it out; the owner does not know.
    ReplicaCleared,
    /// The owner knows that the home is in spooled mode again.
    Spooled,
    /// An owner was told to hand its home over; it makes no more records.
    HandOverBegun,
    /// It has yielded.
    Yielded,
    /// An owner without grant and lease has fenced itself.
    Fenced,
    /// A guardian's statement was carried out; it does not know.
    Emptied,
    /// A stanza is on its way to another home.
    RouteSent,
    /// The other home has made its record of it.
    RouteTaken,
    /// The other home's confirmation is on its way.
    RouteConfirmed,
    /// The sender has made its record of that.
    RouteForgotten,
    /// A message at hand was put into the record that its recipients, here or elsewhere, get it by.
    MessageTaken,
    /// A partner has applied a record; its owner does not know.
    RecordApplied,
    /// A session was resumed; its client does not know.
    SessionResumed,
}

impl Point {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::ClaimSent,
        Self::ClaimWritten,
        Self::ClaimKnown,
        Self::TakenOver,
        Self::SnapshotBegun,
        Self::SnapshotPart,
        Self::SnapshotComplete,
        Self::Entering,
        Self::ReplicaSent,
        Self::ReplicaWritten,
        Self::Protected,
        Self::Leaving,
        Self::LeavingWritten,
        Self::ClearSent,
        Self::ReplicaCleared,
        Self::Spooled,
        Self::HandOverBegun,
        Self::Yielded,
        Self::Fenced,
        Self::Emptied,
        Self::RouteSent,
        Self::RouteTaken,
        Self::RouteConfirmed,
        Self::RouteForgotten,
        Self::MessageTaken,
        Self::RecordApplied,
        Self::SessionResumed,
    ];

    /// Whether it is reached all the time. It is counted from the first move of the script then: until everybody has
    /// signed in, little is at stake.
    fn is_everyday(self) -> bool {
        matches!(
            self,
            Self::RouteSent
                | Self::RouteTaken
                | Self::RouteConfirmed
                | Self::RouteForgotten
                | Self::MessageTaken
                | Self::RecordApplied
                | Self::SessionResumed
        )
    }
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// The process dies; its guardian lives.
    Crash,
    /// Its guardian dies too.
    CrashWithGuardian,
    /// The machine dies.
    CrashMachine,
    /// The other node's process dies.
    CrashOther,
    /// The link is cut.
    CutLink,
    /// Its way to the database is cut.
    CutDatabase,
    /// The process stops for a while and goes on with what it believed.
    Freeze,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Crash,
        Self::CrashWithGuardian,
        Self::CrashMachine,
        Self::CrashOther,
        Self::CutLink,
        Self::CutDatabase,
        Self::Freeze,
    ];
}

/// Where a run is interrupted, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interruption {
    /// The point.
    pub point: Point,
    /// How often it is reached before, in the two nodes of the group together.
    pub after: u32,
    /// What happens there.
    pub what: What,
}

/// How often a point is reached, at most, before a run is interrupted there.
const MOST_BEFORE: u32 = 6;

impl Interruption {
    /// Every point, the first few times that it is reached, and everything that may happen there.
    pub fn all() -> Vec<Self> {
        let whats = |point, after| What::ALL.map(|what| Self { point, after, what });
        let afters = |point| (0..MOST_BEFORE).flat_map(move |after| whats(point, after));
        Point::ALL.into_iter().flat_map(afters).collect()
    }
}

/// As the command line has it, such as `ClaimSent:2:Freeze`.
impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}:{:?}", self.point, self.after, self.what)
    }
}

impl FromStr for Interruption {
    type Err = String;

    /// # Errors
    /// What it should look like.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::all().into_iter().find(|known| known.to_string() == text);
        known.ok_or_else(|| {
            let (points, whats) = (names(&Point::ALL), names(&What::ALL));
            format!("it is POINT:AFTER:WHAT, AFTER below {MOST_BEFORE}, POINT of {points}; WHAT of {whats}")
        })
    }
}

fn names(all: &[impl fmt::Debug]) -> String {
    all.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ")
}

impl World {
    /// A node has reached a point; interrupts it there if that is asked for.
    pub(super) fn reach(&mut self, node: usize, point: Point) -> Result<(), Broken> {
        let Some(interruption) = self.options.interruption.filter(|asked| asked.point == point) else {
            return Ok(());
        };
        if !self.faulty() || homes_of(node).len() < 2 || self.reached > interruption.after {
            return Ok(());
        }
        if point.is_everyday() && !self.script_began {
            return Ok(());
        }
        self.reached += 1;
        if self.reached <= interruption.after {
            return Ok(());
        }
        self.trace(|| format!("node {node} is interrupted at {point:?}: {:?}", interruption.what));
        self.tally.count(Count::Interrupted);
        let other = partner_of(node).unwrap_or(node);
        match interruption.what {
            What::Crash => self.crash(node, Crash::Process),
            What::CrashWithGuardian => self.crash(node, Crash::Guardian),
            What::CrashMachine => self.crash(node, Crash::Machine),
            What::CrashOther => self.crash(other, Crash::Process),
            What::CutLink => {
                self.link_cut[node][other] = self.clock + 2_500;
                self.link_cut[other][node] = self.clock + 2_500;
            }
            What::CutDatabase => {
                self.database_cut[node] = self.clock + 2_500;
                self.disturbed[node] = self.clock + 2_500;
            }
            What::Freeze => self.freeze(node, 2_500),
        }
        Ok(())
    }
}
