//! A user's roster: what it holds, how it is asked for and changed (RFC 6121 §2), and what subscription stanzas do to
//! it (§3).
//!
//! Each change is carried out in memory at once and described by a [`Change`]: the rows to store and, in order, what
//! to send. Rows that come back from a record or a replica are carried out with [`Roster::apply`].

pub mod change;
mod get;
pub mod request;
pub mod set;
mod subscribe;

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use everpresent_session::row::{RosterRow, Row, Subscription};
use everpresent_stanza::{BareJid, Jid};

pub use change::{Change, Push, RosterError, Step};
pub use get::RosterResult;
pub use set::RosterSet;

use crate::subscription::State;

/// Contacts in a roster, unless configured otherwise.
pub const ROSTER_ITEMS_MAX: usize = 2_000;
/// Unanswered subscription requests of contacts that are kept for a user, unless configured otherwise.
pub const REQUESTS_MAX: usize = 200;
/// Longest name of a contact.
pub const NAME_BYTES_MAX: usize = 256;
/// Longest name of a group.
pub const GROUP_BYTES_MAX: usize = 128;
/// Groups that one contact may be in.
pub const GROUPS_MAX: usize = 16;
/// Removals that are remembered so that a client can catch up without the whole roster (RFC 6121 §2.6).
pub const REMOVALS_REMEMBERED_MAX: usize = 64;
/// Changes that a client catches up with one by one; beyond that the whole roster is shorter or as good.
pub const CATCH_UP_PUSHES_MAX: usize = 64;

/// How much one user may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterLimits {
    /// Contacts in the roster.
    pub items: usize,
    /// Unanswered requests of contacts, in the roster or not.
    pub requests: usize,
}

impl Default for RosterLimits {
    fn default() -> Self {
        Self { items: ROSTER_ITEMS_MAX, requests: REQUESTS_MAX }
    }
}

/// What a roster holds about one contact. The fields are those of [`RosterRow`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// The user's name for it, empty if none.
    pub name: String,
    /// Groups, sorted.
    pub groups: Vec<String>,
    /// Who sees whom.
    pub subscription: Subscription,
    /// The user's request waits for the contact.
    pub pending_out: bool,
    /// The contact's request, which waits for the user.
    pub pending_in: Option<Bytes>,
    /// The contact may see the user as soon as it asks (RFC 6121 §3.4).
    pub approved: bool,
    /// Whether clients see the item; one that exists for `pending_in` alone they do not (§3.1.3).
    pub listed: bool,
    /// The roster version that its last change made.
    pub version: u64,
}

impl Item {
    /// Where user and contact stand.
    pub fn state(&self) -> State {
        State::new(self.subscription, self.pending_out, self.pending_in.is_some())
    }

    /// Requests for what is granted already, which no change here leaves behind, are dropped.
    fn from_row(row: RosterRow) -> (BareJid, Self) {
        let state = State::new(row.subscription, row.pending_out, row.pending_in.is_some());
        let item = Self {
            name: row.name,
            groups: row.groups,
            subscription: row.subscription,
            pending_out: state.pending_out(),
            pending_in: row.pending_in.filter(|_| state.pending_in()),
            approved: row.approved,
            listed: row.listed,
            version: row.version,
        };
        (row.contact, item)
    }

    fn to_row(&self, user: &BareJid, contact: &BareJid) -> RosterRow {
        RosterRow {
            user: user.clone(),
            contact: contact.clone(),
            name: self.name.clone(),
            groups: self.groups.clone(),
            subscription: self.subscription,
            pending_out: self.pending_out,
            pending_in: self.pending_in.clone(),
            approved: self.approved,
            listed: self.listed,
            version: self.version,
        }
    }
}

/// A user's roster and the subscription requests that wait for the user.
#[derive(Debug, Clone)]
pub struct Roster {
    user: BareJid,
    version: u64,
    items: BTreeMap<BareJid, Item>,
    /// Contacts that were removed, with the version that this made, oldest first.
    removals: VecDeque<(u64, BareJid)>,
    /// Every removal that made a version above this one is in `removals`.
    removals_since: u64,
}

