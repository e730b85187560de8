//! Subscriptions (RFC 6121 §3): asking to see somebody's presence, granting, refusing, taking back.

use bytes::Bytes;
use everpresent_presence::roster::{Change, RosterLimits, Step};
use everpresent_presence::subscription::SubscriptionType;
use everpresent_session::ids::SessionId;
use everpresent_session::owner::Transaction;
use everpresent_stanza::{
    BareJid, ErrorCondition, Jid, Mark, PresenceType, RawStanza, Stamp, StanzaError, build,
};

use super::{Destination, destination, may_send, no_federation, presence};
use crate::deliver::{self, Resources, addressed};
use crate::home::HomeState;
use crate::random;
use crate::turn::{Lost, Turn};

/// Deals with a subscription stanza of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn handle(turn: &Turn<'_>, stanza: &RawStanza, kind: PresenceType) -> Result<(), Lost> {
    let Some(kind) = subscription_type(kind) else {
        return turn.refuse_with(stanza, ErrorCondition::BadRequest);
    };
    let contact = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to.to_bare(),
        Ok(Destination::Server) => return turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable),
        Ok(Destination::Remote) => return turn.refuse(stanza, &no_federation()),
        Err(error) => return turn.refuse(stanza, &error),
    };
    let exists = match turn.home.load(&contact).await {
        Ok(exists) => exists,
        Err(_) => return turn.refuse(stanza, &super::message::database_away()),
    };
    // Managed from bare address to bare address (RFC 6121 §3.1.2).
    let (from, to) = (Mark::Set(turn.user.as_str()), Mark::Set(contact.as_str()));
    let stamped = stanza.restamp(&Stamp { from, to, ..Stamp::default() });
    turn.record(|state, transaction| {
        let pair = Pair { user: turn.user, contact: &contact, limits: turn.node().roster_limits() };
        let refused = may_send(state, turn.user, &Jid::from(contact.clone()), super::class_of(stanza))
            .and_then(|()| pair.outbound(state, transaction, kind, &stamped, exists).map_err(Some));
        if let Err(Some(error)) = refused
            && let Some(reply) = stanza.error_reply(&error)
        {
            deliver::to_session(state, transaction, turn.session, reply, None);
        }
    })
}

fn subscription_type(kind: PresenceType) -> Option<SubscriptionType> {
    match kind {
        PresenceType::Subscribe => Some(SubscriptionType::Subscribe),
        PresenceType::Subscribed => Some(SubscriptionType::Subscribed),
        PresenceType::Unsubscribe => Some(SubscriptionType::Unsubscribe),
        PresenceType::Unsubscribed => Some(SubscriptionType::Unsubscribed),
        _ => None,
    }
}

/// Carries out what a change of the user's own roster asks for: rows, pushes, stanzas to the contact.
pub fn carry_out(
    state: &mut HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    limits: &RosterLimits,
    change: Change,
    exists: bool,
) {
    let contact = change.contact.clone();
    let pair = Pair { user, contact: &contact, limits: *limits };
    pair.steps(state, transaction, change, None, exists);
}

/// A user and a contact, both of this server.
struct Pair<'a> {
    user: &'a BareJid,
    contact: &'a BareJid,
    limits: RosterLimits,
}

impl Pair<'_> {
    /// The user's side of a subscription stanza, and through it the contact's.
    fn outbound(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        kind: SubscriptionType,
        stanza: &Bytes,
        exists: bool,
    ) -> Result<(), StanzaError> {
        let Some(account) = state.accounts.get_mut(self.user) else { return Ok(()) };
        let change = account.roster.outbound(self.contact, kind, &self.limits).map_err(StanzaError::from)?;
        self.steps(state, transaction, change, Some((kind, stanza)), exists);
        Ok(())
    }

    fn steps(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        change: Change,
        stanza: Option<(SubscriptionType, &Bytes)>,
        exists: bool,
    ) {
        for row in change.rows {
            transaction.store(row);
        }
        for step in change.steps {
            match step {
                Step::Route => {
                    if let Some((kind, stanza)) = stanza.filter(|_| exists) {
                        self.inbound(state, transaction, kind, stanza);
                    }
                }
                Step::Send(kind) if exists => {
                    let (from, to) = (self.user.as_str(), self.contact.as_str());
                    let stanza = build::presence(from, to, Some(kind.as_str()), b"");
                    self.inbound(state, transaction, kind, &stanza);
                }
                Step::Send(_) => {}
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

    /// The contact's side: what the stanza does to the contact's roster and sessions.
    fn inbound(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        kind: SubscriptionType,
        stanza: &Bytes,
    ) {
        use everpresent_presence::blocking::{StanzaClass, Verdict};
        let Some(account) = state.accounts.get_mut(self.contact) else { return };
        let from = Jid::from(self.user.clone());
        if account.block_list.inbound(&from, StanzaClass::Presence) != Verdict::Pass {
            return;
        }
        // A request too many is dropped, and its sender not told (RFC 6121 §3.1.3).
        let Ok(change) = account.roster.inbound(self.user, kind, stanza, &self.limits) else { return };
        let other = Pair { user: self.contact, contact: self.user, limits: self.limits };
        other.steps(state, transaction, change, Some((kind, stanza)), true);
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
            presence::to_address(state, transaction, &jid, &to, &addressed(&stanza, to.as_str()));
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
