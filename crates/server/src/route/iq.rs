//! Requests and answers (RFC 6120 §8.2.3, RFC 6121 §8): to the server, to an account, or to a session.

use everpresent_presence::blocking::Verdict;
use everpresent_presence::delivery::{IqTarget, iq_target};
use everpresent_stanza::{ErrorCondition, IqType, Jid, Mark, RawStanza, Stamp, StanzaError};

use super::{Destination, class_of, destination, may_send, no_federation};
use crate::deliver::{self, Resources};
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
    let request = matches!(kind, IqType::Get | IqType::Set);
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
        (false, true, false) => services::answer(turn, stanza, kind, Addressee::Account(to.to_bare())).await,
        (false, false, _) => turn.answer(None),
        (true, _, _) => to_session(turn, stanza, &to, kind).await,
    }
}

/// Passes an iq on to the session that it is addressed to.
async fn to_session(turn: &Turn<'_>, stanza: &RawStanza, to: &Jid, kind: IqType) -> Result<(), Lost> {
    let request = matches!(kind, IqType::Get | IqType::Set);
    let user = to.to_bare();
    if !matches!(turn.home.load(&user).await, Ok(true)) {
        return if request {
            turn.refuse_with(stanza, ErrorCondition::ServiceUnavailable)
        } else {
            turn.answer(None)
        };
    }
    let from = Jid::from(turn.jid.clone());
    turn.record(|state, transaction| {
        let sendable = may_send(state, turn.user, to, class_of(stanza));
        let blocked =
            state.accounts.get(&user).map(|account| account.block_list.inbound(&from, class_of(stanza)));
        let target = match (&sendable, state.accounts.get(&user)) {
            (Ok(()), Some(account)) if blocked == Some(Verdict::Pass) => {
                let resources = Resources::of(state.owner.ledger(), &user);
                let resource = to.resource().map(|resource| resource.as_str());
                let target = iq_target(kind, &from, resource, &account.roster, &resources.views);
                if let IqTarget::Deliver(place) = target { resources.ids.get(place).copied() } else { None }
            }
            _ => None,
        };
        if let Some(session) = target {
            let stamped = stanza.restamp(&Stamp { from: Mark::Set(turn.jid.as_str()), ..Stamp::default() });
            if deliver::to_session(state, transaction, session, stamped, None) {
                return;
            }
        }
        if request {
            let refused = sendable.err().flatten();
            let error = refused.unwrap_or_else(|| StanzaError::new(ErrorCondition::ServiceUnavailable));
            if let Some(reply) = stanza.error_reply(&error) {
                deliver::to_session(state, transaction, turn.session, reply, None);
            }
        }
    })
}
