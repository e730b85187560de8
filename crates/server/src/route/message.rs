//! Messages (RFC 6121 §5 and §8): to the right resources, to carbons, archives and the spool, as one record.

use bytes::Bytes;
use everpresent_presence::archiving::{should_archive, stores_offline};
use everpresent_presence::blocking::Verdict;
use everpresent_presence::delivery::{Delivery, Targets, Undelivered, deliver, sent_copies};
use everpresent_presence::facts::MessageFacts;
use everpresent_session::ids::{HomeName, RowId, SessionId};
use everpresent_session::owner::Transaction;
use everpresent_session::record::Spooled;
use everpresent_session::row::{ArchiveRow, Row, SpoolRow};
use everpresent_session::session::HoldKey;
use everpresent_stanza::{
    BareJid, Child, ErrorCondition, Jid, Mark, MessageType, RawStanza, Stamp, StanzaError, build, ns,
    with_client_namespace,
};

use super::{Destination, away, class_of, destination, may_send, no_federation};
use crate::deliver::{self, Resources};
use crate::home::{Account, HomeState, Place};
use crate::node::Node;
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
    let elsewhere = match turn.home.find(&recipient).await {
        Ok(Place::Here) => None,
        Ok(Place::There(home)) => Some(home),
        Ok(Place::Nowhere) => return turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable),
        Err(_) => return turn.refuse(stanza, &database_away()),
    };
    let from = Jid::from(turn.jid.clone());
    let node = turn.node();
    let message = Message { node, stanza, from: &from, sender: turn.user, to: &to, recipient: &recipient };
    turn.record(|state, transaction| {
        let sent = message.may_be_sent(state).and_then(|()| match &elsewhere {
            None => message.deliver(state, transaction, Some(turn.session)),
            Some(home) => message.send_away(state, transaction, turn.session, home),
        });
        if let Err(Some(error)) = sent {
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

/// A message on its way to a user of this server.
pub(super) struct Message<'a> {
    pub(super) node: &'a Node,
    pub(super) stanza: &'a RawStanza,
    /// The full address of the client that sent it.
    pub(super) from: &'a Jid,
    pub(super) sender: &'a BareJid,
    pub(super) to: &'a Jid,
    pub(super) recipient: &'a BareJid,
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
    fn is_error(&self) -> bool {
        self.stanza.message_type() == MessageType::Error
    }

    /// The error for somebody who gets no messages; nothing for a message that must not be answered.
    fn unavailable(&self) -> Option<StanzaError> {
        (!self.is_error()).then(|| StanzaError::new(ErrorCondition::ServiceUnavailable))
    }

    /// What the sender's home and the sender's own block list say.
    ///
    /// # Errors
    /// What to answer with; `None` inside for nothing.
    fn may_be_sent(&self, state: &HomeState) -> Result<(), Option<StanzaError>> {
        if !self.is_error() && !state.owner.accepts_messages() {
            return Err(Some(database_away()));
        }
        may_send(state, self.sender, self.to, class_of(self.stanza))
    }

    /// All that the message does in the sender's home if its recipient is of another one.
    ///
    /// # Errors
    /// What to answer with; `None` inside for nothing.
    fn send_away(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        session: SessionId,
        home: &HomeName,
    ) -> Result<(), Option<StanzaError>> {
        if away::is_full(state, home) {
            return Err((!self.is_error()).then(away::full));
        }
        let facts = MessageFacts::of(self.stanza);
        let sender = self.is_archived(state, &facts, self.sender, self.to).then(|| transaction.row_id());
        let kept = Kept { facts, sender, recipient: None, spooled: None };
        let stamped = self.stamped(None);
        self.archive(transaction, &kept, &stamped);
        self.copy_sent(state, transaction, session, &kept);
        away::send(transaction, home, stamped);
        Ok(())
    }

    /// All that the message does in the recipient's home, and in the sender's if that is the same: then `sent_by` is the
    /// sender's session. The recipient's account is in memory.
    ///
    /// # Errors
    /// What to answer with; `None` inside for nothing.
    pub(super) fn deliver(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        sent_by: Option<SessionId>,
    ) -> Result<(), Option<StanzaError>> {
        let account = state.accounts.get(self.recipient).ok_or_else(|| self.unavailable())?;
        if account.block_list.inbound(self.from, class_of(self.stanza)) != Verdict::Pass {
            return Err(self.unavailable());
        }
        let facts = MessageFacts::of(self.stanza);
        let resources = Resources::of(state.owner.ledger(), self.recipient);
        let resource = self.to.resource().map(|resource| resource.as_str());
        let delivery = deliver(&facts, resource, &resources.views);
        if !delivery.is_accepted() {
            let ignored = delivery.targets == Targets::Nobody(Undelivered::Ignore);
            return Err(if ignored { None } else { self.unavailable() });
        }
        let offline = delivery.targets == Targets::Nobody(Undelivered::Store);
        if offline && account.spooled >= self.node.config.limits.offline_messages {
            return Err(self.unavailable());
        }
        let taken = match &delivery.targets {
            Targets::Deliver(places) => resources.at(places),
            Targets::Nobody(_) => Vec::new(),
        };
        let copies = resources.at(&delivery.copies);
        drop(resources);
        let kept = self.keep(state, transaction, facts, sent_by.is_some());
        let delivered = self.delivered(&kept);
        self.archive(transaction, &kept, &delivered);
        self.to_recipient(state, transaction, &kept, &delivered, &taken, &delivery);
        let received = || carbon("received", &delivered);
        self.copy(state, transaction, &copies, self.recipient, received);
        if let Some(session) = sent_by {
            self.copy_sent(state, transaction, session, &kept);
        }
        Ok(())
    }

    /// Whether a user's archive takes the message, in a conversation with this address.
    fn is_archived(&self, state: &HomeState, facts: &MessageFacts, user: &BareJid, with: &Jid) -> bool {
        let account = state.accounts.get(user);
        let wants = |account: &Account| should_archive(facts, &account.preferences, with, &account.roster);
        self.node.config.archive.enabled && account.is_some_and(wants)
    }

    /// Decides what is kept, and gives it ids.
    fn keep(
        &self,
        state: &HomeState,
        transaction: &mut Transaction,
        facts: MessageFacts,
        sent_here: bool,
    ) -> Kept {
        let for_sender = sent_here && self.sender != self.recipient;
        let sender = for_sender && self.is_archived(state, &facts, self.sender, self.to);
        let sender = sender.then(|| transaction.row_id());
        let recipient = self.is_archived(state, &facts, self.recipient, self.from);
        let recipient = recipient.then(|| transaction.row_id());
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
                return named(child, "by").is_none_or(|by| self.node.is_local(&by));
            }
            // Since when something waits here, only this server says (XEP-0203).
            child.is("delay", ns::DELAY)
                && named(child, "from").is_some_and(|from| from.node().is_none() && self.node.is_local(&from))
        };
        let append: Vec<Bytes> = stanza_id.into_iter().collect();
        self.stanza.restamp(&Stamp {
            from: Mark::Set(self.from.as_str()),
            to: Mark::Set(self.to.as_str()),
            remove: Some(&forged),
            append: &append,
            ..Stamp::default()
        })
    }

    fn archive(&self, transaction: &mut Transaction, kept: &Kept, delivered: &Bytes) {
        let stanza = with_client_namespace(delivered);
        let at = transaction.now().wall;
        let stanza_id = self.stanza.id().unwrap_or_default();
        let archives = [(self.sender, kept.sender, self.to), (self.recipient, kept.recipient, self.from)];
        for (user, id, with) in archives {
            if let Some(id) = id {
                let (user, with) = (user.clone(), with.clone());
                let (stanza_id, stanza) = (stanza_id.to_owned(), stanza.clone());
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
                let key = || HoldKey::ChatState(self.from.clone());
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
    fn copy_sent(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        session: SessionId,
        kept: &Kept,
    ) {
        if self.sender == self.recipient {
            return;
        }
        let resources = Resources::of(state.owner.ledger(), self.sender);
        let Some(sender) = resources.place(session) else { return };
        let copies = resources.at(&sent_copies(&kept.facts, sender, &resources.views));
        drop(resources);
        let sent = || {
            let id = kept.sender.map(|id| build::stanza_id(&id.to_string(), self.sender.as_str()));
            carbon("sent", &self.stamped(id))
        };
        self.copy(state, transaction, &copies, self.sender, sent);
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
