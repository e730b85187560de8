//! A running node, and how it stops.

use std::sync::Arc;
use std::time::Duration;

use everpresent_session::ids::Incarnation;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::Admin;
use crate::home::Ending;
use crate::node::Node;

/// A running node.
#[derive(Debug)]
pub struct Server {
    node: Arc<Node>,
    admin: Arc<Admin>,
    tasks: Tasks,
    listeners: Vec<String>,
}

/// What runs.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Who owns the home.
    pub(crate) incarnation: Incarnation,
    /// Ends listeners.
    pub(crate) stop: CancellationToken,
    /// Clients' connections.
    pub(crate) connections: TaskTracker,
    /// Listeners.
    pub(crate) services: TaskTracker,
    /// What runs to the very end: the committer, the sweeper and the pruner.
    pub(crate) keepers: [JoinHandle<()>; 3],
}

impl Server {
    pub(crate) fn new(node: Arc<Node>, admin: Arc<Admin>, tasks: Tasks, listeners: Vec<String>) -> Self {
        Self { node, admin, tasks, listeners }
    }

    /// What is listened on, as `kind address:port`.
    pub fn listeners(&self) -> &[String] {
        &self.listeners
    }

    /// What its tasks share.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The operator's side.
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// Waits until the node must stop because something is broken, and says what.
    pub async fn broken(&self) -> String {
        self.node.home.broken().await
    }

    /// Stops: no new clients, connections let go (their sessions live on), everything written, the home released.
    /// Returns whether all of that was done within the configured time.
    pub async fn stop(self) -> bool {
        let limit = self.node.config.node.stop_timeout;
        self.tasks.stop.cancel();
        self.tasks.connections.close();
        self.tasks.services.close();
        self.node.home.enter(|state| {
            let all: Vec<_> = state.transports.ids().collect();
            for transport in all {
                state.transports.end(transport, Ending::LetGo);
            }
        });
        let clean = tokio::time::timeout(limit, self.wind_down()).await.is_ok();
        for keeper in &self.tasks.keepers {
            keeper.abort();
        }
        if let Err(error) = self.node.store.release_homes(self.tasks.incarnation).await {
            tracing::warn!(%error, "the home could not be released");
        }
        self.node.store.close().await;
        clean
    }

    async fn wind_down(&self) {
        self.tasks.connections.wait().await;
        if let Err(away) = self.node.home.flushed().await {
            tracing::warn!(%away, "not everything could be written before the stop");
        }
        // Answers to operators may take a moment longer than clients.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.tasks.services.wait()).await;
    }
}
