//! The second half of the way from a user of another home: out of the channel, to the recipient.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use everpresent_presence::subscription::SubscriptionType;
use everpresent_session::ids::{HomeName, LedgerId, RecordNumber};
use everpresent_session::ledger::Misfit;
use everpresent_session::owner::Transaction;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::session::Session;
use everpresent_session::time::Now;
use everpresent_stanza::{BareJid, Jid, MessageType, PresenceType, RawStanza, StanzaError, StanzaKind};
use everpresent_store::UserHome;
use thiserror::Error;

use super::envelope::{self, Addressees, Envelope};
use super::iq::Iq;
use super::message::Message;
use super::subscription::{Pair, receive};
use super::{away, presence};
use crate::deliver::{self, addressed};
use crate::home::{Home, HomeState, Place};
use crate::node::Node;

/// How many stanzas are taken in while the home's lock is held once.
const MAX_TOGETHER_STANZAS: usize = 32;

/// Where a channel comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The sending home.
    pub home: HomeName,
    /// Its ledger: numbers are counted for each.
    pub ledger: LedgerId,
}

/// How far a channel was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The highest number that the home has.
    pub up_to: u64,
    /// Once this record is confirmed, so is that.
    pub record: RecordNumber,
}

/// Why the next stanza of a channel is not taken in. It waits in its channel, and is to be offered again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The home is served here no more, or not at this moment.
    #[error("the home is not served here")]
    NotServed,
    /// The database does not answer, or is too far behind.
    #[error("the database of the home is away or behind")]
    Away,
}

/// Takes stanzas out of a channel, in order: each becomes one record with all that it does in this home. Those that it
/// has already are dropped; a number that is missing ends it.
///
/// # Errors
/// [`Refused`] when none could be taken in.
pub async fn take_in(home: &Home, origin: &Origin, items: Vec<(u64, Bytes)>) -> Result<Taken, Refused> {
    let items = items.into_iter().map(|(number, bytes)| (number, envelope::open(&bytes))).collect();
    let mut arrival = Arrival {
        node: &home.node,
        origin,
        items,
        nowhere: BTreeSet::new(),
        moved: BTreeMap::new(),
        taken: None,
    };
    loop {
        let now = home.node.clock.now();
        let refused = match home.record(|state| arrival.go_on(state, now)) {
            Some(Step::More) => continue,
            Some(Step::Load(user)) => match home.load(&user).await {
                Ok(true) => continue,
                Ok(false) => match home.node.store.user_home(&user).await {
                    Ok(UserHome::At(new)) if new != *home.name() => {
                        arrival.moved.insert(user, new);
                        continue;
                    }
                    Ok(_) => {
                        arrival.nowhere.insert(user);
                        continue;
                    }
                    Err(_) => Refused::Away,
                },
                Err(_) => Refused::Away,
            },
            Some(Step::Busy) => Refused::Away,
            Some(Step::Done) | None => Refused::NotServed,
        };
        return arrival.taken.ok_or(refused);
    }
}

/// What comes next with what arrives.
enum Step {
    /// All of it was dealt with, or a number is missing.
    Done,
    /// There is more; others come first.
    More,
    /// This user's account is needed.
    Load(BareJid),
    /// The home takes no messages now.
    Busy,
}

/// Stanzas that are being taken in.
struct Arrival<'a> {
    node: &'a Node,
    origin: &'a Origin,
    /// Nothing in place of what makes no sense: it is taken in, and does nothing.
    items: VecDeque<(u64, Option<Envelope>)>,
    /// Who is not a user of this home.
    nowhere: BTreeSet<BareJid>,
    /// Who was assigned to another home, of which the sending home has not heard yet.
    moved: BTreeMap<BareJid, HomeName>,
    taken: Option<Taken>,
}