impl Roster {
    /// The roster that the database holds. `version` is the highest that any change of it made, which a removal may
    /// have done; rows of other users are left out.
    pub fn load(user: BareJid, version: u64, rows: impl IntoIterator<Item = RosterRow>) -> Self {
        let own = rows.into_iter().filter(|row| row.user == user);
        let items: BTreeMap<BareJid, Item> = own.map(Item::from_row).collect();
        let newest = items.values().map(|item| item.version).max().unwrap_or(0);
        let version = version.max(newest);
        Self { user, version, items, removals: VecDeque::new(), removals_since: version }
    }

    /// Whose roster it is.
    pub fn user(&self) -> &BareJid {
        &self.user
    }

    /// The present version (RFC 6121 §2.6).
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What is known of a contact, in the roster or not. A full address finds nothing.
    pub fn item(&self, contact: &Jid) -> Option<&Item> {
        self.items.get(contact)
    }

    /// The contacts that clients see, in the order of their addresses.
    pub fn listed(&self) -> impl Iterator<Item = (&BareJid, &Item)> {
        self.items.iter().filter(|(_, item)| item.listed)
    }

    /// Contacts that see the user (subscription `from` or `both`).
    pub fn watchers(&self) -> impl Iterator<Item = &BareJid> {
        self.items.iter().filter(|(_, item)| item.state().contact_sees_user()).map(|(contact, _)| contact)
    }

    /// Contacts that the user sees (subscription `to` or `both`).
    pub fn watched(&self) -> impl Iterator<Item = &BareJid> {
        self.items.iter().filter(|(_, item)| item.state().user_sees_contact()).map(|(contact, _)| contact)
    }

    /// Whether this address, with or without a resource, may see the user: a contact with subscription `from` or
    /// `both`, or the user itself (RFC 6121 §4.2.2).
    pub fn may_see_user(&self, who: &Jid) -> bool {
        let seen_by = |bare: &Jid| self.items.get(bare).is_some_and(|item| item.state().contact_sees_user());
        if who.is_bare() {
            return self.user == *who || seen_by(who);
        }
        let bare = who.to_bare();
        bare == self.user || seen_by(&bare)
    }

    /// The requests that wait for the user. They are shown to each resource that becomes available, until the user
    /// answers (RFC 6121 §3.1.3).
    pub fn requests(&self) -> impl Iterator<Item = (&BareJid, &Bytes)> {
        self.items.iter().filter_map(|(contact, item)| Some((contact, item.pending_in.as_ref()?)))
    }

    /// Carries out a stored change; rows that are not of this roster change nothing. Doing it twice is the same as
    /// once.
    pub fn apply(&mut self, row: &Row) {
        match row {
            Row::Roster(row) if row.user == self.user => {
                let (contact, item) = Item::from_row(row.clone());
                self.version = self.version.max(item.version);
                self.items.insert(contact, item);
            }
            Row::RosterGone { user, contact, version } if *user == self.user => {
                let was_listed = self.items.remove(contact).is_some_and(|item| item.listed);
                self.version = self.version.max(*version);
                if was_listed {
                    self.remember_removal(*version, contact.clone());
                }
            }
            _ => {}
        }
    }

    fn remember_removal(&mut self, version: u64, contact: BareJid) {
        if self.removals.len() == REMOVALS_REMEMBERED_MAX
            && let Some((forgotten, _)) = self.removals.pop_front()
        {
            self.removals_since = forgotten;
        }
        self.removals.push_back((version, contact));
    }

    /// Stores the item, or its end when nothing of it is left, and describes that as rows and push.
    fn put(&mut self, contact: &BareJid, mut item: Item, push: bool, change: &mut Change) -> Option<Push> {
        let before = self.items.get(contact);
        if before == Some(&item) && !push {
            return None;
        }
        let visible = push && (item.listed || before.is_some_and(|before| before.listed));
        let version = self.version + u64::from(visible);
        let row = if item.listed || item.pending_in.is_some() {
            item.version = version;
            Row::Roster(item.to_row(&self.user, contact))
        } else {
            before?;
            Row::RosterGone { user: self.user.clone(), contact: contact.clone(), version }
        };
        self.apply(&row);
        change.rows.push(row);
        visible.then(|| Push::of(version, contact, self.items.get(contact)))
    }
}
