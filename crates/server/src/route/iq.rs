//! Requests and answers (RFC 6120 §8.2.3, RFC 6121 §8): to the server, to an account, or to a session.

use bytes::Bytes;
use everpresent_presence::blocking::Verdict;
use everpresent_presence::delivery::{IqTarget, iq_target};
use everpresent_session::ids::HomeName;
use everpresent_session::owner::Transaction;
use everpresent_stanza::{BareJid, ErrorCondition, IqType, Jid, Mark, RawStanza, Stamp, StanzaError};

use super::{Destination, away, class_of, destination, may_send, no_federation};
use crate::deliver::{self, Resources};
use crate::home::{HomeState, Place};
use crate::node::Node;
use crate::services::{self, Addressee};
use crate::turn::{Lost, Turn};

/// Deals with an iq of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn handle(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    let kind = match stanza.iq_type() {
        Ok(kind) => kind,
        Err(error) => return turn.refuse(stanza, &error),
    };
    let request = is_request(kind);
    if request && stanza.children().len() != 1 {
        let error =
            StanzaError::new(ErrorCondition::BadRequest).with_text("a request holds exactly one element");
        return turn.refuse(stanza, &error);
    }
    let to = match destination(turn, stanza) {
        Ok(Destination::User(to)) => to,
        Ok(Destination::Server) if request => {
            return services::answer(turn, stanza, kind, Addressee::Server).await;
        }
        Ok(Destination::Remote) if request => return turn.refuse(stanza, &no_federation()),
        Ok(_) => return turn.answer(None),
        Err(error) => return turn.refuse(stanza, &error),
    };
    let own = to.to_bare() == *turn.user;
    match (to.resource().is_some(), request, own) {
        (false, true, true) => services::answer(turn, stanza, kind, Addressee::OwnAccount).await,
        (false, false, _) => turn.answer(None),
        _ => to_user(turn, stanza, &to, kind).await,
    }
}

/// An iq for another user's account, or for a session.
async fn to_user(turn: &Turn<'_>, stanza: &RawStanza, to: &Jid, kind: IqType) -> Result<(), Lost> {
    let user = to.to_bare();
    let place = match turn.home.find(&user).await {
        Ok(place) => place,
        Err(_) if is_request(kind) => return turn.refuse(stanza, &super::message::database_away()),
        Err(_) => return turn.answer(None),
    };
    let from = Jid::from(turn.jid.clone());
    let iq = Iq { node: turn.node(), stanza, kind, from: &from, to, user: &user };
    turn.record(|state, transaction| {
        let outcome = may_send(state, turn.user, to, class_of(stanza)).and_then(|()| match &place {
            Place::There(home) => iq.send_away(state, transaction, home),
            Place::Here | Place::Nowhere => iq.deliver(state, transaction),
        });
        let reply = match outcome {
            Ok(reply) => reply,
            Err(error) => error.and_then(|error| {
                let condition = error.condition.name();
                metrics::counter!("everpresent_stanzas_refused_total", "condition" => condition).increment(1);
                stanza.error_reply(&error)
            }),
        };
        if let Some(reply) = reply {
            deliver::to_session(state, transaction, turn.session, reply, None);
        }
    })
}

fn is_request(kind: IqType) -> bool {
    matches!(kind, IqType::Get | IqType::Set)
}

/// An iq on its way to a user of this server.
pub(super) struct Iq<'a> {
    pub(super) node: &'a Node,
    pub(super) stanza: &'a RawStanza,
    pub(super) kind: IqType,
    /// The full address of the client that sent it.
    pub(super) from: &'a Jid,
    pub(super) to: &'a Jid,
    /// Whom it is for.
    pub(super) user: &'a BareJid,
}

impl Iq<'_> {
    fn stamped(&self) -> Bytes {
        let from = Mark::Set(self.from.as_str());
        self.stanza.restamp(&Stamp { from, ..Stamp::default() })
    }

    /// The sender's half, if the user is of another home.
    fn send_away(
        &self,
        state: &HomeState,
        transaction: &mut Transaction,
        home: &HomeName,
    ) -> Result<Option<Bytes>, Option<StanzaError>> {
        if away::is_full(state, home) {
            return Err(is_request(self.kind).then(away::full));
        }
        away::send(transaction, home, self.stamped());
        Ok(None)
    }

    /// The user's half: to the session that it is addressed to, or answered on behalf of the account. The user's account
    /// is in memory, unless there is no such user. Returns the answer, if there is one at once.
    ///
    /// # Errors
    /// What to answer with; `None` inside for nothing.
    pub(super) fn deliver(
        &self,
        state: &mut HomeState,
        transaction: &mut Transaction,
    ) -> Result<Option<Bytes>, Option<StanzaError>> {
        let Some(resource) = self.to.resource() else {
            return services::for_others(self.node, state, self.stanza, self.from, self.user).map_err(Some);
        };
        let unavailable =
            || is_request(self.kind).then(|| StanzaError::new(ErrorCondition::ServiceUnavailable));
        let account = state.accounts.get(self.user).ok_or_else(unavailable)?;
        if account.block_list.inbound(self.from, class_of(self.stanza)) != Verdict::Pass {
            return Err(unavailable());
        }
        let resources = Resources::of(state.owner.ledger(), self.user);
        let target =
            iq_target(self.kind, self.from, Some(resource.as_str()), &account.roster, &resources.views);
        let IqTarget::Deliver(place) = target else { return Err(unavailable()) };
        let session = resources.ids.get(place).copied().ok_or_else(unavailable)?;
        drop(resources);
        let there = deliver::to_session(state, transaction, session, self.stamped(), None);
        if there { Ok(None) } else { Err(unavailable()) }
    }
}
