//! Requests that the server answers itself, one file for each protocol.
//!
//! Which specifications these are, and which features tell clients so, stands in one table: [`features`].

mod archive;
mod blocking;
mod carbons;
pub mod disco;
pub mod features;
mod legacy_session;
mod others;
mod ping;
mod request;
mod roster;
mod time;
mod version;

use everpresent_stanza::{ErrorCondition, IqType, RawStanza, StanzaError, ns};

pub use self::others::for_others;
use self::request::{Request, Stop};
use crate::turn::{Lost, Turn};

/// Who a request is addressed to. Those to other users' accounts go their own way: see [`for_others`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// The server.
    Server,
    /// The sender's own account.
    OwnAccount,
}

/// Answers a request: whatever it does and its answer are one record. `kind` is `get` or `set`.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn answer(turn: &Turn<'_>, iq: &RawStanza, kind: IqType, to: Addressee) -> Result<(), Lost> {
    let [payload] = iq.children() else {
        return turn.refuse_with(iq, ErrorCondition::BadRequest);
    };
    match dispatch(&Request { turn, iq, payload, kind, to }).await {
        Ok(()) => Ok(()),
        Err(Stop::Refused(error)) => turn.refuse(iq, &error),
        Err(Stop::Lost(lost)) => Err(lost),
    }
}

async fn dispatch(request: &Request<'_>) -> Result<(), Stop> {
    let payload = request.payload;
    match (payload.name(), payload.namespace()) {
        ("query", ns::ROSTER) => roster::answer(request).await,
        ("query", ns::DISCO_INFO) => disco::info(request),
        ("query", ns::DISCO_ITEMS) => disco::items(request),
        ("ping", ns::PING) => ping::answer(request),
        ("time", ns::TIME) => time::answer(request),
        ("query", ns::VERSION) => version::answer(request),
        ("session", ns::SESSION) => legacy_session::answer(request),
        ("enable", ns::CARBONS) => carbons::switch(request, true),
        ("disable", ns::CARBONS) => carbons::switch(request, false),
        ("blocklist", ns::BLOCKING) => blocking::list(request),
        ("block" | "unblock", ns::BLOCKING) => blocking::change(request),
        ("query" | "metadata" | "prefs", ns::MAM) => archive::answer(request).await,
        _ => Err(StanzaError::new(ErrorCondition::ServiceUnavailable).into()),
    }
}
