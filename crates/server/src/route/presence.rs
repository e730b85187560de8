//! Presence (RFC 6121 §4): broadcast, directed, probes, and the end of a session's presence.

use bytes::Bytes;
use everpresent_presence::audience::{self, Directed, ProbeAnswer};
use everpresent_presence::blocking::{StanzaClass, Verdict};
use everpresent_presence::resource::priority;
use everpresent_session::ids::{HomeName, SessionId};
use everpresent_session::owner::Transaction;
use everpresent_session::record::Effect;
use everpresent_session::session::{HoldKey, Presence};
use everpresent_stanza::{
    BareJid, ErrorCondition, FullJid, Jid, Mark, PresenceType, RawStanza, Stamp, StanzaError, build, ns,
};

use super::message::database_away;
use super::{Destination, away, destination, may_send, no_federation, subscription};
use crate::deliver::{self, Resources, addressed};
use crate::home::{HomeState, Place};
use crate::lifecycle::spool::{MAX_SPOOL_READS, takes_spool};
use crate::turn::{Lost, Turn};

/// Largest presence. It is copied for each contact, and kept and stored as long as it stands.
const MAX_PRESENCE_BYTES: usize = 16 * 1024;

/// Deals with a presence of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn handle(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let kind = match stanza.presence_type() {
        Ok(kind) => kind,
        Err(error) => return turn.refuse(stanza, &error),
    };
    if stanza.bytes().len() > MAX_PRESENCE_BYTES {
        let text = format!("a presence has at most {MAX_PRESENCE_BYTES} bytes here");
        return turn.refuse(stanza, &StanzaError::new(ErrorCondition::PolicyViolation).with_text(&text));
    }
    let addressed = stanza.attribute("to").is_some();
    match (kind, addressed) {
        (PresenceType::Available, false) => available(turn, stanza).await,
        (PresenceType::Unavailable, false) => unavailable(turn, stanza),
        (_, false) => turn.refuse_with(stanza, ErrorCondition::BadRequest),
        (PresenceType::Available | PresenceType::Unavailable | PresenceType::Error, true) => {
            directed(turn, stanza, kind).await
        }
        (PresenceType::Probe, true) => probe(turn, stanza).await,
        (_, true) => subscription::handle(turn, stanza, kind).await,
    }
}

/// Broadcast presence. The first one also brings what waited: others' presence, requests, stored messages.
async fn available(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let broadcast = from_sender(turn, stanza);
    let priority = priority(stanza.child_text("priority", ns::CLIENT).as_deref());
    let mut waiting = None;
    if turn.home.takes_spool(turn.user, priority) {
        waiting = Some(turn.home.read_spool(turn.user).await);
    }
    let mut reads = 1;
    loop {
        let spool = waiting.take();
        let done = turn.attempt(|state, transaction| {
            let missed = match &spool {
                Some(spool) => !spool.is_current(state, turn.user),
                None => takes_spool(state, turn.user, priority),
            };
            if missed && reads < MAX_SPOOL_READS {
                return None;
            }
            let presence = Presence { stanza: broadcast.clone(), priority, at: transaction.now().wall };
            announce(turn, state, transaction, &presence);
            transaction.effect(Effect::Presence { session: turn.session, presence: Some(presence) });
            if let Some(spool) = spool {
                spool.deliver(state, transaction, turn.session, turn.user);
            }
            Some(())
        });
        if done?.is_some() {
            turn.home.end_left_behind(turn.user, turn.session);
            return Ok(());
        }
        waiting = Some(turn.home.read_spool(turn.user).await);
        reads += 1;
    }
}

fn announce(turn: &Turn<'_>, state: &mut HomeState, transaction: &mut Transaction, presence: &Presence) {
    let Some(account) = state.accounts.get(turn.user) else { return };
    let resources = Resources::of(state.owner.ledger(), turn.user);
    let Some(sender) = resources.place(turn.session) else { return };
    let audience = audience::available(
        &account.roster,
        &account.block_list,
        &resources.views,
        sender,
        presence.priority,
    );
    let contacts: Vec<BareJid> = audience.contacts.into_iter().cloned().collect();
    let probes: Vec<BareJid> = audience.probes.into_iter().cloned().collect();
    let requests: Vec<Bytes> = audience.requests.into_iter().cloned().collect();
    let (own, others) = (resources.at(&audience.own), resources.at(&audience.others));
    drop(resources);
    to_contacts(state, transaction, turn.user, turn.jid, &presence.stanza, &contacts);
    to_own(state, transaction, turn.user, turn.jid, &presence.stanza, &own);
    for other in others {
        if let Some(last) = last_broadcast(state, other) {
            news_from(state, transaction, turn.session, &last.0, addressed(&last.1, turn.jid.as_str()));
        }
    }
    away::send_to_contacts(state, transaction, (turn.user, turn.jid), &probe_from(turn.jid), &probes);
    for contact in probes {
        answer_probe(state, transaction, turn.session, turn.jid, &contact);
    }
    for request in requests {
        deliver::to_session(state, transaction, turn.session, request, None);
    }
}

