//! Switching carbons on and off (XEP-0280 §4, §5).

use everpresent_session::record::{Effect, Flag};
use everpresent_stanza::IqType;

use super::request::{Request, Stop};

/// Switches carbons of the client that asks. To ask for what is so already is no error (XEP-0280 §10.1).
pub(super) fn switch(request: &Request<'_>, on: bool) -> Result<(), Stop> {
    request.own_account()?;
    request.only(IqType::Set)?;
    let session = request.turn.session;
    request.record(|state, transaction| {
        let differs = state.owner.ledger().session(session).is_some_and(|session| session.carbons != on);
        if differs {
            transaction.effect(Effect::Flag { session, flag: Flag::Carbons(on) });
        }
        request.add_result(state, transaction, b"");
        Ok(())
    })
}
