//! Subscriptions (RFC 6121 §3): asking to see somebody's presence, granting, refusing, taking back.

use bytes::Bytes;
use everpresent_presence::blocking::{StanzaClass, Verdict};
use everpresent_presence::roster::{Change, RosterLimits, Step};
use everpresent_presence::subscription::SubscriptionType;
use everpresent_session::ids::SessionId;
use everpresent_session::owner::Transaction;
use everpresent_stanza::{
    BareJid, ErrorCondition, Jid, Mark, PresenceType, RawStanza, Stamp, StanzaError, build,
};

use super::{Destination, away, destination, may_send, no_federation, presence};
use crate::deliver::{self, Resources, addressed};
use crate::home::{HomeState, Place};
use crate::random;
use crate::turn::{Lost, Turn};

/// Deals with a subscription stanza of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn handle(turn: &Turn<'_>, stanza: &RawStanza, kind: PresenceType) -> Result<(), Lost> {
    let Some(kind) = SubscriptionType::of(kind) else {
        return turn.refuse_with(stanza, ErrorCondition::BadRequest);
    };
    let contact = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to.to_bare(),
        Ok(Destination::Server) => return turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable),
        Ok(Destination::Remote) => return turn.refuse(stanza, &no_federation()),
        Err(error) => return turn.refuse(stanza, &error),
    };
    let place = match turn.home.find(&contact).await {
        Ok(place) => place,
        Err(_) => return turn.refuse(stanza, &super::message::database_away()),
    };
    // Managed from bare address to bare address (RFC 6121 §3.1.2).
    let (from, to) = (Mark::Set(turn.user.as_str()), Mark::Set(contact.as_str()));
    let stamped = stanza.restamp(&Stamp { from, to, ..Stamp::default() });
    turn.record(|state, transaction| {
        let limits = turn.node().roster_limits();
        let pair = Pair { user: turn.user, contact: &contact, limits, contact_at: &place };
        let refused = may_send(state, turn.user, &Jid::from(contact.clone()), super::class_of(stanza))
            .and_then(|()| pair.outbound(state, transaction, kind, &stamped).map_err(Some));
        if let Err(Some(error)) = refused
            && let Some(reply) = stanza.error_reply(&error)
        {
            deliver::to_session(state, transaction, turn.session, reply, None);
        }
    })
}

/// Carries out what a change of the user's own roster asks for: rows, pushes, stanzas to the contact, who is there.
pub fn carry_out(
    state: &mut HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    limits: &RosterLimits,
    change: Change,
    place: &Place,
) {
    let contact = change.contact.clone();
    let pair = Pair { user, contact: &contact, limits: *limits, contact_at: place };
    pair.steps(state, transaction, change, None);
}

/// The user's side of a subscription stanza that a contact sent who is there: what it does to the user's roster and
/// sessions, and what is answered. The user's account is in memory, unless there is no such user.
pub(super) fn receive(
    state: &mut HomeState,
    transaction: &mut Transaction,
    pair: &Pair<'_>,
    kind: SubscriptionType,
    stanza: &Bytes,
) {
    let Some(account) = state.accounts.get_mut(pair.user) else { return };
    let from = Jid::from(pair.contact.clone());
    if account.block_list.inbound(&from, StanzaClass::Presence) != Verdict::Pass {
        return;
    }
    // A request too many is dropped, and its sender not told (RFC 6121 §3.1.3).
    let Ok(change) = account.roster.inbound(pair.contact, kind, stanza, &pair.limits) else { return };
    pair.steps(state, transaction, change, Some((kind, stanza)));
}

/// A user of this home and a contact.
pub(super) struct Pair<'a> {
    pub(super) user: &'a BareJid,
    pub(super) contact: &'a BareJid,
    pub(super) limits: RosterLimits,
    /// Where the contact is.
    pub(super) contact_at: &'a Place,
}

