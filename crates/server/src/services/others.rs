//! Requests to another user's account: answered on its behalf, in its home.

use bytes::Bytes;
use everpresent_presence::blocking::{StanzaClass, Verdict};
use everpresent_stanza::{BareJid, ErrorCondition, IqType, Jid, RawStanza, StanzaError, ns};

use super::disco;
use super::request::only;
use crate::home::HomeState;
use crate::node::Node;

/// Answers a request of `from` to the account of `user`, which is in memory unless there is no such user. An answer to
/// such an address is answered with nothing.
///
/// Most things are an account's own: the answer for all other accounts is the same, so that it says nothing about whether
/// they exist.
///
/// # Errors
/// What to answer with instead.
pub fn for_others(
    node: &Node,
    state: &HomeState,
    iq: &RawStanza,
    from: &Jid,
    user: &BareJid,
) -> Result<Option<Bytes>, StanzaError> {
    let kind = iq.iq_type()?;
    if !matches!(kind, IqType::Get | IqType::Set) {
        return Ok(None);
    }
    let refused = |condition| Err(StanzaError::new(condition));
    let [payload] = iq.children() else { return refused(ErrorCondition::BadRequest) };
    let account = state.accounts.get(user);
    let is_visible = account.is_some_and(|account| {
        account.roster.may_see_user(from)
            && account.block_list.inbound(from, StanzaClass::Request) == Verdict::Pass
    });
    let query = || {
        let element = iq.child_element(payload);
        element.map_err(|error| StanzaError::new(ErrorCondition::BadRequest).with_text(&error.to_string()))
    };
    let answer = match (payload.name(), payload.namespace()) {
        ("query", ns::DISCO_INFO) => {
            only(kind, IqType::Get)?;
            disco::info_of_account(node, &query()?, is_visible)?
        }
        ("query", ns::DISCO_ITEMS) => {
            only(kind, IqType::Get)?;
            disco::items_of_account(state, &query()?, user, is_visible)?
        }
        ("query", ns::ROSTER)
        | ("blocklist" | "block" | "unblock", ns::BLOCKING)
        | ("query" | "metadata" | "prefs", ns::MAM) => return refused(ErrorCondition::Forbidden),
        ("enable" | "disable", ns::CARBONS) => return refused(ErrorCondition::NotAllowed),
        _ => return refused(ErrorCondition::ServiceUnavailable),
    };
    Ok(iq.result_reply(&answer))
}
