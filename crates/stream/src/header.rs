//! Stream headers: `<stream:stream>` over TCP (RFC 6120 §4.7), `<open/>` on a WebSocket (RFC 7395 §3.4).

use bytes::Bytes;
use everpresent_stanza::{BareJid, Jid, Namespace, StreamCondition, StreamHeader, build};
use jid::DomainPart;

use crate::binding::Transport;
use crate::offer::Offer;

/// Checks a client's header (RFC 6120 §4.7, §4.8): the domain and the claimed address, or the error to end the stream
/// with.
pub(crate) fn check<'a>(
    header: &StreamHeader,
    offer: &'a Offer,
) -> Result<(&'a DomainPart, Option<BareJid>), StreamCondition> {
    if header.default_namespace != Namespace::CLIENT {
        return Err(StreamCondition::InvalidNamespace);
    }
    let domain = header.to.as_deref().and_then(|to| offer.domain(to));
    let domain = domain.ok_or(StreamCondition::HostUnknown)?;
    let major = header.version.as_deref().and_then(|version| version.split('.').next());
    if major.and_then(|major| major.parse::<u32>().ok()).is_none_or(|major| major < 1) {
        return Err(StreamCondition::UnsupportedVersion);
    }
    let Some(from) = header.from.as_deref().filter(|from| !from.is_empty()) else {
        return Ok((domain, None));
    };
    let from = Jid::new(from).map_err(|_| StreamCondition::InvalidFrom)?.into_bare();
    if from.domain().as_str() != domain.as_str() {
        return Err(StreamCondition::InvalidFrom);
    }
    Ok((domain, Some(from)))
}

/// The server's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHeader {
    /// The domain that answers.
    pub from: String,
    /// Whom the client claimed to be, if it did.
    pub to: Option<String>,
    /// The stream's id, random.
    pub id: String,
}

impl ResponseHeader {
    /// The bytes to send.
    pub fn to_bytes(&self, transport: Transport) -> Bytes {
        match transport {
            Transport::Tcp => build::stream_header(&self.from, self.to.as_deref(), &self.id),
            Transport::WebSocket => build::websocket_open(&self.from, self.to.as_deref(), &self.id),
        }
    }
}