/// The client says that it is no longer available, but stays (RFC 6121 §4.5).
fn unavailable(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let broadcast = from_sender(turn, stanza);
    turn.record(|state, transaction| {
        withdraw(state, transaction, turn.session, &broadcast, true);
    })
}

/// The end of a session's presence: tells everybody who sees it. `to_itself`: whether its own client is told too.
pub fn withdraw(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    broadcast: &Bytes,
    to_itself: bool,
) {
    let Some(ending) = state.owner.ledger().session(session) else { return };
    let (jid, seen, had_directed) = (ending.jid.clone(), ending.may_be_seen(), ending.directed.clone());
    let user = jid.to_bare();
    let Some(account) = state.accounts.get(&user) else { return };
    let mut resources = Resources::of(state.owner.ledger(), &user);
    let Some(sender) = resources.place(session) else { return };
    if let Some(view) = resources.views.get_mut(sender).filter(|_| seen) {
        // One that is seen by an inherited presence has sent none itself.
        view.priority = view.priority.or(Some(0));
    }
    let audience = audience::unavailable(&account.roster, &account.block_list, &resources.views, sender);
    let contacts: Vec<BareJid> = audience.contacts.into_iter().cloned().collect();
    let directed = audience.directed;
    let mut own = resources.at(&audience.own);
    if !to_itself {
        own.retain(|id| *id != session);
    }
    drop(resources);
    to_contacts(state, transaction, &user, &jid, broadcast, &contacts);
    to_own(state, transaction, &user, &jid, broadcast, &own);
    for to in directed {
        show(state, transaction, &jid, &to, &addressed(broadcast, to.as_str()));
    }
    if seen {
        transaction.effect(Effect::Presence { session, presence: None });
    }
    for to in had_directed {
        transaction.effect(Effect::Directed { session, to, available: false });
    }
}

/// The presence as it is shown to others: from the sender's full address, to whoever gets it.
fn from_sender(turn: &Turn<'_>, stanza: &RawStanza) -> Bytes {
    stanza.restamp(&Stamp { from: Mark::Set(turn.jid.as_str()), to: Mark::Remove, ..Stamp::default() })
}

/// The unavailable presence that the server sends for a session that ends by itself.
pub fn unavailable_from(jid: &FullJid) -> Bytes {
    build::stanza("presence", &[("from", Some(jid.as_str())), ("type", Some("unavailable"))], b"")
}

/// Asks the homes of others for what their users show to this one.
pub fn probe_from(prober: &Jid) -> Bytes {
    build::stanza("presence", &[("from", Some(prober.as_str())), ("type", Some("probe"))], b"")
}

/// Presence for one address (RFC 6121 §4.6).
async fn directed(turn: &Turn<'_>, stanza: &RawStanza, kind: PresenceType) -> Result<(), Lost> {
    let to = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to,
        Ok(Destination::Server) => return turn.answer(None),
        Ok(Destination::Remote) if kind == PresenceType::Available => {
            return turn.refuse(stanza, &no_federation());
        }
        Ok(Destination::Remote) => return turn.answer(None),
        Err(error) => return turn.refuse(stanza, &error),
    };
    let elsewhere = match turn.home.elsewhere(&to.to_bare()).await {
        Ok(elsewhere) => elsewhere,
        Err(_) if kind == PresenceType::Available => return turn.refuse(stanza, &database_away()),
        Err(_) => return turn.answer(None),
    };
    let stamped = stanza.restamp(&Stamp { from: Mark::Set(turn.jid.as_str()), ..Stamp::default() });
    turn.record(|state, transaction| {
        if let Err(error) = may_send(state, turn.user, &to, super::class_of(stanza)) {
            let reply = error.and_then(|error| stanza.error_reply(&error));
            if let Some(reply) = reply {
                deliver::to_session(state, transaction, turn.session, reply, None);
            }
            return;
        }
        if kind != PresenceType::Error
            && let Err(error) =
                remember_directed(turn, state, transaction, &to, kind == PresenceType::Available)
        {
            if let Some(reply) = stanza.error_reply(&error) {
                deliver::to_session(state, transaction, turn.session, reply, None);
            }
            return;
        }
        match elsewhere {
            Some(home) => {
                away::send_presence(state, transaction, &home, (turn.jid, &to), stamped);
                state.note_elsewhere(turn.user, to.to_bare(), home);
            }
            None => to_address(state, transaction, turn.jid, &to, &stamped),
        }
    })
}

