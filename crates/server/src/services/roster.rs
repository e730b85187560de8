//! Asking for the roster and changing it (RFC 6121 §2).

use everpresent_presence::roster::{RosterResult, RosterSet};
use everpresent_session::record::{Effect, Flag};
use everpresent_stanza::{BareJid, IqType, Jid, StanzaError};

use super::request::{Request, Stop, account, storable};
use crate::home::Place;
use crate::route::message::database_away;
use crate::route::subscription::{carry_out, push_to};

/// Answers a roster get or set of the account's own user; nobody else may (RFC 6121 §2.1.3, §2.3.3).
pub(super) async fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.own_account()?;
    match request.kind {
        IqType::Get => get(request),
        _ => set(request).await,
    }
}

/// From now on the client gets roster pushes (RFC 6121 §2.2). One that names the version it has gets only what changed
/// since, as pushes behind an empty result (§2.6).
fn get(request: &Request<'_>) -> Result<(), Stop> {
    let query = request.element()?;
    let session = request.turn.session;
    request.record(|state, transaction| {
        let roster = account(&mut state.accounts, request.turn.user)?.roster.result(query.attr("ver"));
        let interested =
            state.owner.ledger().session(session).is_some_and(|session| session.roster_interested);
        if !interested {
            transaction.effect(Effect::Flag { session, flag: Flag::RosterInterested });
        }
        match roster {
            RosterResult::Complete(roster) => request.add_result(state, transaction, &roster),
            RosterResult::Changes(pushes) => {
                request.add_result(state, transaction, b"");
                for push in pushes {
                    push_to(state, transaction, session, &push.payload);
                }
            }
        }
        Ok(())
    })
}

async fn set(request: &Request<'_>) -> Result<(), Stop> {
    let set = RosterSet::parse(&request.element()?).map_err(StanzaError::from)?;
    let (RosterSet::Put { contact, .. } | RosterSet::Remove { contact }) = &set;
    storable([&Jid::from(contact.clone())])?;
    let place = place(request, contact).await?;
    let (user, limits) = (request.turn.user, request.turn.node().roster_limits());
    request.record(|state, transaction| {
        let change = account(&mut state.accounts, user)?.roster.set(set, &limits)?;
        request.add_result(state, transaction, b"");
        carry_out(state, transaction, user, &limits, change, &place);
        Ok(())
    })
}

/// Where a contact is, if it is a user of this server.
async fn place(request: &Request<'_>, contact: &BareJid) -> Result<Place, StanzaError> {
    if contact.node().is_none() || !request.turn.node().is_local(contact) {
        return Ok(Place::Nowhere);
    }
    request.turn.home.find(contact).await.map_err(|_| database_away())
}
