//! What holds, so that it is told once when it begins and once when it is over. Pure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::SystemTime;

/// Most things that hold at once. What begins beyond is refused.
pub(crate) const MAX_OPEN: usize = 1024;

/// What an alert is about: two with the same key are the same alert.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Name of the node, or of the bridge that is watched.
    pub node: String,
    /// Name of the alert, such as `SRMFailover`.
    pub name: String,
    /// What of the node, if an alert of this name can hold of several things: a service.
    pub subject: Option<String>,
}

impl Key {
    /// An alert of this name about a node as a whole.
    pub fn new(node: impl Into<String>, name: impl Into<String>) -> Self {
        Self { node: node.into(), name: name.into(), subject: None }
    }

    /// The same about one thing of the node.
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// The name, and in brackets what it is about.
    pub fn title(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{} ({subject})", self.name),
            None => self.name.clone(),
        }
    }
}

/// What became of something that was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raised {
    /// It began: tell it.
    New,
    /// It held already.
    Known,
    /// Too much holds.
    Refused,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    since: SystemTime,
    /// It was raised by this process, not only by one before.
    confirmed: bool,
}

/// What holds.
#[derive(Debug, Default)]
pub(crate) struct Open(BTreeMap<Key, Standing>);

impl Open {
    /// What an earlier process told. It holds until [`clear`](Self::clear) or [`settle`](Self::settle).
    pub(crate) fn restored(told: impl IntoIterator<Item = (Key, SystemTime)>) -> Self {
        let standing = |(key, since)| (key, Standing { since, confirmed: false });
        Self(told.into_iter().map(standing).collect())
    }

    pub(crate) fn raise(&mut self, key: &Key, at: SystemTime) -> Raised {
        let full = self.0.len() >= MAX_OPEN;
        match self.0.entry(key.clone()) {
            Entry::Occupied(mut entry) => {
                entry.get_mut().confirmed = true;
                Raised::Known
            }
            Entry::Vacant(_) if full => Raised::Refused,
            Entry::Vacant(entry) => {
                entry.insert(Standing { since: at, confirmed: true });
                Raised::New
            }
        }
    }

    /// It is over. Since when it held; nothing if it did not.
    pub(crate) fn clear(&mut self, key: &Key) -> Option<SystemTime> {
        self.0.remove(key).map(|standing| standing.since)
    }

    /// What an earlier process told and this one did not raise is over: with this it is forgotten.
    pub(crate) fn settle(&mut self) -> Vec<(Key, SystemTime)> {
        let stale = self.0.extract_if(.., |_, standing| !standing.confirmed);
        stale.map(|(key, standing)| (key, standing.since)).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_holds_is_new_once_and_over_once() {
        let (mut open, key) = (Open::default(), Key::new("imp1", "SRMFailover"));
        assert_eq!(open.clear(&key), None, "over without a beginning");
        assert_eq!(open.raise(&key, at(1)), Raised::New);
        assert_eq!(open.raise(&key, at(2)), Raised::Known);
        assert_eq!(open.clear(&key), Some(at(1)));
        assert_eq!(open.clear(&key), None);
        assert_eq!(open.raise(&key, at(3)), Raised::New);
    }

    #[test]
    fn two_services_of_a_node_are_two_alerts_and_so_are_two_nodes() {
        let mut open = Open::default();
        let down = Key::new("imp1", "ServiceDown");
        for key in [down.clone(), down.clone().about("router"), down.about("presence-engine")] {
            assert_eq!(open.raise(&key, at(1)), Raised::New);
        }
        assert_eq!(open.raise(&Key::new("imp2", "ServiceDown"), at(1)), Raised::New);
    }

    #[test]
    fn what_the_process_before_told_is_not_new_and_is_over_unless_it_holds_again() {
        let (again, gone) = (Key::new("imp1", "SyncLost"), Key::new("imp1", "SRMFailed"));
        let mut open = Open::restored([(again.clone(), at(1)), (gone.clone(), at(2))]);
        assert_eq!(open.raise(&again, at(10)), Raised::Known);
        assert_eq!(open.settle(), [(gone.clone(), at(2))]);
        assert_eq!(open.settle(), []);
        assert_eq!(open.clear(&again), Some(at(1)));
        assert_eq!(open.raise(&gone, at(20)), Raised::New);
    }

    #[test]
    fn what_holds_is_bounded() {
        let mut open = Open::default();
        for number in 0..MAX_OPEN {
            assert_eq!(open.raise(&Key::new("imp1", number.to_string()), at(1)), Raised::New);
        }
        assert_eq!(open.raise(&Key::new("imp1", "more"), at(1)), Raised::Refused);
        assert_eq!(open.raise(&Key::new("imp1", "0"), at(1)), Raised::Known);
        open.clear(&Key::new("imp1", "0"));
        assert_eq!(open.raise(&Key::new("imp1", "more"), at(1)), Raised::New);
    }
}
