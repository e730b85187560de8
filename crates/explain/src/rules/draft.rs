//! Causes in the making.

use std::collections::BTreeSet;

use everpresent_recovery::manager::NodeState;
use jiff::civil::DateTime;

use super::{MERGE_SECONDS, seconds_between};
use crate::cause::Cause;

/// Causes told apart.
const MAX_CAUSES: usize = 200;
/// Lines and names kept per cause.
pub(super) const MAX_DETAILS: usize = 8;

/// A cause with what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) cause: Cause,
    pub(super) at: Option<DateTime>,
    /// When it was last seen.
    pub(super) until: Option<DateTime>,
    /// Indexes of the events that show it.
    pub(super) seen: BTreeSet<usize>,
    pub(super) facts: Facts,
}

/// What is known of a cause.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// Seconds without a heartbeat, or that a service was down, when it was noticed.
    pub(super) seconds: Option<u64>,
    /// Seconds without a heartbeat, from the last before to the first after.
    pub(super) silence: Option<i64>,
    /// States of the node that wrote the log and of its peer, afterwards.
    pub(super) states: Option<(NodeState, NodeState)>,
    /// Services that were down.
    pub(super) services: BTreeSet<String>,
    /// Programs that ended with a core dump.
    pub(super) dumps: BTreeSet<String>,
    /// Nodes that are named.
    pub(super) nodes: BTreeSet<String>,
    /// What was ordered, of which node, by whom.
    pub(super) orders: BTreeSet<String>,
    /// Whether a restart was an orderly one.
    pub(super) orderly: Option<bool>,
    /// Further sentences of the rule.
    pub(super) sentences: Vec<String>,
}

/// All causes so far.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    pub(super) all: Vec<Draft>,
    /// Causes that there was no room for.
    pub(super) left_out: u64,
}

impl Drafts {
    /// The cause of this kind near `at`, a new one if there is none. `None` when there are too many.
    pub(super) fn near(&mut self, cause: Cause, at: DateTime) -> Option<&mut Draft> {
        let found = self.all.iter().rposition(|draft| {
            let near = |moment: DateTime| seconds_between(moment, at).abs() <= MERGE_SECONDS;
            draft.cause == cause && (draft.at.is_some_and(near) || draft.until.is_some_and(near))
        });
        if found.is_none() {
            if self.all.len() >= MAX_CAUSES {
                self.left_out += 1;
                return None;
            }
            let (seen, facts) = (BTreeSet::new(), Facts::default());
            self.all.push(Draft { cause, at: Some(at), until: Some(at), seen, facts });
        }
        let last = self.all.len().saturating_sub(1);
        let draft = self.all.get_mut(found.unwrap_or(last))?;
        draft.at = draft.at.min(Some(at));
        draft.until = draft.until.max(Some(at));
        Some(draft)
    }

    /// A cause of now, at the end of the logs.
    pub(super) fn now(&mut self, cause: Cause, at: Option<DateTime>, facts: Facts, seen: Option<usize>) {
        self.all.push(Draft { cause, at, until: at, seen: seen.into_iter().collect(), facts });
    }

    /// Whether a cause begins in this span.
    pub(super) fn any_between(&self, from: DateTime, to: DateTime) -> bool {
        let within = |moment: DateTime| from <= moment && moment <= to;
        self.all.iter().any(|draft| draft.at.is_some_and(within) || draft.until.is_some_and(within))
    }

    /// Oldest first.
    pub(super) fn sort(&mut self) {
        self.all.sort_by_key(|draft| (draft.at, draft.cause));
    }
}

impl Draft {
    /// This event shows it.
    pub(super) fn see(&mut self, index: usize) {
        if self.seen.len() < MAX_DETAILS {
            self.seen.insert(index);
        }
    }
}

/// Adds a name unless there are too many.
pub(super) fn add(names: &mut BTreeSet<String>, name: &str) {
    if names.len() < MAX_DETAILS {
        names.insert(name.to_owned());
    }
}
