//! What is kept of a subscription request until the user answers it.

use bytes::Bytes;
use everpresent_stanza::{BareJid, build, ns, parse_stanza};

use crate::xml;

/// Longest request that is kept as it came in.
pub const REQUEST_BYTES_MAX: usize = 2_048;
/// How much is kept of the words in a longer one.
pub const REQUEST_STATUS_BYTES_MAX: usize = 1_024;

/// The request as it will be shown at each sign-in. RFC 6121 §3.1.3 wants the whole stanza, and warns that whoever
/// asks decides how large that is: of one with more than [`REQUEST_BYTES_MAX`] bytes only the beginning of its status
/// text is kept.
pub(super) fn kept(from: &BareJid, to: &BareJid, stanza: &Bytes) -> Bytes {
    if stanza.len() <= REQUEST_BYTES_MAX {
        return stanza.clone();
    }
    let status = parse_stanza(stanza).ok().and_then(|request| request.child_text("status", ns::CLIENT));
    let mut content = Vec::new();
    if let Some(status) = status {
        let end = status.floor_char_boundary(REQUEST_STATUS_BYTES_MAX);
        xml::text_element(&mut content, "status", &status[..end]);
    }
    let addresses = [("type", Some("subscribe")), ("from", Some(from.as_str())), ("to", Some(to.as_str()))];
    build::stanza("presence", &addresses, &content)
}
