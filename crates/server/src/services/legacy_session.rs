//! Session establishment of the first XMPP (RFC 3921 §3): nothing is left to do, but old clients wait for the answer.

use everpresent_stanza::IqType;

use super::request::{Request, Stop};

/// Agrees.
pub(super) fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Set)?;
    request.result(b"")
}
