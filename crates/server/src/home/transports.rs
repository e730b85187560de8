//! The connections of this process that hold a session.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use everpresent_session::ids::SessionId;
use everpresent_session::owner::TransportId;
use everpresent_stanza::StreamError;
use tokio::sync::Notify;

/// Why a connection that lost its session has to go, and what it says before.
#[derive(Debug, Clone)]
pub enum Ending {
    /// Another connection took the session over, or another client took its address: `conflict`.
    Error(StreamError),
    /// The session lives on: closed as TCP, without a word that clients would take for its end.
    LetGo,
    /// The stream is closed in good order.
    Closed,
}

/// What a connection's task and the home share of it.
#[derive(Debug)]
pub struct Line {
    /// Rung when there is something to do for the connection.
    pub bell: Notify,
    /// How the client is connected: `starttls`, `tls`, `websocket` or `plain`.
    pub kind: &'static str,
    /// The other end.
    pub peer: SocketAddr,
    /// When something last came from the client, in milliseconds since 1970-01-01T00:00:00Z.
    pub heard: AtomicI64,
}

impl Line {
    /// Of a new connection, heard at this moment.
    pub fn new(kind: &'static str, peer: SocketAddr, heard: i64) -> Self {
        Self { bell: Notify::new(), kind, peer, heard: AtomicI64::new(heard) }
    }
}

/// A connection that holds a session.
#[derive(Debug)]
pub struct Transport {
    /// The session that it holds, or held.
    pub session: SessionId,
    /// What it shares with its task.
    pub line: Arc<Line>,
    /// Set when it has lost its session.
    pub ending: Option<Ending>,
}

/// All connections that hold a session.
#[derive(Debug, Default)]
pub struct Transports {
    by_id: BTreeMap<TransportId, Transport>,
}

impl Transports {
    /// A connection begins to hold a session.
    pub fn add(&mut self, id: TransportId, session: SessionId, line: Arc<Line>) {
        self.by_id.insert(id, Transport { session, line, ending: None });
    }

    /// The connection is gone.
    pub fn remove(&mut self, id: TransportId) -> Option<Transport> {
        self.by_id.remove(&id)
    }

    /// A connection.
    pub fn get(&self, id: TransportId) -> Option<&Transport> {
        self.by_id.get(&id)
    }

    /// Tells a connection that it has something to do.
    pub fn ring(&self, id: TransportId) {
        if let Some(transport) = self.by_id.get(&id) {
            transport.line.bell.notify_one();
        }
    }

    /// Tells a connection to go. The first reason stands.
    pub fn end(&mut self, id: TransportId, ending: Ending) {
        if let Some(transport) = self.by_id.get_mut(&id) {
            transport.ending.get_or_insert(ending);
            transport.line.bell.notify_one();
        }
    }

    /// Why the connection has to go, if it has.
    pub fn ending(&self, id: TransportId) -> Option<Ending> {
        self.by_id.get(&id).and_then(|transport| transport.ending.clone())
    }

    /// Every connection with the session that it believes to hold, but for those that have lost it. One that is let go
    /// holds its session to its end.
    pub fn holding(&self) -> BTreeMap<TransportId, SessionId> {
        let holds = |ending: &Option<Ending>| matches!(ending, None | Some(Ending::LetGo));
        let holding = self.by_id.iter().filter(|(_, transport)| holds(&transport.ending));
        holding.map(|(id, transport)| (*id, transport.session)).collect()
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = TransportId> {
        self.by_id.keys().copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}
