//! Presence for users of other homes, while the channel there is full: of each session for each recipient the newest.

use std::collections::BTreeMap;

use bytes::Bytes;
use everpresent_session::ids::HomeName;
use everpresent_stanza::Jid;

/// How many presences are kept for all homes together. Those beyond are dropped.
const MAX_UNSENT_PRESENCES: usize = 100_000;

/// A presence that was not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentPresence {
    /// The stanza.
    pub stanza: Bytes,
    /// Whether it bears the recipient's address.
    pub is_addressed: bool,
}

/// What a presence replaces: one of the same sender and recipient. A probe does not replace what is shown.
pub(crate) type Pair = (Jid, Jid, bool);

/// See the module.
#[derive(Debug, Default)]
pub struct Unsent {
    by_home: BTreeMap<HomeName, BTreeMap<Pair, UnsentPresence>>,
}

impl Unsent {
    /// Whether something waits for this home: then what is newer has to wait as well.
    pub fn is_for(&self, home: &HomeName) -> bool {
        !self.by_home.is_empty() && self.by_home.contains_key(home)
    }

    /// Keeps a presence in the place of an older one.
    pub fn keep(&mut self, home: &HomeName, pair: Pair, presence: UnsentPresence) {
        let kept: usize = self.by_home.values().map(BTreeMap::len).sum();
        let waiting = self.by_home.entry(home.clone()).or_default();
        if kept < MAX_UNSENT_PRESENCES || waiting.contains_key(&pair) {
            waiting.insert(pair, presence);
        } else {
            metrics::counter!("everpresent_presences_dropped_total").increment(1);
        }
    }

    /// Takes some of what waits for a home.
    pub fn take(&mut self, home: &HomeName, most: usize) -> Vec<(Pair, UnsentPresence)> {
        let Some(waiting) = self.by_home.get_mut(home) else { return Vec::new() };
        let some = std::iter::from_fn(|| waiting.pop_first()).take(most).collect();
        if waiting.is_empty() {
            self.by_home.remove(home);
        }
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_pair_the_newest_is_kept_and_taken_once() {
        let jid = |text: &str| Jid::new(text).unwrap();
        let home = HomeName::new("imp2");
        let presence = |text: &'static str| UnsentPresence {
            stanza: Bytes::from_static(text.as_bytes()),
            is_addressed: false,
        };
        let (alice, bob) = (jid("alice@example.org/x"), jid("bob@example.org"));
        let mut unsent = Unsent::default();
        unsent.keep(&home, (alice.clone(), bob.clone(), false), presence("<old/>"));
        unsent.keep(&home, (alice.clone(), bob.clone(), true), presence("<probe/>"));
        unsent.keep(&home, (alice.clone(), bob.clone(), false), presence("<new/>"));
        assert!(unsent.is_for(&home) && !unsent.is_for(&HomeName::new("imp3")));
        let first = unsent.take(&home, 1);
        assert_eq!(first, [((alice.clone(), bob.clone(), false), presence("<new/>"))]);
        assert_eq!(unsent.take(&home, 9), [((alice, bob, true), presence("<probe/>"))]);
        assert!(!unsent.is_for(&home) && unsent.take(&home, 9).is_empty());
    }
}
