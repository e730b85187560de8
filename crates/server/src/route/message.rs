//! Messages (RFC 6121 §5 and §8): to the right resources, to carbons, archives and the spool, as one record.

use bytes::Bytes;
use everpresent_presence::archiving::{should_archive, stores_offline};
use everpresent_presence::blocking::Verdict;
use everpresent_presence::delivery::{Delivery, Targets, Undelivered, deliver, sent_copies};
use everpresent_presence::facts::MessageFacts;
use everpresent_session::ids::{RowId, SessionId};
use everpresent_session::owner::Transaction;
use everpresent_session::record::Spooled;
use everpresent_session::row::{ArchiveRow, Row, SpoolRow};
use everpresent_session::session::HoldKey;
use everpresent_stanza::{
    BareJid, Child, ErrorCondition, Jid, Mark, MessageType, RawStanza, Stamp, StanzaError, build, ns,
    with_client_namespace,
};

use super::{Destination, class_of, destination, may_send, no_federation};
use crate::deliver::{self, Resources};
use crate::home::HomeState;
use crate::turn::{Lost, Turn};

/// Deals with a message of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn handle(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let to = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to,
        Ok(Destination::Server) => return turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable),
        Ok(Destination::Remote) => return turn.refuse(stanza, &no_federation()),
        Err(error) => return turn.refuse(stanza, &error),
    };
    let recipient = to.to_bare();
    match turn.home.load(&recipient).await {
        Ok(true) => {}
        Ok(false) => return turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable),
        Err(_) => return turn.refuse(stanza, &database_away()),
    }
    let message = Message { turn, stanza, to: &to, recipient: &recipient };
    turn.record(|state, transaction| {
        if let Err(Some(error)) = message.deliver(state, transaction) {
            metrics::counter!("everpresent_stanzas_refused_total", "condition" => error.condition.name())
                .increment(1);
            if let Some(reply) = stanza.error_reply(&error) {
                deliver::to_session(state, transaction, turn.session, reply, None);
            }
        }
    })
}

/// The error for what cannot be stored now: the client may try again.
pub fn database_away() -> StanzaError {
    StanzaError::new(ErrorCondition::ResourceConstraint)
        .with_text("the database cannot be reached at present")
}

struct Message<'a> {
    turn: &'a Turn<'a>,
    stanza: &'a RawStanza,
    to: &'a Jid,
    recipient: &'a BareJid,
}

/// What is kept of the message, and where.
struct Kept {
    facts: MessageFacts,
    /// The id in the sender's archive.
    sender: Option<RowId>,
    /// The id in the recipient's archive.
    recipient: Option<RowId>,
    /// What the spool holds of it until it is received.
    spooled: Option<Spooled>,
}

