//! One line of the journal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Which run wrote it.
    pub run: String,
    /// What.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// A run begins.
    Begin {
        /// Who is to be restarted, if it is allowed.
        servers: Vec<String>,
        /// Whether live calls may be cut.
        forced: bool,
    },
    /// The command is about to be sent. From here until the result nobody knows.
    Attempt {
        /// Which server.
        server: String,
        /// Its address.
        address: String,
    },
    /// What came of it.
    Result {
        /// Which server.
        server: String,
        /// Its address.
        address: String,
        /// How it ended.
        outcome: Outcome,
        /// Why, in words.
        reason: String,
    },
    /// The run is over.
    End,
}

/// How a restart ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took place, and the log and the port or the shell show it.
    Restarted,
    /// The command was given, and nothing shows that it took place.
    NotVerified,
    /// It did not take place, or the bridge did not come back.
    Failed,
    /// It was not allowed now.
    Refused,
    /// An earlier run was cut off: whether it took place, nobody knows.
    Unknown,
}

impl Outcome {
    /// As it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restarted => "restarted",
            Self::NotVerified => "restarted, not verified",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the server may have been restarted: it counts for budget and cool-down.
    pub fn counts(self) -> bool {
        matches!(self, Self::Restarted | Self::NotVerified | Self::Unknown)
    }
}
