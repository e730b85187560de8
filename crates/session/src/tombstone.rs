//! Tombstones: what is remembered of ended sessions, so that a late resume gets an exact answer.

use std::collections::{BTreeMap, VecDeque};

use everpresent_stanza::BareJid;

use crate::ids::SessionId;
use crate::reason::Reason;
use crate::time::Timestamp;

/// How long a tombstone stands, in hours.
pub const TOMBSTONE_HOURS: i64 = 48;
/// How many tombstones a ledger keeps; the oldest go first.
pub const MAX_TOMBSTONES: usize = 50_000;

/// What is remembered of an ended session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Whose session it was: only that user's clients learn anything from it.
    pub user: BareJid,
    /// Why it ended.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
    /// How many stanzas of its client were handled: the `h` of a failed resume (XEP-0198 §5).
    pub handled: u32,
}

/// The tombstones of a ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tombstones {
    by_session: BTreeMap<SessionId, Tombstone>,
    by_age: VecDeque<SessionId>,
}

impl Tombstones {
    /// What is remembered of this session.
    pub fn get(&self, session: SessionId) -> Option<&Tombstone> {
        self.by_session.get(&session)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (SessionId, &Tombstone)> {
        self.by_age.iter().filter_map(|id| Some((*id, self.by_session.get(id)?)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_age.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_age.is_empty()
    }

    /// Remembers an ended session; what is too old or too many by now goes.
    pub(crate) fn bury(&mut self, session: SessionId, tombstone: Tombstone) {
        let oldest_kept = tombstone.at.0.saturating_sub(TOMBSTONE_HOURS * 3_600_000);
        self.by_age.push_back(session);
        self.by_session.insert(session, tombstone);
        while let Some(oldest) = self.by_age.front() {
            let too_old = self.by_session.get(oldest).is_none_or(|tombstone| tombstone.at.0 < oldest_kept);
            if self.by_age.len() <= MAX_TOMBSTONES && !too_old {
                break;
            }
            self.by_session.remove(oldest);
            self.by_age.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tombstone(at: i64) -> Tombstone {
        let user = BareJid::new("alice@example.org").unwrap();
        Tombstone { user, reason: Reason::Expired, at: Timestamp(at), handled: 7 }
    }

    #[test]
    fn old_tombstones_go_when_a_new_one_comes() {
        let mut tombstones = Tombstones::default();
        tombstones.bury(SessionId(1), tombstone(0));
        tombstones.bury(SessionId(2), tombstone(TOMBSTONE_HOURS * 3_600_000));
        assert!(tombstones.get(SessionId(1)).is_some(), "exactly 48 h old");
        tombstones.bury(SessionId(3), tombstone(TOMBSTONE_HOURS * 3_600_000 + 1));
        assert!(tombstones.get(SessionId(1)).is_none());
        assert_eq!(tombstones.len(), 2);
    }

    #[test]
    fn their_number_is_bounded() {
        let mut tombstones = Tombstones::default();
        for id in 0..=MAX_TOMBSTONES as u128 {
            tombstones.bury(SessionId(id), tombstone(0));
        }
        assert_eq!(tombstones.len(), MAX_TOMBSTONES);
        assert!(tombstones.get(SessionId(0)).is_none());
    }
}
