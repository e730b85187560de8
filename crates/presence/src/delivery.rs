//! Where a stanza for a local user goes (RFC 6121 §8.5), and who else gets a copy of a message (XEP-0280).
//!
//! A session whose transport is lost is still a resource here: what is delivered to it waits in its queue.

use everpresent_stanza::{IqType, Jid, MessageType, PresenceType};

use crate::archiving;
use crate::facts::MessageFacts;
use crate::resource::{ResourceView, places};
use crate::roster::Roster;
use crate::subscription::SubscriptionType;

/// What becomes of a message that no resource gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Undelivered {
    /// It is stored until the user signs in.
    Store,
    /// The sender gets `service-unavailable`.
    Refuse,
    /// Nothing.
    Ignore,
}

/// Where a message goes by RFC 6121 alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// To these resources, at least one; its `to` stays as it is.
    Deliver(Vec<usize>),
    /// To none.
    Nobody(Undelivered),
}

/// The message rules of RFC 6121 §8.5.2 and §8.5.3 for an account that exists. `to_resource` is the resource in the
/// message's address, if it has one.
///
/// Where the RFC lets the server choose, messages to the bare address go to every resource of non-negative priority,
/// not to the "most available" alone: people hold several clients at once, priorities no longer say which one they look
/// at, and those with carbons would get a copy anyway. A full address that is gone is answered with an error rather
/// than with silence, except for headlines, which are as little answered at the bare address.
pub fn message_targets(
    kind: MessageType,
    to_resource: Option<&str>,
    resources: &[ResourceView<'_>],
) -> Targets {
    if let Some(place) = to_resource.and_then(|name| position(resources, name)) {
        return Targets::Deliver(vec![place]);
    }
    let takers = || places(resources, ResourceView::takes_messages);
    match (kind, to_resource.is_some()) {
        (MessageType::Error, _) | (MessageType::Headline, true) => Targets::Nobody(Undelivered::Ignore),
        (MessageType::Groupchat, _) | (MessageType::Normal, true) => Targets::Nobody(Undelivered::Refuse),
        (MessageType::Chat, _) | (MessageType::Normal, false) => deliver_or(takers(), Undelivered::Store),
        (MessageType::Headline, false) => deliver_or(takers(), Undelivered::Ignore),
    }
}

fn deliver_or(takers: Vec<usize>, otherwise: Undelivered) -> Targets {
    if takers.is_empty() { Targets::Nobody(otherwise) } else { Targets::Deliver(takers) }
}

/// All that a message to a user does at the user's sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where it goes.
    pub targets: Targets,
    /// Sessions that get a carbon of it, as `<received/>` (XEP-0280 §7).
    pub copies: Vec<usize>,
}

impl Delivery {
    /// Whether the user gets the message, now or later. One that is refused or ignored is not archived either
    /// (XEP-0313 §6.1).
    pub fn is_accepted(&self) -> bool {
        match self.targets {
            Targets::Deliver(_) | Targets::Nobody(Undelivered::Store) => true,
            Targets::Nobody(_) => !self.copies.is_empty(),
        }
    }
}

