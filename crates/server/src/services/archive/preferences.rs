//! Which messages go into the archive, as the user wants it (XEP-0441 §2.1).

use everpresent_presence::archiving::preferences::{parse, payload};
use everpresent_session::row::Row;
use everpresent_stanza::StanzaError;

use super::super::request::{Request, Stop, account};

/// Tells the preferences.
pub(super) fn get(request: &Request<'_>) -> Result<(), Stop> {
    request.record(|state, transaction| {
        let preferences = payload(&account(&mut state.accounts, request.turn.user)?.preferences);
        request.add_result(state, transaction, &preferences);
        Ok(())
    })
}

/// Sets all of them, and tells what they are now. They hold from the next message on.
pub(super) fn set(request: &Request<'_>) -> Result<(), Stop> {
    let preferences = parse(&request.element()?).map_err(StanzaError::from)?;
    let user = request.turn.user;
    request.record(|state, transaction| {
        account(&mut state.accounts, user)?.preferences = preferences.clone();
        let answer = payload(&preferences);
        transaction.store(Row::ArchivePreferences { user: user.clone(), preferences });
        request.add_result(state, transaction, &answer);
        Ok(())
    })
}
