//! Why a stream could not be opened, or ended.

use std::error::Error;
use std::fmt::Write as _;

use thiserror::Error;
use tonic::{Code, Status};

/// Why a stream could not be opened, or ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkError {
    /// No connection, or it broke.
    #[error("node {node} is not reachable: {problem}")]
    Unreachable {
        /// Which node.
        node: String,
        /// What the system, or TLS, says.
        problem: String,
    },
    /// The other node does not take it.
    #[error("node {node} refuses: {problem}")]
    Refused {
        /// Which node.
        node: String,
        /// What it says.
        problem: String,
    },
    /// The other node sent something that is no message of this version.
    #[error(
        "node {node} sent something that cannot be read: {what}; do both nodes run releases that work together?"
    )]
    Malformed {
        /// Which node.
        node: String,
        /// What cannot be read.
        what: String,
    },
    /// The node's name or address makes no sense.
    #[error("{0}")]
    Address(String),
}

impl LinkError {
    /// Whether the same may work later without anything being changed.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    pub(crate) fn from_status(node: &str, status: &Status) -> Self {
        let node = node.to_owned();
        match status.code() {
            Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::Unauthenticated
            | Code::PermissionDenied => Self::Refused { node, problem: status.message().to_owned() },
            Code::Unimplemented => Self::Refused {
                node,
                problem: "it does not know this request; it runs another release".into(),
            },
            Code::Internal | Code::OutOfRange | Code::DataLoss if status.source().is_none() => {
                Self::Malformed { node, what: status.message().to_owned() }
            }
            _ => Self::Unreachable { node, problem: causes(status) },
        }
    }
}

/// An error with what caused it, each once.
fn causes(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut source = status.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            // Writing to a String cannot fail.
            let _ = write!(text, ": {cause}");
        }
        source = error.source();
    }
    text
}