/// The RFC's rules, carbons and the rules for offline storage together.
pub fn deliver(facts: &MessageFacts, to_resource: Option<&str>, resources: &[ResourceView<'_>]) -> Delivery {
    let mut targets = message_targets(facts.kind, to_resource, resources);
    // A room sends its private messages to each client that is in it: others would not know what to do with one.
    let matched = to_resource.is_some_and(|name| position(resources, name).is_some());
    if facts.room_private && to_resource.is_some() && !matched && facts.kind == MessageType::Chat {
        targets = Targets::Nobody(Undelivered::Refuse);
    }
    if targets == Targets::Nobody(Undelivered::Store) && !archiving::stores_offline(facts) {
        targets = Targets::Nobody(Undelivered::Ignore);
    }
    let copies = match &targets {
        Targets::Nobody(Undelivered::Refuse) => Vec::new(),
        _ if !archiving::is_copied(facts, archiving::Direction::Received) => Vec::new(),
        Targets::Deliver(taken) => carbon_places(resources, |place| taken.contains(&place)),
        Targets::Nobody(_) => carbon_places(resources, |_| false),
    };
    Delivery { targets, copies }
}

/// Sessions of the sender that get a carbon of a message of theirs, as `<sent/>` (XEP-0280 §8).
pub fn sent_copies(facts: &MessageFacts, sender: usize, resources: &[ResourceView<'_>]) -> Vec<usize> {
    if archiving::is_copied(facts, archiving::Direction::Sent) {
        carbon_places(resources, |place| place == sender)
    } else {
        Vec::new()
    }
}

/// Only available resources get copies: one that is about to send its first presence gets what was stored then, and
/// would have everything twice.
fn carbon_places(resources: &[ResourceView<'_>], has_it: impl Fn(usize) -> bool) -> Vec<usize> {
    let wanting = places(resources, |resource| resource.carbons && resource.is_available());
    wanting.into_iter().filter(|place| !has_it(*place)).collect()
}

/// Where an iq to a user goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IqTarget {
    /// The server answers on the user's behalf (RFC 6121 §8.5.2.1.3).
    Server,
    /// To this resource.
    Deliver(usize),
    /// The sender gets `service-unavailable`.
    Refuse,
    /// Nothing: answers are never answered.
    Ignore,
}

/// The iq rules of RFC 6121 §8.5.2 and §8.5.3. A request to a resource that does not share its presence with the sender
/// is refused, so that nobody learns by asking whether it is there (§8.5.3.1).
pub fn iq_target(
    kind: IqType,
    from: &Jid,
    to_resource: Option<&str>,
    roster: &Roster,
    resources: &[ResourceView<'_>],
) -> IqTarget {
    let request = matches!(kind, IqType::Get | IqType::Set);
    let Some(name) = to_resource else {
        return if request { IqTarget::Server } else { IqTarget::Ignore };
    };
    match position(resources, name) {
        Some(place) if !request || shares_presence(from, roster, &resources[place]) => {
            IqTarget::Deliver(place)
        }
        _ if request => IqTarget::Refuse,
        _ => IqTarget::Ignore,
    }
}

/// Whoever has been sent directed presence may ask; of a room, that is each occupant, known by the room's bare address.
fn shares_presence(from: &Jid, roster: &Roster, resource: &ResourceView<'_>) -> bool {
    let server = from.node().is_none() && from.domain() == roster.user().domain();
    server || roster.may_see_user(from) || resource.directed.iter().any(|known| same_bare(known, from))
}

fn same_bare(one: &Jid, other: &Jid) -> bool {
    one.node() == other.node() && one.domain() == other.domain()
}

/// Where a presence to a user goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresenceTarget {
    /// To these resources, perhaps none.
    Deliver(Vec<usize>),
    /// To [`Roster::inbound`].
    Subscription(SubscriptionType),
    /// To [`crate::audience::answer_probe`].
    Probe,
}

/// The presence rules of RFC 6121 §8.5.2 and §8.5.3.
pub fn presence_target(
    kind: PresenceType,
    to_resource: Option<&str>,
    resources: &[ResourceView<'_>],
) -> PresenceTarget {
    let matched = to_resource.map(|name| position(resources, name));
    match (SubscriptionType::of(kind), matched) {
        _ if kind == PresenceType::Probe => PresenceTarget::Probe,
        // An answer to an address that the request did not come from is none (§8.5.3.2.2).
        (Some(answer), Some(None)) if answer != SubscriptionType::Subscribe => {
            PresenceTarget::Deliver(Vec::new())
        }
        (Some(subscription), _) => PresenceTarget::Subscription(subscription),
        (None, Some(matched)) => PresenceTarget::Deliver(matched.into_iter().collect()),
        (None, None) => PresenceTarget::Deliver(places(resources, ResourceView::is_available)),
    }
}

fn position(resources: &[ResourceView<'_>], name: &str) -> Option<usize> {
    resources.iter().position(|resource| resource.resource == name)
}
