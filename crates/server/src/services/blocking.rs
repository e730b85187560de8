//! The block list (XEP-0191): asked for, added to, taken from.

use bytes::Bytes;
use everpresent_presence::blocking::{BlockChange, BlockRequest};
use everpresent_session::ids::SessionId;
use everpresent_session::owner::Transaction;
use everpresent_session::record::{Effect, Flag};
use everpresent_stanza::{BareJid, ErrorCondition, FullJid, IqType, Jid, StanzaError};

use super::request::{Request, Stop, account, storable};
use crate::deliver::{Resources, addressed};
use crate::home::{Account, HomeState};
use crate::route::away;
use crate::route::presence::{probe_from, show, to_address, unavailable_from};
use crate::route::subscription::push_to;

/// Tells the list (XEP-0191 §3.2). From now on the client gets pushes of its changes.
pub(super) fn list(request: &Request<'_>) -> Result<(), Stop> {
    request.own_account()?;
    request.only(IqType::Get)?;
    let session = request.turn.session;
    request.record(|state, transaction| {
        let list = account(&mut state.accounts, request.turn.user)?.block_list.payload();
        let known = state.owner.ledger().session(session);
        if known.is_some_and(|session| !session.block_list_interested) {
            transaction.effect(Effect::Flag { session, flag: Flag::BlockListInterested });
        }
        request.add_result(state, transaction, &list);
        Ok(())
    })
}

/// Blocks or unblocks (XEP-0191 §3.3 to §3.5).
pub(super) fn change(request: &Request<'_>) -> Result<(), Stop> {
    request.own_account()?;
    request.only(IqType::Set)?;
    let wanted = BlockRequest::parse(&request.element()?).map_err(StanzaError::from)?;
    if let BlockRequest::Block(jids) = &wanted {
        storable(jids)?;
    }
    let user = request.turn.user;
    let most = request.turn.node().config.limits.blocked_addresses;
    request.record(|state, transaction| {
        let resources = Resources::of(state.owner.ledger(), user);
        let account = account(&mut state.accounts, user)?;
        check_room(account, &wanted, most)?;
        let change = account.block_list.change(wanted, &account.roster, &resources.views)?;
        let sessions = resources.ids;
        request.add_result(state, transaction, b"");
        carry_out(state, transaction, user, &sessions, change);
        Ok(())
    })
}

fn check_room(account: &Account, wanted: &BlockRequest, most: usize) -> Result<(), StanzaError> {
    let BlockRequest::Block(jids) = wanted else { return Ok(()) };
    let blocked = account.block_list.jids();
    let new = jids.iter().filter(|jid| blocked.binary_search(jid).is_err()).count();
    if blocked.len() + new > most {
        let text = "the block list is full: unblock an address first";
        return Err(StanzaError::new(ErrorCondition::PolicyViolation).with_text(text));
    }
    Ok(())
}

/// Adds what a change asks for; `sessions` are the user's, in the order in which the change counts them.
fn carry_out(
    state: &mut HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    sessions: &[SessionId],
    change: BlockChange,
) {
    for row in change.rows {
        transaction.store(row);
    }
    if let Some(push) = change.push {
        push_list(state, transaction, user, &push);
    }
    let seen = broadcasts(state, user);
    for to in &change.unavailable {
        for (from, _) in &seen {
            show(state, transaction, from, to, &addressed(&unavailable_from(from), to.as_str()));
        }
    }
    for (place, to) in change.directed_unavailable {
        take_leave(state, transaction, sessions.get(place).copied(), to);
    }
    for to in &change.presence {
        for (from, presence) in &seen {
            show(state, transaction, from, to, &addressed(presence, to.as_str()));
        }
    }
    for contact in &change.probes {
        show_presence_of(state, transaction, user, contact);
    }
}

fn push_list(state: &mut HomeState, transaction: &mut Transaction, user: &BareJid, push: &Bytes) {
    let sessions = state.owner.ledger().sessions_of(user);
    let interested = sessions.filter(|session| session.block_list_interested);
    let interested: Vec<SessionId> = interested.map(|session| session.id).collect();
    for session in interested {
        push_to(state, transaction, session, push);
    }
}

/// The end of one session's directed presence to somebody who is blocked now.
fn take_leave(state: &mut HomeState, transaction: &mut Transaction, session: Option<SessionId>, to: Jid) {
    let Some(session) = session.and_then(|id| state.owner.ledger().session(id)) else { return };
    let (id, from) = (session.id, session.jid.clone());
    show(state, transaction, &from, &to, &addressed(&unavailable_from(&from), to.as_str()));
    transaction.effect(Effect::Directed { session: id, to, available: false });
}

/// What contacts see of a user's sessions: each one's last broadcast, or that of the session which it replaced.
fn broadcasts(state: &HomeState, user: &BareJid) -> Vec<(FullJid, Bytes)> {
    let sessions = state.owner.ledger().sessions_of(user);
    let seen = sessions.filter_map(|session| {
        let presence = session.presence.as_ref().or(session.inherited.as_ref())?;
        Some((session.jid.clone(), presence.stanza.clone()))
    });
    seen.collect()
}

/// Catches up with the presence of a contact that was blocked until now, as a probe would (RFC 6121 §4.3).
fn show_presence_of(state: &mut HomeState, transaction: &mut Transaction, user: &BareJid, contact: &BareJid) {
    let to = Jid::from(user.clone());
    if state.home_elsewhere(user, contact).is_some() {
        away::send_to_contacts(state, transaction, (user, &to), &probe_from(&to), [contact]);
        return;
    }
    // Who has sessions is in memory; who has none has no presence either.
    let Some(account) = state.accounts.get(contact) else { return };
    if !account.roster.may_see_user(&to) || account.block_list.blocks(&to) {
        return;
    }
    for (from, presence) in broadcasts(state, contact) {
        to_address(state, transaction, &from, &to, &addressed(&presence, user.as_str()));
    }
}
