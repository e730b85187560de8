//! What leads where, as data: each row with the tests that reach it. Documents print it; a test runs every row's tests and
//! checks that they go from the states to the states that the row names.
//!
//! In a pair the first is the node that fails, or that something is ordered about, and the second backs it up.

use std::fmt;

use super::{NodeState, Reason};

mod rows;

pub use rows::ROWS;

/// How one node of a pair is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In this state.
    In(NodeState),
    /// Its process is gone.
    Down,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(state) => state.fmt(f),
            Self::Down => f.write_str("(down)"),
        }
    }
}

/// How both nodes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Places(pub Place, pub Place);

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(first, second) = self;
        write!(f, "{first} / {second}")
    }
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// From one of these; from any if there is none.
    pub from: &'static [Places],
    /// What happens.
    pub on: &'static str,
    /// By way of this, while users are on the move or the nodes look anew.
    pub by: Option<Places>,
    /// To one of these; the same as before if there is none.
    pub to: &'static [Places],
    /// The reason that is shown, on the way or at the end; nothing if it is the one from before.
    pub reasons: &'static [Reason],
    /// Tests in `manager::tests` that reach it.
    pub tests: &'static [&'static str],
}

impl Row {
    /// The pairs that it starts from, as text.
    pub fn from_text(&self) -> String {
        texts(self.from, "any")
    }

    /// Where it leads, with the way, as text.
    pub fn to_text(&self) -> String {
        let to = texts(self.to, "the same");
        self.by.map_or(to.clone(), |by| format!("{by} → {to}"))
    }

    /// The reasons, as text.
    pub fn reasons_text(&self) -> String {
        texts(self.reasons, "–")
    }
}

fn texts<T: fmt::Display>(items: &[T], none: &str) -> String {
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    if texts.is_empty() { none.to_owned() } else { texts.join(", ") }
}
