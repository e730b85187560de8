//! What goes over a client's connection, and what the server knows of one.

use std::collections::VecDeque;

use bytes::Bytes;
use everpresent_session::ids::{RecordNumber, SessionId};

use super::content::MessageId;

/// What a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FromClient {
    /// A fresh sign-in.
    Bind,
    /// XEP-0198 §5.
    Resume(SessionId, u32),
    /// Initial presence.
    Presence,
    /// For this person.
    Message(MessageId, usize),
    /// `<r/>`.
    Request,
    /// `<a h='…'/>`.
    Answer(u32),
    /// `</stream:stream>`.
    Close,
}

impl FromClient {
    /// Whether stream management counts it.
    pub(super) fn is_stanza(&self) -> bool {
        matches!(self, Self::Presence | Self::Message(..))
    }
}

/// What a client is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToClient {
    Bound(SessionId),
    Resumed(u32),
    Failed(Option<u32>),
    Stanza(Bytes),
    Request,
    Answer(u32),
}

/// What the server waits for before it answers a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    Bound,
    Resumed,
}

/// A connection as the serving process knows it.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: usize,
    pub(super) session: Option<SessionId>,
    /// The answer that is owed when this record is confirmed; nothing else is written before.
    pub(super) greeting: Option<(RecordNumber, Greeting)>,
    /// Something that it brought could not be dealt with: nothing that comes after that may be.
    pub(super) given_up: bool,
    /// The spool is being read; what the client sends waits.
    pub(super) reading: bool,
    pub(super) waiting: VecDeque<FromClient>,
    /// When the last frame to the client arrives: nothing overtakes.
    pub(super) last_out: u64,
    /// Planted: how many stanzas were sent before their time.
    pub(super) ahead: usize,
}

impl Connection {
    pub(super) fn new(client: usize) -> Self {
        Self {
            client,
            session: None,
            greeting: None,
            given_up: false,
            reading: false,
            waiting: VecDeque::new(),
            last_out: 0,
            ahead: 0,
        }
    }
}