impl Message<'_> {
    /// Everything that the message does.
    ///
    /// # Errors
    /// What to answer with; `None` inside for nothing.
    fn deliver(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
    ) -> Result<(), Option<StanzaError>> {
        let error = self.stanza.message_type() == MessageType::Error;
        if !error && !state.owner.accepts_messages() {
            return Err(Some(database_away()));
        }
        may_send(state, self.turn.user, self.to, class_of(self.stanza))?;
        let from = Jid::from(self.turn.jid.clone());
        let unavailable = || (!error).then(|| StanzaError::new(ErrorCondition::ServiceUnavailable));
        let account = state.accounts.get(self.recipient).ok_or_else(unavailable)?;
        if account.block_list.inbound(&from, class_of(self.stanza)) != Verdict::Pass {
            return Err(unavailable());
        }
        let facts = MessageFacts::of(self.stanza);
        let resources = Resources::of(state.owner.ledger(), self.recipient);
        let resource = self.to.resource().map(|resource| resource.as_str());
        let delivery = deliver(&facts, resource, &resources.views);
        if !delivery.is_accepted() {
            let ignored = delivery.targets == Targets::Nobody(Undelivered::Ignore);
            return Err(if ignored { None } else { unavailable() });
        }
        let offline = delivery.targets == Targets::Nobody(Undelivered::Store);
        if offline && account.spooled >= self.turn.node().config.limits.offline_messages {
            return Err(unavailable());
        }
        let taken = match &delivery.targets {
            Targets::Deliver(places) => resources.at(places),
            Targets::Nobody(_) => Vec::new(),
        };
        let copies = resources.at(&delivery.copies);
        drop(resources);
        let kept = self.keep(state, transaction, facts);
        let delivered = self.delivered(&kept);
        self.archive(transaction, &kept, &delivered);
        self.to_recipient(state, transaction, &kept, &delivered, &taken, &delivery);
        let received = || carbon("received", &delivered);
        self.copy(state, transaction, &copies, self.recipient, received);
        self.copy_sent(state, transaction, &kept);
        Ok(())
    }

    /// Decides what is kept, and gives it ids.
    fn keep(&self, state: &HomeState, transaction: &mut Transaction, facts: MessageFacts) -> Kept {
        let enabled = self.turn.node().config.archive.enabled;
        let wanted = |user: &BareJid, with: &Jid| {
            let account = state.accounts.get(user);
            enabled
                && account.is_some_and(|account| {
                    should_archive(&facts, &account.preferences, with, &account.roster)
                })
        };
        let to_self = self.turn.user == self.recipient;
        let sender = (!to_self && wanted(self.turn.user, self.to)).then(|| transaction.row_id());
        let from = Jid::from(self.turn.jid.clone());
        let recipient = wanted(self.recipient, &from).then(|| transaction.row_id());
        let at = transaction.now().wall;
        let spooled = stores_offline(&facts).then(|| Spooled {
            id: transaction.row_id(),
            at,
            archived: recipient.is_some(),
            written: false,
        });
        Kept { facts, sender, recipient, spooled }
    }

    /// The message as its recipient gets it: from the sender's full address, without ids and delays that only this
    /// server may give, and with the id that it gave (XEP-0359 §5).
    fn delivered(&self, kept: &Kept) -> Bytes {
        let id = kept.recipient.map(|id| build::stanza_id(&id.to_string(), self.recipient.as_str()));
        self.stamped(id)
    }

    fn stamped(&self, stanza_id: Option<Bytes>) -> Bytes {
        let named = |child: &Child, attribute: &str| {
            let element = self.stanza.child_element(child).ok()?;
            Jid::new(element.attr(attribute)?).ok()
        };
        let forged = |child: &Child| {
            if child.is("stanza-id", ns::STANZA_ID) {
                return named(child, "by").is_none_or(|by| self.turn.node().is_local(&by));
            }
            // Since when something waits here, only this server says (XEP-0203).
            child.is("delay", ns::DELAY)
                && named(child, "from")
                    .is_some_and(|from| from.node().is_none() && self.turn.node().is_local(&from))
        };
        let append: Vec<Bytes> = stanza_id.into_iter().collect();
        self.stanza.restamp(&Stamp {
            from: Mark::Set(self.turn.jid.as_str()),
            to: Mark::Set(self.to.as_str()),
            remove: Some(&forged),
            append: &append,
            ..Stamp::default()
        })
    }

    fn archive(&self, transaction: &mut Transaction, kept: &Kept, delivered: &Bytes) {
        let stanza = with_client_namespace(delivered);
        let from = Jid::from(self.turn.jid.clone());
        let at = transaction.now().wall;
        let stanza_id = self.stanza.id().unwrap_or_default();
        let archives =
            [(self.turn.user, kept.sender, self.to.clone()), (self.recipient, kept.recipient, from)];
        for (user, id, with) in archives {
            if let Some(id) = id {
                let (user, stanza_id, stanza) = (user.clone(), stanza_id.to_owned(), stanza.clone());
                transaction.store(Row::Archive(ArchiveRow { user, id, at, with, stanza_id, stanza }));
            }
        }
    }

    fn to_recipient(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        kept: &Kept,
        delivered: &Bytes,
        taken: &[SessionId],
        delivery: &Delivery,
    ) {
        let mut waits = delivery.targets == Targets::Nobody(Undelivered::Store) || !taken.is_empty();
        for session in taken {
            if kept.facts.fleeting && kept.spooled.is_none() {
                let key = || HoldKey::ChatState(Jid::from(self.turn.jid.clone()));
                deliver::news(state, transaction, *session, delivered.clone(), key);
                waits = false;
            } else if deliver::to_session(state, transaction, *session, delivered.clone(), kept.spooled) {
                waits = false;
            }
        }
        if let Some(spooled) = kept.spooled.filter(|_| waits) {
            transaction.store(Row::Spool(SpoolRow {
                user: self.recipient.clone(),
                id: spooled.id,
                at: spooled.at,
                archived: spooled.archived,
                stanza: delivered.clone(),
            }));
            if let Some(account) = state.accounts.get_mut(self.recipient) {
                account.spool_grew(1);
            }
        }
    }

    /// Copies for the sender's other sessions (XEP-0280 §8).
    fn copy_sent(&self, state: &mut HomeState, transaction: &mut Transaction, kept: &Kept) {
        if self.turn.user == self.recipient {
            return;
        }
        let resources = Resources::of(state.owner.ledger(), self.turn.user);
        let Some(sender) = resources.place(self.turn.session) else { return };
        let copies = resources.at(&sent_copies(&kept.facts, sender, &resources.views));
        drop(resources);
        let sent = || {
            let id = kept.sender.map(|id| build::stanza_id(&id.to_string(), self.turn.user.as_str()));
            carbon("sent", &self.stamped(id))
        };
        self.copy(state, transaction, &copies, self.turn.user, sent);
    }

    fn copy(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        copies: &[SessionId],
        user: &BareJid,
        carbon: impl FnOnce() -> Bytes,
    ) {
        if copies.is_empty() {
            return;
        }
        let content = carbon();
        for session in copies {
            let Some(to) = state.owner.ledger().session(*session).map(|session| session.jid.clone()) else {
                continue;
            };
            let type_ = self.stanza.type_();
            let copy = build::message(user.as_str(), to.as_str(), type_, None, &content);
            deliver::to_session(state, transaction, *session, copy, None);
        }
    }
}

/// The content of a carbon (XEP-0280 §7, §8).
fn carbon(direction: &str, message: &Bytes) -> Bytes {
    build::wrapped(direction, ns::CARBONS, &[], &build::forwarded(message, None))
}
