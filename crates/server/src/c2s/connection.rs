//! One client connection from its first byte to its last.

use std::sync::Arc;

use everpresent_session::ids::SessionId;
use everpresent_session::owner::TransportId;
use everpresent_session::reason::Reason;
use everpresent_stanza::{FullJid, Limits};

use super::admission::Turn;
use super::carrier;
use super::established;
use super::negotiate::{self, Negotiated};
use super::wire::Wire;
use crate::home::{Home, Line};
use crate::node::Node;

/// Negotiates with a client; nothing if the connection is to be closed instead.
pub async fn sign_in(node: &Arc<Node>, wire: &mut Wire, turn: &Turn<'_>) -> Option<Negotiated> {
    let holder = Holder::new(node.clone(), wire);
    tokio::select! {
        biased;
        // Whoever is still signing in is let go without a word, and finds the next process.
        () = node.stopping.cancelled() => None,
        negotiated = negotiate::run(node, wire, holder, turn) => negotiated,
    }
}

/// Serves a connection from its sign-in until it ends.
pub async fn serve(node: &Node, mut wire: Wire, signed_in: Option<Negotiated>) {
    match signed_in {
        Some(Negotiated::Here(holder)) => established::run(&mut wire, holder).await,
        Some(Negotiated::Elsewhere(way)) => {
            tokio::select! {
                () = carrier::relay(&mut wire, way) => {}
                // Its session lives on at its owner; another node carries it.
                () = node.stopping.cancelled() => {}
            }
        }
        None => {}
    }
    wire.close().await;
}

/// How much a signed-in client may send at once.
pub fn limits(node: &Node) -> Limits {
    Limits { stanza_bytes: node.config.limits.stanza_bytes, ..Limits::SIGNED_IN }
}

/// How much may be sent before sign-in.
pub fn limits_before_sign_in(node: &Node) -> Limits {
    Limits { stanza_bytes: node.config.limits.stanza_bytes_before_signin, ..Limits::BEFORE_SIGN_IN }
}

/// What a connection holds. When it goes, for whatever cause, its session is told.
#[derive(Debug)]
pub struct Holder {
    node: Arc<Node>,
    /// The home of its user, once it is known.
    pub home: Option<Arc<Home>>,
    /// This connection.
    pub transport: TransportId,
    /// What it shares with the home.
    pub line: Arc<Line>,
    /// The session, once there is one.
    pub session: Option<(SessionId, FullJid)>,
}

impl Holder {
    fn new(node: Arc<Node>, wire: &Wire) -> Self {
        let line = Line::new(wire.kind(), wire.peer(), node.clock.now().wall.0);
        Self::of_line(node, line)
    }

    /// A connection that holds nothing yet.
    pub fn of_line(node: Arc<Node>, line: Line) -> Self {
        let transport = node.next_transport();
        Self { node, home: None, transport, line: Arc::new(line), session: None }
    }

    /// The session is over: the client said so, or broke the rules.
    pub fn over(mut self, reason: Reason) {
        if let (Some((session, _)), Some(home)) = (self.session.take(), &self.home) {
            home.session_over(session, self.transport, reason);
        }
    }

    /// The connection is gone, the session need not be.
    pub fn lost(mut self, reason: Reason) {
        if let (Some((session, _)), Some(home)) = (self.session.take(), &self.home) {
            home.transport_lost(session, self.transport, reason);
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        if let (Some((session, _)), Some(home)) = (self.session.take(), &self.home) {
            // A sign-in that the stop of the node cuts short is let go like everybody else.
            let stopping = self.node.stopping.is_cancelled();
            let reason = if stopping { Reason::LetGo } else { Reason::TransportLost };
            home.transport_lost(session, self.transport, reason);
        }
    }
}
