//! What a client of a crowd writes down.

use serde::{Deserialize, Serialize};

/// Marks bodies and ids of the crowd's messages.
const MARK: &str = "pair-";

/// Takes what happens to clients.
pub trait Journal {
    /// Something happened now to the client with this local part of its address.
    fn note(&self, who: &str, event: Event);
}

/// What happens to a client.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It opens a connection to this node.
    Connecting {
        /// 0 or 1.
        node: usize,
    },
    /// It has a new session.
    Bound {
        /// Where.
        node: usize,
        /// Its full address.
        jid: String,
    },
    /// It has its session back.
    Resumed {
        /// Where.
        node: usize,
        /// Its full address.
        jid: String,
    },
    /// The server refused to resume its session.
    NotResumed {
        /// The stanza error condition.
        condition: String,
        /// How many stanzas the server had handled, modulo 2^32, if it said.
        count: Option<u32>,
    },
    /// Its connection is gone.
    Lost {
        /// The error, or [`GOING_HOME`](super::GOING_HOME).
        why: String,
    },
    /// It sent a message, for the first time or again.
    Sent {
        /// Counts per sender, from 0.
        number: u64,
        /// Bare address.
        to: String,
        /// Whether it goes out again in a new session.
        again: bool,
    },
    /// The server acknowledged a message of it.
    Acknowledged {
        /// Which.
        number: u64,
    },
    /// It received a message.
    Received {
        /// Local part of the sender's address.
        from: String,
        /// The sender's number.
        number: u64,
        /// Whether it had been stored meanwhile (XEP-0203).
        stored: bool,
    },
    /// A message of it came back with an error.
    Refused {
        /// Which.
        number: u64,
        /// The stanza that came back.
        condition: String,
    },
    /// It sees the presence of so many others.
    Watching {
        /// All that it watches.
        contacts: usize,
    },
    /// It was told that this full address is no longer available.
    Unavailable {
        /// The full address.
        contact: String,
    },
    /// Something that should not be.
    Odd {
        /// What.
        text: String,
    },
}

/// Body and id of a message.
pub fn marker(sender: &str, number: u64) -> String {
    format!("{MARK}{sender}-{number}")
}

/// Sender and number of a message; nothing for messages of others.
pub fn read_marker(text: &str) -> Option<(&str, u64)> {
    let (sender, number) = text.trim().strip_prefix(MARK)?.rsplit_once('-')?;
    Some((sender, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_read_back_and_those_of_others_do_not() {
        assert_eq!(read_marker(&marker("user-1", 4711)), Some(("user-1", 4711)));
        assert_eq!(read_marker("chaos-1"), None);
        assert_eq!(read_marker("pair-user"), None);
    }
}