fn remember_directed(
    turn: &Turn<'_>,
    state: &HomeState,
    transaction: &mut Transaction,
    to: &Jid,
    available: bool,
) -> Result<(), StanzaError> {
    let Some(account) = state.accounts.get(turn.user) else { return Ok(()) };
    let resources = Resources::of(state.owner.ledger(), turn.user);
    let Some(view) = resources.place(turn.session).and_then(|place| resources.views.get(place)) else {
        return Ok(());
    };
    let session = turn.session;
    match audience::directed(&account.roster, view, to, available) {
        Directed::Unchanged => {}
        Directed::Added => transaction.effect(Effect::Directed { session, to: to.clone(), available: true }),
        Directed::Removed => {
            transaction.effect(Effect::Directed { session, to: to.clone(), available: false });
        }
        Directed::Full => {
            let text = "directed presence was sent to too many addresses";
            return Err(StanzaError::new(ErrorCondition::ResourceConstraint).with_text(text));
        }
    }
    Ok(())
}

/// A client asks for somebody's presence (RFC 6121 §4.3). Servers do this; for clients it is allowed, no more.
async fn probe(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let to = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to,
        Ok(_) => return turn.answer(None),
        Err(error) => return turn.refuse(stanza, &error),
    };
    match turn.home.find(&to.to_bare()).await {
        Ok(Place::Here) => turn.record(|state, transaction| {
            answer_probe(state, transaction, turn.session, turn.jid, &to);
        }),
        Ok(Place::There(home)) => {
            let stamped = stanza.restamp(&Stamp { from: Mark::Set(turn.jid.as_str()), ..Stamp::default() });
            turn.record(|state, transaction| {
                away::send_presence(state, transaction, &home, (turn.jid, &to), stamped);
            })
        }
        // As for a user who does not show its presence: nobody learns by asking who exists (§4.3.2).
        Ok(Place::Nowhere) => turn.answer(Some(unsubscribed(&to.to_bare(), turn.jid))),
        Err(_) => turn.answer(None),
    }
}

fn unsubscribed(from: &BareJid, to: &Jid) -> Bytes {
    build::presence(from.as_str(), to.as_str(), Some("unsubscribed"), b"")
}

/// Sends a session what it may know of the presence of `of`, a user of this home.
fn answer_probe(
    state: &mut HomeState,
    transaction: &mut Transaction,
    to: SessionId,
    prober: &FullJid,
    of: &Jid,
) {
    match probe_answer(state, &Jid::from(prober.clone()), of) {
        Answer::Presences(found) => {
            for (from, presence) in found {
                news_from(state, transaction, to, &from, presence);
            }
        }
        Answer::Unsubscribed(answer) => {
            deliver::to_session(state, transaction, to, answer, None);
        }
    }
}

/// Sends somebody of another home what it may know of the presence of `of`, a user of this one.
pub(super) fn answer_probe_away(
    state: &mut HomeState,
    transaction: &mut Transaction,
    home: &HomeName,
    prober: &Jid,
    of: &Jid,
) {
    let answers = match probe_answer(state, prober, of) {
        Answer::Presences(found) => found,
        Answer::Unsubscribed(answer) => vec![(of.clone(), answer)],
    };
    for (from, presence) in answers {
        away::send_presence(state, transaction, home, (&from, prober), presence);
    }
}

/// What a probe is answered with, addressed to the prober.
enum Answer {
    /// These presences, with whose each is.
    Presences(Vec<(Jid, Bytes)>),
    /// That the prober does not see the user.
    Unsubscribed(Bytes),
}

