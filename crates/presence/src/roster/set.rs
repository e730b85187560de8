//! Adding, changing and removing a contact (RFC 6121 §2.3 to §2.5).

use everpresent_stanza::{BareJid, Element, Jid, ns};

use super::{Change, GROUP_BYTES_MAX, GROUPS_MAX, NAME_BYTES_MAX, Roster, RosterError, RosterLimits, Step};
use crate::subscription::{State, SubscriptionType};

/// What a roster set asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterSet {
    /// The contact is in the roster with exactly this name and these groups.
    Put {
        /// Which contact.
        contact: BareJid,
        /// Its name, empty if none.
        name: String,
        /// Its groups, sorted, none twice.
        groups: Vec<String>,
    },
    /// The contact leaves the roster.
    Remove {
        /// Which contact.
        contact: BareJid,
    },
}

impl RosterSet {
    /// Reads the `<query/>` of a roster set. A resource in the address is left out; of `subscription` only `remove`
    /// counts, `ask` and `approved` do not (RFC 6121 §2.1.5).
    pub fn parse(query: &Element) -> Result<Self, RosterError> {
        let mut items = query.children().filter(|child| child.is("item", ns::ROSTER));
        let (Some(item), None) = (items.next(), items.next()) else {
            return Err(RosterError::NotOneItem);
        };
        let address = item.attr("jid").ok_or(RosterError::NoAddress)?;
        let contact = Jid::new(address).map_err(|_| RosterError::MalformedAddress)?.into_bare();
        if item.attr("subscription") == Some("remove") {
            return Ok(Self::Remove { contact });
        }
        let name = item.attr("name").unwrap_or_default();
        if name.len() > NAME_BYTES_MAX {
            return Err(RosterError::NameTooLong);
        }
        Ok(Self::Put { contact, name: name.to_owned(), groups: groups(item)? })
    }
}

fn groups(item: &Element) -> Result<Vec<String>, RosterError> {
    let mut groups = Vec::new();
    for group in item.children().filter(|child| child.is("group", ns::ROSTER)) {
        let name = group.text();
        if name.is_empty() {
            return Err(RosterError::GroupEmpty);
        }
        if name.len() > GROUP_BYTES_MAX {
            return Err(RosterError::GroupTooLong);
        }
        if groups.len() == GROUPS_MAX {
            return Err(RosterError::TooManyGroups);
        }
        groups.push(name);
    }
    groups.sort_unstable();
    if groups.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(RosterError::DuplicateGroup);
    }
    Ok(groups)
}

impl Roster {
    /// Carries out a roster set of the user. That the sender is the user is for the caller to check.
    pub fn set(&mut self, request: RosterSet, limits: &RosterLimits) -> Result<Change, RosterError> {
        match request {
            RosterSet::Put { contact, name, groups } => self.put_contact(&contact, name, groups, limits),
            RosterSet::Remove { contact } => self.remove_contact(&contact),
        }
    }

    fn put_contact(
        &mut self,
        contact: &BareJid,
        name: String,
        groups: Vec<String>,
        limits: &RosterLimits,
    ) -> Result<Change, RosterError> {
        if *contact == self.user {
            return Err(RosterError::OwnAddress);
        }
        let mut item = self.items.get(contact).cloned().unwrap_or_default();
        if !item.listed {
            self.check_room(limits)?;
        }
        (item.name, item.groups, item.listed) = (name, groups, true);
        let mut change = Change::new(contact);
        let push = self.put(contact, item, true, &mut change);
        change.steps.extend(push.map(Step::Push));
        Ok(change)
    }

    /// Takes the contact out and ends the subscriptions, and the requests for one, in both directions (RFC 6121 §2.5.2).
    fn remove_contact(&mut self, contact: &BareJid) -> Result<Change, RosterError> {
        let listed = self.items.get(contact).filter(|item| item.listed);
        let state = listed.ok_or(RosterError::NotInRoster)?.state();
        let mut change = Change::new(contact);
        let push = self.put(contact, super::Item::default(), true, &mut change);
        change.steps.extend(push.map(Step::Push));
        change.steps.extend(farewell(state));
        Ok(change)
    }

    pub(super) fn check_room(&self, limits: &RosterLimits) -> Result<(), RosterError> {
        if self.listed().count() >= limits.items { Err(RosterError::RosterFull) } else { Ok(()) }
    }
}

/// What the contact is told when the user removes it. A pending request counts like what it asks for: otherwise it
/// would wait at the other side for ever.
fn farewell(state: State) -> impl Iterator<Item = Step> {
    let leave = state.user_sees_contact() || state.pending_out();
    let dismiss = state.contact_sees_user() || state.pending_in();
    let steps = [
        leave.then_some(Step::Send(SubscriptionType::Unsubscribe)),
        state.contact_sees_user().then_some(Step::SendUnavailable),
        dismiss.then_some(Step::Send(SubscriptionType::Unsubscribed)),
    ];
    steps.into_iter().flatten()
}
