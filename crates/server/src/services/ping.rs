//! Whether the server is there (XEP-0199).

use everpresent_stanza::IqType;

use super::request::{Request, Stop};

/// Answers a ping to the server, or to the account that it serves on behalf of the sender (XEP-0199 §4.2).
pub(super) fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Get)?;
    request.result(b"")
}
