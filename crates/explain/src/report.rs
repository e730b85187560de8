//! What is handed out: causes, time line, what tables say, how much was read.

use serde::Serialize;

use crate::cause::Cause;

/// Everything that the files tell. Serialises to what `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What happened and why, in the order of time.
    pub causes: Vec<Finding>,
    /// Everything that was understood, in the order of time.
    pub timeline: Vec<Entry>,
    /// Rows of `enterprisenode`.
    pub nodes: Vec<NodeRow>,
    /// Rows of `enterprisesubcluster`.
    pub groups: Vec<GroupRow>,
    /// What limits this report: clocks, what was left out.
    pub notes: Vec<String>,
    /// How many lines there were.
    pub lines: Lines,
    /// Lines that nothing is known of, by kind.
    pub unknown: Vec<UnknownKind>,
}

impl Report {
    /// Whether anything was understood.
    pub fn is_empty(&self) -> bool {
        self.timeline.is_empty() && self.nodes.is_empty() && self.groups.is_empty()
    }
}

/// One cause, found at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which.
    pub cause: Cause,
    /// Its name for people.
    pub title: &'static str,
    /// The reason that Server Recovery Manager has for it.
    pub reason: Option<&'static str>,
    /// When it began: `2021-05-13T02:48:48.244`, on the clock of the log.
    pub at: Option<String>,
    /// What happened, in sentences.
    pub what: Vec<String>,
    /// What to do.
    pub actions: Vec<String>,
    /// The lines that show it: `file:line`.
    pub seen: Vec<String>,
}

/// A line of the time line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `2021-05-13T02:48:48.244`, on the clock of the log.
    pub at: String,
    /// What it says.
    pub what: String,
    /// `file:line`.
    pub seen: String,
}

/// A row of `enterprisenode`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeRow {
    /// Name of the node.
    pub name: String,
    /// `tkhaserverstate` as it stands there.
    pub number: String,
    /// The state that this stands for, if it is known.
    pub state: Option<&'static str>,
    /// Whether the meaning of the number is assumed: only 2, 3 and 4 are published.
    pub assumed: bool,
}

/// A row of `enterprisesubcluster`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// Name of the redundancy group.
    pub name: String,
    /// Whether high availability is enabled in it.
    pub high_availability: Option<bool>,
}

/// How many lines there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// All, empty ones too.
    pub read: u64,
    /// Events, table rows, headers and empty lines.
    pub understood: u64,
    /// The rest.
    pub unknown: u64,
}

/// Lines that nothing is known of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownKind {
    /// Who wrote them, or what they look like.
    pub kind: String,
    /// How many.
    pub lines: u64,
}