impl Pair<'_> {
    /// The user's side of a subscription stanza, and through it the contact's.
    fn outbound(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        kind: SubscriptionType,
        stanza: &Bytes,
    ) -> Result<(), StanzaError> {
        let Some(account) = state.accounts.get_mut(self.user) else { return Ok(()) };
        let change = account.roster.outbound(self.contact, kind, &self.limits).map_err(StanzaError::from)?;
        self.steps(state, transaction, change, Some((kind, stanza)));
        Ok(())
    }

    fn steps(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        change: Change,
        stanza: Option<(SubscriptionType, &Bytes)>,
    ) {
        if let Place::There(home) = self.contact_at {
            state.note_elsewhere(self.user, self.contact.clone(), home.clone());
        }
        for row in change.rows {
            transaction.store(row);
        }
        for step in change.steps {
            match step {
                Step::Route => {
                    if let Some((kind, stanza)) = stanza {
                        self.pass_on(state, transaction, kind, stanza);
                    }
                }
                Step::Send(kind) => {
                    let (from, to) = (self.user.as_str(), self.contact.as_str());
                    let stanza = build::presence(from, to, Some(kind.as_str()), b"");
                    self.pass_on(state, transaction, kind, &stanza);
                }
                Step::SendPresence => self.send_presence(state, transaction, true),
                Step::SendUnavailable => self.send_presence(state, transaction, false),
                Step::Push(push) => self.push(state, transaction, &push.payload),
                Step::DeliverToAvailable => {
                    self.deliver_own(state, transaction, stanza, |view| view.is_available());
                }
                Step::DeliverToInterested => {
                    self.deliver_own(state, transaction, stanza, |view| view.interested);
                }
            }
        }
    }

    /// Passes a stanza on to the contact's side.
    fn pass_on(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        kind: SubscriptionType,
        stanza: &Bytes,
    ) {
        match self.contact_at {
            Place::Here => {
                let (user, contact, limits) = (self.contact, self.user, self.limits);
                let other = Pair { user, contact, limits, contact_at: &Place::Here };
                receive(state, transaction, &other, kind, stanza);
            }
            Place::There(home) => away::send(transaction, home, stanza.clone()),
            Place::Nowhere => {}
        }
    }

    fn deliver_own(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        stanza: Option<(SubscriptionType, &Bytes)>,
        wanted: impl Fn(&everpresent_presence::ResourceView<'_>) -> bool,
    ) {
        let Some((_, stanza)) = stanza else { return };
        for session in self.sessions(state, wanted) {
            deliver::to_session(state, transaction, session, stanza.clone(), None);
        }
    }

    /// The user's presence, or its end, from each available session to the contact.
    fn send_presence(&self, state: &mut HomeState, transaction: &mut Transaction, available: bool) {
        let to = Jid::from(self.contact.clone());
        for session in self.sessions(state, |view| view.is_available()) {
            let Some(session) = state.owner.ledger().session(session) else { continue };
            let jid = session.jid.clone();
            let stanza = match session.presence.as_ref().filter(|_| available) {
                Some(presence) => presence.stanza.clone(),
                None => presence::unavailable_from(&jid),
            };
            presence::show(state, transaction, &jid, &to, &addressed(&stanza, to.as_str()));
        }
    }

    /// A roster push (RFC 6121 §2.1.6).
    fn push(&self, state: &mut HomeState, transaction: &mut Transaction, payload: &[u8]) {
        for session in self.sessions(state, |view| view.interested) {
            push_to(state, transaction, session, payload);
        }
    }

    fn sessions(
        &self,
        state: &HomeState,
        wanted: impl Fn(&everpresent_presence::ResourceView<'_>) -> bool,
    ) -> Vec<SessionId> {
        let resources = Resources::of(state.owner.ledger(), self.user);
        let pairs = resources.ids.iter().zip(&resources.views);
        pairs.filter(|(_, view)| wanted(view)).map(|(id, _)| *id).collect()
    }
}

/// An iq of type `set` from the user's account to one of its sessions, such as a roster push.
pub fn push_to(state: &mut HomeState, transaction: &mut Transaction, session: SessionId, payload: &[u8]) {
    let Some(recipient) = state.owner.ledger().session(session) else { return };
    let (user, jid) = (recipient.jid.to_bare(), recipient.jid.clone());
    let id = random::stream_id();
    let push = build::iq_set(Some(user.as_str()), Some(jid.as_str()), &id, payload);
    deliver::to_session(state, transaction, session, push, None);
}
