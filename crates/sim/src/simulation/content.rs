//! What stanzas say here: just enough to know one again.

use bytes::Bytes;
use everpresent_stanza::FullJid;

/// A message as its sender numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct MessageId {
    /// The client that sent it.
    pub(super) from: usize,
    /// Its number there.
    pub(super) number: u32,
}

/// The content of a stanza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Message(MessageId),
    /// The server did not take this message.
    Refused(MessageId),
    /// A copy of a message that another client of the user sent.
    Copy(MessageId),
    Available(FullJid),
    Unavailable(FullJid),
}

impl Content {
    pub(super) fn to_bytes(&self) -> Bytes {
        let id = |kind: &str, id: &MessageId| format!("{kind} {} {}", id.from, id.number);
        Bytes::from(match self {
            Self::Message(message) => id("message", message),
            Self::Refused(message) => id("refused", message),
            Self::Copy(message) => id("copy", message),
            Self::Available(jid) => format!("available {jid}"),
            Self::Unavailable(jid) => format!("unavailable {jid}"),
        })
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
        let id = || {
            let (from, number) = rest.split_once(' ')?;
            Some(MessageId { from: from.parse().ok()?, number: number.parse().ok()? })
        };
        match kind {
            "message" => id().map(Self::Message),
            "refused" => id().map(Self::Refused),
            "copy" => id().map(Self::Copy),
            "available" => FullJid::new(rest).ok().map(Self::Available),
            "unavailable" => FullJid::new(rest).ok().map(Self::Unavailable),
            _ => None,
        }
    }

    /// The message that these bytes are, if they are one.
    pub(super) fn message(bytes: &[u8]) -> Option<MessageId> {
        if let Some(Self::Message(id)) = Self::parse(bytes) { Some(id) } else { None }
    }
}