fn probe_answer(state: &HomeState, prober: &Jid, of: &Jid) -> Answer {
    let user = of.to_bare();
    let Some(account) = state.accounts.get(&user) else { return Answer::Presences(Vec::new()) };
    let resources = Resources::of(state.owner.ledger(), &user);
    let resource = of.resource().map(|resource| resource.as_str());
    let answer =
        audience::answer_probe(&account.roster, &account.block_list, prober, resource, &resources.views);
    let found: Vec<(Jid, Bytes)> = match answer {
        ProbeAnswer::LastPresence(places) => {
            resources.at(&places).into_iter().filter_map(|session| last_broadcast(state, session)).collect()
        }
        ProbeAnswer::Available(place) => {
            let session = resources.at(&[place]);
            let jid =
                session.first().and_then(|id| state.owner.ledger().session(*id)).map(|session| &session.jid);
            let plain = jid.map(|jid| {
                let presence = build::stanza("presence", &[("from", Some(jid.as_str()))], b"");
                (Jid::from(jid.clone()), presence)
            });
            plain.into_iter().collect()
        }
        // Nobody there: the prober does not see the contact anyway.
        ProbeAnswer::Unavailable | ProbeAnswer::Nothing => Vec::new(),
        ProbeAnswer::Unsubscribed => return Answer::Unsubscribed(unsubscribed(&user, prober)),
    };
    let address = |(from, presence)| (from, addressed(&presence, prober.as_str()));
    Answer::Presences(found.into_iter().map(address).collect())
}

fn last_broadcast(state: &HomeState, session: SessionId) -> Option<(Jid, Bytes)> {
    let session = state.owner.ledger().session(session)?;
    Some((Jid::from(session.jid.clone()), session.presence.as_ref()?.stanza.clone()))
}

/// Sends a broadcast of a user's session to contacts, each at the bare address.
fn to_contacts(
    state: &mut HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    from: &FullJid,
    broadcast: &Bytes,
    contacts: &[BareJid],
) {
    for contact in contacts {
        if state.owner.ledger().sessions_of(contact).next().is_some() {
            let stanza = addressed(broadcast, contact.as_str());
            to_address(state, transaction, from, &Jid::from(contact.clone()), &stanza);
        }
    }
    away::send_to_contacts(state, transaction, (user, from), broadcast, contacts);
}

/// Sends a presence of one of this home's sessions to somebody with whom its user has to do, wherever that is.
pub fn show(state: &mut HomeState, transaction: &mut Transaction, from: &FullJid, to: &Jid, stanza: &Bytes) {
    match state.home_elsewhere(&from.to_bare(), &to.to_bare()).cloned() {
        Some(home) => away::send_presence(state, transaction, &home, (from, to), stanza.clone()),
        None => to_address(state, transaction, from, to, stanza),
    }
}

/// Sends a broadcast to the user's own sessions.
fn to_own(
    state: &mut HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    from: &FullJid,
    broadcast: &Bytes,
    own: &[SessionId],
) {
    if own.is_empty() {
        return;
    }
    let stanza = addressed(broadcast, user.as_str());
    for session in own {
        news_from(state, transaction, *session, &Jid::from(from.clone()), stanza.clone());
    }
}

/// Delivers a presence of `from` to a user of this home: the resource that is addressed, or all available ones
/// (RFC 6121 §8.5.2.1.2), unless the user blocks the sender.
pub fn to_address(
    state: &mut HomeState,
    transaction: &mut Transaction,
    from: &Jid,
    to: &Jid,
    stanza: &Bytes,
) {
    let user = to.to_bare();
    let account = state.accounts.get(&user);
    if account.is_some_and(|account| account.block_list.inbound(from, StanzaClass::Presence) != Verdict::Pass)
    {
        return;
    }
    let sessions: Vec<SessionId> = state
        .owner
        .ledger()
        .sessions_of(&user)
        .filter(|session| match to.resource() {
            Some(resource) => session.jid.resource() == resource,
            None => session.is_available(),
        })
        .map(|session| session.id)
        .collect();
    for session in sessions {
        news_from(state, transaction, session, from, stanza.clone());
    }
}

fn news_from(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    from: &Jid,
    stanza: Bytes,
) {
    deliver::news(state, transaction, session, stanza, || HoldKey::Presence(from.clone()));
}
