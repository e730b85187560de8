//! Who must be told of a presence (RFC 6121 §4). `resources` are always the user's sessions as they were before the
//! stanza in hand; what goes out is that stanza, or the last broadcast of the named session. Whom the user blocks is
//! left out everywhere (XEP-0191 §3.3).

use bytes::Bytes;
use everpresent_stanza::{BareJid, Jid};

use crate::blocking::BlockList;
use crate::resource::{ResourceView, places};
use crate::roster::Roster;

/// Entities that one session may have shown itself to by directed presence, rooms included.
pub const DIRECTED_MAX: usize = 500;

/// What an available broadcast does. For a later one, only `contacts`, `own` and perhaps `takes_spool` are filled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Available<'a> {
    /// Contacts that get it, at their bare addresses (RFC 6121 §4.2.2, §4.4.2).
    pub contacts: Vec<&'a BareJid>,
    /// Sessions of the user that get it, the sender included.
    pub own: Vec<usize>,
    /// Sessions of the user whose last broadcast the sender gets.
    pub others: Vec<usize>,
    /// Contacts to be probed for the sender, from bare to bare address (§4.3.1).
    pub probes: Vec<&'a BareJid>,
    /// Subscription requests that the sender gets (§3.1.3).
    pub requests: Vec<&'a Bytes>,
    /// The sender now takes messages and did not before: it gets what was stored offline (XEP-0160 §2).
    pub takes_spool: bool,
}

/// Presence without `type` and without `to`. It is initial if the sender was not available (RFC 6121 §4.2), later
/// presence otherwise (§4.4). `priority` is the new one.
pub fn available<'a>(
    roster: &'a Roster,
    blocks: &BlockList,
    resources: &[ResourceView<'_>],
    sender: usize,
    priority: i8,
) -> Available<'a> {
    let before = resources.get(sender);
    let initial = !before.is_some_and(ResourceView::is_available);
    let others: Vec<usize> =
        places(resources, ResourceView::is_available).into_iter().filter(|place| *place != sender).collect();
    let mut own = others.clone();
    own.push(sender);
    let mut audience = Available {
        contacts: open(roster.watchers(), blocks),
        own,
        takes_spool: priority >= 0 && !before.is_some_and(ResourceView::takes_messages),
        ..Available::default()
    };
    if initial {
        audience.others = others;
        audience.probes = open(roster.watched(), blocks);
        let requests = roster.requests().filter(|(contact, _)| !blocks.blocks(contact));
        audience.requests = requests.map(|(_, request)| request).collect();
    }
    audience
}

/// What the end of a session's presence does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unavailable<'a> {
    /// Contacts that get it (RFC 6121 §4.5.2).
    pub contacts: Vec<&'a BareJid>,
    /// Sessions of the user that get it, the sender included; leave the sender out if it has no client any more.
    pub own: Vec<usize>,
    /// Others that had directed presence (§4.6.3). The session's directed set is empty afterwards.
    pub directed: Vec<Jid>,
}

/// Unavailable presence without `to`, or the end of a session by any other way.
pub fn unavailable<'a>(
    roster: &'a Roster,
    blocks: &BlockList,
    resources: &[ResourceView<'_>],
    sender: usize,
) -> Unavailable<'a> {
    let Some(session) = resources.get(sender) else {
        return Unavailable::default();
    };
    let broadcast = session.is_available();
    let covered = |who: &Jid| broadcast && covered_by_broadcast(roster, who);
    let directed = session.directed.iter().filter(|who| !covered(who) && !blocks.blocks(who));
    let directed = directed.cloned().collect();
    if !broadcast {
        return Unavailable { directed, ..Unavailable::default() };
    }
    let own = places(resources, ResourceView::is_available);
    Unavailable { contacts: open(roster.watchers(), blocks), own, directed }
}

/// What directed presence does to the set of those that a session has shown itself to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directed {
    /// Nothing.
    Unchanged,
    /// The recipient joins the set.
    Added,
    /// The recipient leaves the set.
    Removed,
    /// The set holds [`DIRECTED_MAX`] already: the stanza is refused with `policy-violation`.
    Full,
}

/// Presence to somebody, `available` or not, of the session with this view (RFC 6121 §4.6.3). The stanza is routed
/// unless the set is full.
///
/// A contact at its bare address that gets the broadcasts is not noted: the last of them reaches it anyway. One of its
/// full addresses is, because it may be a room's occupant, for whom a broadcast to the room is no farewell.
pub fn directed(roster: &Roster, session: &ResourceView<'_>, to: &Jid, available: bool) -> Directed {
    let known = session.directed.contains(to);
    match (available, known) {
        (true, true) | (false, false) => Directed::Unchanged,
        (false, true) => Directed::Removed,
        (true, false) if session.is_available() && covered_by_broadcast(roster, to) => Directed::Unchanged,
        (true, false) if session.directed.len() >= DIRECTED_MAX => Directed::Full,
        (true, false) => Directed::Added,
    }
}

/// Unavailable presence or a presence error from exactly this address: the session need not take leave of it any more
/// (RFC 6121 §4.6.2).
pub fn gone(session: &ResourceView<'_>, from: &Jid) -> Directed {
    if session.directed.contains(from) { Directed::Removed } else { Directed::Unchanged }
}

/// How a presence probe is answered (RFC 6121 §4.3.2, §4.6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeAnswer {
    /// The last broadcasts of these sessions, whole and with their own ids.
    LastPresence(Vec<usize>),
    /// That this session is available, from its full address, without content.
    Available(usize),
    /// Unavailable presence with the probe's id, from the address that the probe was sent to.
    Unavailable,
    /// `unsubscribed` from the user's bare address with the probe's id.
    Unsubscribed,
    /// No answer.
    Nothing,
}

/// Answers a probe of `prober` to the user, at the bare address or at `to_resource`.
pub fn answer_probe(
    roster: &Roster,
    blocks: &BlockList,
    prober: &Jid,
    to_resource: Option<&str>,
    resources: &[ResourceView<'_>],
) -> ProbeAnswer {
    if blocks.blocks(prober) {
        return ProbeAnswer::Nothing;
    }
    let addressed = to_resource.map(|name| resources.iter().position(|resource| resource.resource == name));
    if roster.may_see_user(prober) {
        return match addressed {
            None => {
                let there = places(resources, ResourceView::is_available);
                if there.is_empty() { ProbeAnswer::Unavailable } else { ProbeAnswer::LastPresence(there) }
            }
            Some(Some(place)) if resources[place].is_available() => ProbeAnswer::Available(place),
            Some(_) => ProbeAnswer::Unavailable,
        };
    }
    match addressed.flatten() {
        Some(place) if resources[place].directed.contains(prober) => ProbeAnswer::Available(place),
        _ => ProbeAnswer::Unsubscribed,
    }
}

fn covered_by_broadcast(roster: &Roster, who: &Jid) -> bool {
    who.is_bare() && roster.may_see_user(who)
}

fn open<'a>(contacts: impl Iterator<Item = &'a BareJid>, blocks: &BlockList) -> Vec<&'a BareJid> {
    contacts.filter(|contact| !blocks.blocks(contact)).collect()
}
