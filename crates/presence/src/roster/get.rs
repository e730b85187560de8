//! Asking for the roster (RFC 6121 §2.1.3, §2.2, §2.6).

use bytes::Bytes;
use everpresent_stanza::BareJid;

use super::change::{query_start, write_item};
use super::{CATCH_UP_PUSHES_MAX, Item, Push, Roster};
use crate::xml;

/// The answer to a roster get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterResult {
    /// The whole roster: the `<query/>` to put into the result.
    Complete(Bytes),
    /// The client's copy is known: an empty result, followed by these pushes to this client only, which bring it up
    /// to date; none if it is.
    Changes(Vec<Push>),
}

impl Roster {
    /// Answers a roster get. `known` is the `ver` attribute of the request, if there was one: what the client has, as
    /// text that came from here; anything else gets the whole roster.
    pub fn result(&self, known: Option<&str>) -> RosterResult {
        match known.and_then(|text| text.parse().ok()).and_then(|known| self.changes_since(known)) {
            Some(pushes) => RosterResult::Changes(pushes),
            None => RosterResult::Complete(self.complete()),
        }
    }

    fn complete(&self) -> Bytes {
        let mut payload = query_start(self.version());
        for (contact, item) in self.listed() {
            write_item(&mut payload, contact, item);
        }
        xml::end(&mut payload, "query");
        Bytes::from(payload)
    }

    /// The interim pushes after this version in their order, if all of them are known and worth it. A version from the
    /// future, such as one from before the database was set back, is not.
    fn changes_since(&self, known: u64) -> Option<Vec<Push>> {
        if known == self.version {
            return Some(Vec::new());
        }
        if known > self.version || known < self.removals_since {
            return None;
        }
        let changed = self.listed().filter(|(_, item)| item.version > known);
        let mut changes: Vec<(u64, &BareJid, Option<&Item>)> =
            changed.map(|(contact, item)| (item.version, contact, Some(item))).collect();
        let removed = self.removals.iter().filter(|(version, contact)| {
            *version > known && !self.items.get(contact).is_some_and(|item| item.listed)
        });
        changes.extend(removed.map(|(version, contact)| (*version, contact, None)));
        if changes.len() > CATCH_UP_PUSHES_MAX || changes.len() > self.items.len().max(1) {
            return None;
        }
        changes.sort_by_key(|(version, ..)| *version);
        Some(changes.into_iter().map(|(version, contact, item)| Push::of(version, contact, item)).collect())
    }
}
