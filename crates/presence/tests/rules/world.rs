//! Who is who, and how to set up a scene in one line.

use bytes::Bytes;
use everpresent_presence::roster::{Change, Roster, RosterError, RosterLimits, RosterSet, Step};
use everpresent_presence::subscription::SubscriptionType;
use everpresent_presence::{BlockList, MessageFacts, ResourceView};
use everpresent_session::row::{RosterRow, Subscription};
use everpresent_stanza::{BareJid, Element, Jid, StanzaError, parse_stanza};

pub(crate) const LIMITS: RosterLimits = RosterLimits { items: 10, requests: 3 };

pub(crate) fn bare(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

pub(crate) fn jid(text: &str) -> Jid {
    Jid::new(text).unwrap()
}

pub(crate) fn juliet() -> BareJid {
    bare("juliet@capulet.lit")
}

pub(crate) fn romeo() -> BareJid {
    bare("romeo@montague.lit")
}

pub(crate) fn element(xml: &str) -> Element {
    xml.parse().unwrap()
}

/// A payload as bytes.
pub(crate) fn payload(xml: &[u8]) -> Element {
    element(std::str::from_utf8(xml).unwrap())
}

/// The condition that the client gets to see.
pub(crate) fn condition(error: impl Into<StanzaError>) -> &'static str {
    error.into().condition.name()
}

/// A message of this type, or of none if empty, with this content.
pub(crate) fn message(kind: &str, content: &str) -> MessageFacts {
    let kind = if kind.is_empty() { String::new() } else { format!(" type='{kind}'") };
    let xml = format!("<message from='romeo@montague.lit/orchard'{kind}>{content}</message>");
    MessageFacts::of(&parse_stanza(&Bytes::from(xml)).unwrap())
}

pub(crate) fn request(text: &str) -> Bytes {
    Bytes::from(format!("<presence type='subscribe'><status>{text}</status></presence>"))
}

/// A row of Juliet's roster.
pub(crate) fn row(contact: &BareJid, subscription: Subscription) -> RosterRow {
    RosterRow {
        user: juliet(),
        contact: contact.clone(),
        name: String::new(),
        groups: Vec::new(),
        subscription,
        pending_out: false,
        pending_in: None,
        approved: false,
        listed: true,
        version: 1,
    }
}

/// Juliet's roster with these contacts.
pub(crate) fn roster(contacts: &[(&str, Subscription)]) -> Roster {
    let rows = contacts.iter().map(|(contact, subscription)| row(&bare(contact), *subscription));
    Roster::load(juliet(), 1, rows.collect::<Vec<_>>())
}

pub(crate) fn nobody_blocked() -> BlockList {
    BlockList::load(juliet(), [])
}

pub(crate) fn blocking(jids: &[&str]) -> BlockList {
    BlockList::load(juliet(), jids.iter().map(|text| jid(text)))
}

/// A session that is available with this priority, or connected only.
pub(crate) fn session(resource: &str, priority: Option<i8>) -> ResourceView<'_> {
    ResourceView { resource, priority, interested: true, carbons: false, directed: &[] }
}

/// Juliet's client edits her roster.
pub(crate) fn set(roster: &mut Roster, query: &str) -> Result<Change, RosterError> {
    let query = element(&format!("<query xmlns='jabber:iq:roster'>{query}</query>"));
    roster.set(RosterSet::parse(&query)?, &LIMITS)
}

/// Juliet sends Romeo a subscription stanza.
pub(crate) fn juliet_sends(roster: &mut Roster, kind: SubscriptionType) -> Change {
    roster.outbound(&romeo(), kind, &LIMITS).unwrap()
}

/// Romeo sends Juliet a subscription stanza.
pub(crate) fn romeo_sends(roster: &mut Roster, kind: SubscriptionType) -> Change {
    roster.inbound(&romeo(), kind, &request("wherefore not?"), &LIMITS).unwrap()
}

/// The steps without the content of pushes.
pub(crate) fn steps(change: &Change) -> Vec<String> {
    let name = |step: &Step| match step {
        Step::Push(_) => "Push".to_owned(),
        other => format!("{other:?}"),
    };
    change.steps.iter().map(name).collect()
}

/// The item of the one push in a change.
pub(crate) fn pushed(change: &Change) -> Element {
    let push = change.steps.iter().find_map(|step| match step {
        Step::Push(push) => Some(payload(&push.payload)),
        _ => None,
    });
    push.unwrap().children().next().unwrap().clone()
}