impl Arrival<'_> {
    fn go_on(&mut self, state: &mut HomeState, now: Now) -> Result<Step, Misfit> {
        let from = self.origin.ledger;
        for _ in 0..MAX_TOGETHER_STANZAS {
            let received = state.owner.ledger().received(from);
            let Some((number, envelope)) = self.items.front() else { return Ok(Step::Done) };
            // A ledger that began without a replica knows nothing of the channel: what it is offered first is next.
            if received > 0 && *number > received + 1 {
                return Ok(Step::Done);
            }
            if *number > received {
                if let Some(missing) =
                    envelope.as_ref().and_then(|envelope| self.missing(state, envelope, now))
                {
                    return Ok(Step::Load(missing));
                }
                if envelope.as_ref().is_some_and(is_new_message) && !state.owner.accepts_messages() {
                    return Ok(Step::Busy);
                }
                let mut transaction = state.owner.begin(now, Cause::Channel);
                transaction.effect(Effect::Received { from, number: *number });
                if let Some(envelope) = envelope {
                    self.carry_out(state, &mut transaction, envelope);
                }
                state.commit(transaction)?;
                metrics::counter!("everpresent_channel_stanzas_received_total").increment(1);
            }
            self.items.pop_front();
            let (up_to, record) = (state.owner.ledger().received(from), state.owner.ledger().last());
            self.taken = Some(Taken { up_to, record });
        }
        Ok(Step::More)
    }

    /// Whose account has to be in memory before this can be dealt with.
    fn missing(&self, state: &mut HomeState, envelope: &Envelope, now: Now) -> Option<BareJid> {
        let Addressees::One(to) = &envelope.to else { return None };
        let stanza = &envelope.stanza;
        let is_shown =
            matches!(stanza.presence_type(), Ok(PresenceType::Available | PresenceType::Unavailable));
        if stanza.kind() == StanzaKind::Presence && is_shown {
            return None;
        }
        let user = to.to_bare();
        if let Some(account) = state.accounts.get_mut(&user) {
            account.touched = now.moment;
            return None;
        }
        (!self.nowhere.contains(&user) && !self.moved.contains_key(&user)).then_some(user)
    }

    /// All that a stanza does in this home.
    fn carry_out(&self, state: &mut HomeState, transaction: &mut Transaction, envelope: &Envelope) {
        let Envelope { from, to, stanza } = envelope;
        if let Addressees::One(to) = to
            && let Some(home) = self.moved.get(&to.to_bare())
        {
            return away::send(transaction, home, stanza.to_tcp_form());
        }
        let refused = match (stanza.kind(), to) {
            (StanzaKind::Message, Addressees::One(to)) => self.message(state, transaction, from, to, stanza),
            (StanzaKind::Iq, Addressees::One(to)) => self.iq(state, transaction, from, to, stanza),
            (StanzaKind::Presence, Addressees::One(to)) => {
                self.presence(state, transaction, from, to, stanza);
                Ok(())
            }
            (StanzaKind::Presence, Addressees::Many(contacts)) => {
                self.broadcast(state, transaction, from, contacts, stanza);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(Some(error)) = refused
            && let Some(reply) = stanza.error_reply(&error)
        {
            away::send(transaction, &self.origin.home, reply);
        }
    }

    fn message(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        from: &Jid,
        to: &Jid,
        stanza: &RawStanza,
    ) -> Result<(), Option<StanzaError>> {
        let (sender, recipient) = (&from.to_bare(), &to.to_bare());
        Message { node: self.node, stanza, from, sender, to, recipient }.deliver(state, transaction, None)
    }

    fn iq(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        from: &Jid,
        to: &Jid,
        stanza: &RawStanza,
    ) -> Result<(), Option<StanzaError>> {
        let Ok(kind) = stanza.iq_type() else { return Ok(()) };
        let iq = Iq { node: self.node, stanza, kind, from, to, user: &to.to_bare() };
        if let Some(reply) = iq.deliver(state, transaction)? {
            away::send(transaction, &self.origin.home, reply);
        }
        Ok(())
    }

    fn presence(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        from: &Jid,
        to: &Jid,
        stanza: &RawStanza,
    ) {
        let Ok(kind) = stanza.presence_type() else { return };
        let bytes = stanza.to_tcp_form();
        match SubscriptionType::of(kind) {
            _ if kind == PresenceType::Probe => {
                presence::answer_probe_away(state, transaction, &self.origin.home, from, to);
            }
            // Managed from bare address to bare address; to a client it is the answer to a probe.
            Some(_) if to.resource().is_some() => {
                let user = to.to_bare();
                let ledger = state.owner.ledger();
                let is_prober = |session: &&Session| Some(session.jid.resource()) == to.resource();
                let prober = ledger.sessions_of(&user).find(is_prober).map(|session| session.id);
                if let Some(session) = prober {
                    deliver::to_session(state, transaction, session, bytes, None);
                }
            }
            Some(kind) => {
                let (user, contact) = (&to.to_bare(), &from.to_bare());
                let (limits, contact_at) =
                    (self.node.roster_limits(), &Place::There(self.origin.home.clone()));
                receive(state, transaction, &Pair { user, contact, limits, contact_at }, kind, &bytes);
            }
            None => presence::to_address(state, transaction, from, to, &bytes),
        }
    }

    /// A presence or a probe for many.
    fn broadcast(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        from: &Jid,
        contacts: &[BareJid],
        stanza: &RawStanza,
    ) {
        let bytes = stanza.to_tcp_form();
        for contact in contacts {
            // Who has no sessions has no presence, and sees none.
            if state.owner.ledger().sessions_of(contact).next().is_none() {
                continue;
            }
            match stanza.presence_type() {
                Ok(PresenceType::Probe) => {
                    presence::answer_probe_away(state, transaction, &self.origin.home, from, contact);
                }
                Ok(PresenceType::Available | PresenceType::Unavailable) => {
                    let stanza = addressed(&bytes, contact.as_str());
                    presence::to_address(state, transaction, from, contact, &stanza);
                }
                _ => {}
            }
        }
    }
}

/// Whether it is a message that is refused while the database is behind.
fn is_new_message(envelope: &Envelope) -> bool {
    let stanza = &envelope.stanza;
    stanza.kind() == StanzaKind::Message && stanza.message_type() != MessageType::Error
}
