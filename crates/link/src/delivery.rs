//! From the owner of one home to that of another: the stanzas of a channel, in order.

use bytes::Bytes;
use everpresent_session::ids::{HomeName, LedgerId};

/// Which channel a stream is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The sending home.
    pub from_home: HomeName,
    /// Its ledger: numbers are counted for each.
    pub from_ledger: LedgerId,
    /// The receiving home.
    pub to_home: HomeName,
}

/// The next stanzas of the channel. Any number: what is too much for one message of the wire goes in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items(pub Vec<Item>);

/// A stanza in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number; the first of a channel is 1.
    pub number: u64,
    /// The stanza with its envelope.
    pub stanza: Bytes,
}

/// What the receiving end answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It takes the stream; send what comes after `received`.
    Ready {
        /// The highest number that it has.
        received: u64,
    },
    /// It has everything up to here.
    Confirmed {
        /// The highest number that it has.
        up_to: u64,
    },
    /// The node does not own the home.
    NotOwner {
        /// The node that does, if it is known.
        owner: Option<String>,
    },
}
