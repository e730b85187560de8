//! What a change of a roster asks the caller to do.

use bytes::Bytes;
use everpresent_session::row::{Row, Subscription};
use everpresent_stanza::{BareJid, ErrorCondition, StanzaError, ns};
use smallvec::SmallVec;

use super::Item;
use crate::subscription::SubscriptionType;
use crate::xml;

/// What a request does beyond the roster in memory, which has changed already.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The contact that it is about.
    pub contact: BareJid,
    /// To be stored.
    pub rows: Vec<Row>,
    /// To be done in this order.
    pub steps: SmallVec<[Step; 4]>,
}

impl Change {
    pub(super) fn new(contact: &BareJid) -> Self {
        Self { contact: contact.clone(), rows: Vec::new(), steps: SmallVec::new() }
    }
}

/// One thing to send. "Contact" is that of the [`Change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Pass the stanza in hand on to the contact's bare address, `from` the user's bare address (RFC 6121 §3).
    Route,
    /// Deliver the stanza in hand to the user's available resources.
    DeliverToAvailable,
    /// Deliver the stanza in hand to the user's interested resources. Comes before the push (RFC 6121 §3.2.3).
    DeliverToInterested,
    /// Send the contact a subscription stanza from bare address to bare address, on the user's behalf.
    Send(SubscriptionType),
    /// Send the contact the last presence broadcast of each available resource, from its full address.
    SendPresence,
    /// Send the contact unavailable presence from each available resource.
    SendUnavailable,
    /// Push to the user's interested resources.
    Push(Push),
}

/// A roster push (RFC 6121 §2.1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The `<query/>` with its one item, to be put into an iq of type `set` to each interested resource.
    pub payload: Bytes,
}

impl Push {
    /// The push of an item, or of its removal.
    pub(super) fn of(version: u64, contact: &BareJid, item: Option<&Item>) -> Self {
        let mut payload = query_start(version);
        match item.filter(|item| item.listed) {
            Some(item) => write_item(&mut payload, contact, item),
            None => {
                payload.extend_from_slice(b"<item");
                xml::attribute(&mut payload, "jid", contact.as_str());
                payload.extend_from_slice(b" subscription='remove'/>");
            }
        }
        xml::end(&mut payload, "query");
        Self { payload: Bytes::from(payload) }
    }
}

/// The start tag of a roster payload.
pub(super) fn query_start(version: u64) -> Vec<u8> {
    format!("<query xmlns='{}' ver='{version}'>", ns::ROSTER).into_bytes()
}

/// Appends one item as clients see it (RFC 6121 §2.1.2).
pub(super) fn write_item(out: &mut Vec<u8>, contact: &BareJid, item: &Item) {
    let subscription = match item.subscription {
        Subscription::None => "none",
        Subscription::To => "to",
        Subscription::From => "from",
        Subscription::Both => "both",
    };
    out.extend_from_slice(b"<item");
    xml::attribute(out, "jid", contact.as_str());
    if !item.name.is_empty() {
        xml::attribute(out, "name", &item.name);
    }
    xml::attribute(out, "subscription", subscription);
    if item.pending_out {
        xml::attribute(out, "ask", "subscribe");
    }
    if item.approved {
        xml::attribute(out, "approved", "true");
    }
    if item.groups.is_empty() {
        out.extend_from_slice(b"/>");
        return;
    }
    out.push(b'>');
    for group in &item.groups {
        xml::text_element(out, "group", group);
    }
    xml::end(out, "item");
}

/// Why a request about a roster is refused; it turns into the stanza error that the client gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not exactly one item (RFC 6121 §2.3.3).
    #[error("a roster set holds exactly one item")]
    NotOneItem,
    /// The item has no address.
    #[error("a roster item needs a jid")]
    NoAddress,
    /// The item's address is none.
    #[error("the jid of a roster item is malformed")]
    MalformedAddress,
    /// The user's own address.
    #[error("nobody is a contact of their own")]
    OwnAddress,
    /// Longer than [`NAME_BYTES_MAX`](super::NAME_BYTES_MAX).
    #[error("the name of a roster item is too long")]
    NameTooLong,
    /// A group without a name (RFC 6121 §2.3.3).
    #[error("a group needs a name")]
    GroupEmpty,
    /// Longer than [`GROUP_BYTES_MAX`](super::GROUP_BYTES_MAX).
    #[error("the name of a group is too long")]
    GroupTooLong,
    /// More than [`GROUPS_MAX`](super::GROUPS_MAX).
    #[error("a roster item is in too many groups")]
    TooManyGroups,
    /// The same group twice (RFC 6121 §2.3.3).
    #[error("a roster item names a group twice")]
    DuplicateGroup,
    /// To be removed, but not there (RFC 6121 §2.5.3).
    #[error("the roster does not hold this contact")]
    NotInRoster,
    /// As many contacts as allowed.
    #[error("the roster is full: remove a contact first")]
    RosterFull,
    /// As many unanswered requests as allowed; the sender of one more is not told (RFC 6121 §3.1.3, security warning).
    #[error("too many subscription requests wait for this user's answer")]
    TooManyRequests,
}

impl From<RosterError> for StanzaError {
    fn from(error: RosterError) -> Self {
        let condition = match error {
            RosterError::NotOneItem | RosterError::NoAddress | RosterError::DuplicateGroup => {
                ErrorCondition::BadRequest
            }
            RosterError::MalformedAddress => ErrorCondition::JidMalformed,
            RosterError::OwnAddress => ErrorCondition::NotAllowed,
            RosterError::NameTooLong
            | RosterError::GroupEmpty
            | RosterError::GroupTooLong
            | RosterError::TooManyGroups => ErrorCondition::NotAcceptable,
            RosterError::NotInRoster => ErrorCondition::ItemNotFound,
            RosterError::RosterFull | RosterError::TooManyRequests => ErrorCondition::PolicyViolation,
        };
        Self::new(condition).with_text(&error.to_string())
    }
}
