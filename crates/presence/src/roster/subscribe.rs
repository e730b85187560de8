//! What subscription stanzas do to a roster (RFC 6121 §3), by the tables of [`crate::subscription`].

use bytes::Bytes;
use everpresent_stanza::BareJid;

use super::{Change, Item, Roster, RosterError, RosterLimits, Step, request};
use crate::subscription::{self, Approval, State, SubscriptionType};

impl Roster {
    /// A subscription stanza of the user to this contact. Its `to` is the contact's bare address, whatever the client
    /// wrote there (RFC 6121 §3.1.1).
    pub fn outbound(
        &mut self,
        contact: &BareJid,
        kind: SubscriptionType,
        limits: &RosterLimits,
    ) -> Result<Change, RosterError> {
        if *contact == self.user {
            return Err(RosterError::OwnAddress);
        }
        let before = self.items.get(contact).cloned().unwrap_or_default();
        let state = before.state();
        let outcome = subscription::outbound(state, kind);
        let after = moved(&before, outcome.state, outcome.approval);
        if after.listed && !before.listed {
            self.check_room(limits)?;
        }
        let mut change = Change::new(contact);
        let push = self.put(
            contact,
            after,
            outcome.push || approval_changes(&before, outcome.approval),
            &mut change,
        );
        // Whoever is no longer to see the user gets the last presence while still entitled to one (§3.2.2).
        let steps = [
            lost_sight(state, outcome.state).then_some(Step::SendUnavailable),
            outcome.route.then_some(Step::Route),
            push.map(Step::Push),
            gained_sight(state, outcome.state).then_some(Step::SendPresence),
        ];
        change.steps.extend(steps.into_iter().flatten());
        Ok(change)
    }

    /// A subscription stanza of this contact to the user. `stanza` is that stanza with bare addresses, which is kept
    /// if it is a request. An error means that it is dropped; the contact is not told.
    pub fn inbound(
        &mut self,
        contact: &BareJid,
        kind: SubscriptionType,
        stanza: &Bytes,
        limits: &RosterLimits,
    ) -> Result<Change, RosterError> {
        if *contact == self.user {
            return Err(RosterError::OwnAddress);
        }
        let before = self.items.get(contact).cloned().unwrap_or_default();
        let state = before.state();
        let outcome = subscription::inbound(state, before.approved, kind);
        let mut after = moved(&before, outcome.state, outcome.approval);
        if outcome.state.pending_in() && !state.pending_in() {
            if self.requests().count() >= limits.requests {
                return Err(RosterError::TooManyRequests);
            }
            after.pending_in = Some(request::kept(contact, &self.user, stanza));
        }
        let mut change = Change::new(contact);
        let push = self.put(contact, after, outcome.push, &mut change);
        let deliver = match kind {
            SubscriptionType::Subscribe => Step::DeliverToAvailable,
            _ => Step::DeliverToInterested,
        };
        let granted = outcome.reply == Some(SubscriptionType::Subscribed);
        let steps = [
            outcome.deliver.then_some(deliver),
            push.map(Step::Push),
            lost_sight(state, outcome.state).then_some(Step::SendUnavailable),
            outcome.reply.map(Step::Send),
            granted.then_some(Step::SendPresence),
        ];
        change.steps.extend(steps.into_iter().flatten());
        Ok(change)
    }
}

/// The item in its new state. It enters the roster when the user has a part in it, not for the contact's request alone
/// (§3.1.3, security warning), and never leaves it by a subscription stanza.
fn moved(before: &Item, state: State, approval: Approval) -> Item {
    let approved = match approval {
        Approval::Kept => before.approved,
        Approval::Granted => true,
        Approval::Withdrawn => false,
    };
    let entered = state.pending_out() || state.user_sees_contact() || state.contact_sees_user() || approved;
    Item {
        subscription: state.subscription(),
        pending_out: state.pending_out(),
        pending_in: before.pending_in.clone().filter(|_| state.pending_in()),
        approved,
        listed: before.listed || entered,
        ..before.clone()
    }
}

fn approval_changes(before: &Item, approval: Approval) -> bool {
    match approval {
        Approval::Kept => false,
        Approval::Granted => !before.approved,
        Approval::Withdrawn => before.approved,
    }
}

fn lost_sight(before: State, after: State) -> bool {
    before.contact_sees_user() && !after.contact_sees_user()
}

fn gained_sight(before: State, after: State) -> bool {
    !before.contact_sees_user() && after.contact_sees_user()
}
