//! What stanzas say here: just enough to know one again.

use bytes::Bytes;

/// A message as its sender numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct MessageId {
    /// The client that sent it.
    pub(super) from: usize,
    /// Its number there.
    pub(super) number: u32,
}

/// The content of a stanza; presence is of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Message(MessageId),
    /// The server did not take this message.
    Refused(MessageId),
    Available(usize),
    Unavailable(usize),
}

/// What goes through a channel to another home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    /// For this person.
    Deliver { to: usize, content: Content },
    /// Who asks, and whose presence.
    Probe { of: usize, by: usize },
}

impl Content {
    fn words(self) -> String {
        match self {
            Self::Message(MessageId { from, number }) => format!("message {from} {number}"),
            Self::Refused(MessageId { from, number }) => format!("refused {from} {number}"),
            Self::Available(client) => format!("available {client}"),
            Self::Unavailable(client) => format!("unavailable {client}"),
        }
    }

    pub(super) fn to_bytes(self) -> Bytes {
        self.words().into()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(bytes).ok()?.split(' ');
        Self::of_words(&mut words)
    }

    fn of_words<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let kind = words.next()?;
        let first: usize = words.next()?.parse().ok()?;
        let mut id = || Some(MessageId { from: first, number: words.next()?.parse().ok()? });
        match kind {
            "message" => id().map(Self::Message),
            "refused" => id().map(Self::Refused),
            "available" => Some(Self::Available(first)),
            "unavailable" => Some(Self::Unavailable(first)),
            _ => None,
        }
    }

    /// The message that these bytes are, if they are one.
    pub(super) fn message(bytes: &[u8]) -> Option<MessageId> {
        if let Some(Self::Message(id)) = Self::parse(bytes) { Some(id) } else { None }
    }
}

impl Envelope {
    pub(super) fn to_bytes(self) -> Bytes {
        match self {
            Self::Deliver { to, content } => format!("deliver {to} {}", content.words()).into(),
            Self::Probe { of, by } => format!("probe {of} {by}").into(),
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(bytes).ok()?.split(' ');
        let kind = words.next()?;
        let first = words.next()?.parse().ok()?;
        match kind {
            "deliver" => Some(Self::Deliver { to: first, content: Content::of_words(&mut words)? }),
            "probe" => Some(Self::Probe { of: first, by: words.next()?.parse().ok()? }),
            _ => None,
        }
    }
}
