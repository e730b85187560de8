//! WebSockets that the HTTP side hands over.

use std::pin::Pin;
use std::sync::Arc;

use everpresent_console::{Code, Connection, Refusal, WebSocket, WebSocketService};
use tokio_util::task::TaskTracker;

use super::connection::{self, limits_before_sign_in};
use super::listener::Doorkeeper;
use super::pace::Pace;
use super::websocket::WebSocketWire;
use super::wire::Wire;
use crate::node::Node;

/// Takes WebSockets as client connections.
#[derive(Debug)]
pub struct Upgrades {
    node: Arc<Node>,
    doorkeeper: Doorkeeper,
    tasks: TaskTracker,
}

impl Upgrades {
    /// Serves them on this node, counted with all other connections.
    pub fn new(node: Arc<Node>, doorkeeper: Doorkeeper, tasks: TaskTracker) -> Self {
        Self { node, doorkeeper, tasks }
    }
}

impl WebSocketService for Upgrades {
    fn admit(&self, connection: &Connection) -> Result<(), Refusal> {
        let admitted = !self.tasks.is_closed() && self.doorkeeper.admit(connection.peer.ip()).is_some();
        admitted.then_some(()).ok_or_else(|| Refusal::new(Code::Unavailable, "too many connections"))
    }

    fn serve(&self, socket: WebSocket, connection: Connection) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let node = self.node.clone();
        let place = self.doorkeeper.admit(connection.peer.ip());
        let pace = Pace::new(node.config.limits.bytes_per_second);
        let limits = limits_before_sign_in(&node);
        let served = self.tasks.track_future(async move {
            let Some(_place) = place else { return };
            let wire = WebSocketWire::new(socket, connection.peer, limits, pace);
            let mut wire = Wire::WebSocket(Box::new(wire));
            let turn = node.admission.turn();
            let signed_in = turn.sign_in(connection::sign_in(&node, &mut wire, &turn)).await;
            connection::serve(&node, wire, signed_in).await;
        });
        Box::pin(served)
    }
}
