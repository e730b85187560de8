//! The other nodes of the cluster: where they are, and the connections to them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use everpresent_link::Peer;
use everpresent_link::pki::Identity;
use everpresent_session::ids::HomeName;
use everpresent_store::nodes::NodeRow;
use tokio::sync::watch;

/// The nodes as the database lists them, and a connection to each that was asked for.
#[derive(Debug)]
pub struct Peers {
    identity: Option<Arc<Identity>>,
    nodes: watch::Sender<Arc<Vec<NodeRow>>>,
    connections: Mutex<BTreeMap<String, Peer>>,
}

impl Peers {
    /// Without an identity this node stands alone.
    pub fn new(identity: Option<Arc<Identity>>) -> Self {
        Self { identity, nodes: watch::Sender::new(Arc::default()), connections: Mutex::default() }
    }

    /// What this node proves itself with to others.
    pub fn identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// The nodes as they were read last.
    pub fn nodes(&self) -> Arc<Vec<NodeRow>> {
        self.nodes.borrow().clone()
    }

    /// The nodes were read again.
    pub fn update(&self, nodes: Vec<NodeRow>) {
        self.nodes.send_if_modified(|known| {
            // When somebody was seen last is no news.
            let news = |a: &NodeRow, b: &NodeRow| {
                (&a.name, &a.group, &a.link_address) != (&b.name, &b.group, &b.link_address)
            };
            let changed = known.len() != nodes.len() || known.iter().zip(&nodes).any(|(a, b)| news(a, b));
            *known = Arc::new(nodes);
            changed
        });
    }

    /// Tells of nodes that come, go or move.
    pub fn changes(&self) -> watch::Receiver<Arc<Vec<NodeRow>>> {
        self.nodes.subscribe()
    }

    /// Connections to all of them.
    pub fn all(&self) -> Vec<Peer> {
        self.nodes().iter().filter_map(|node| self.to(&node.name)).collect()
    }

    /// The connection to a node; nothing if it is not known how to reach it.
    pub fn to(&self, name: &HomeName) -> Option<Peer> {
        let identity = self.identity.as_ref()?;
        let nodes = self.nodes();
        let node = nodes.iter().find(|node| node.name == *name && !node.link_address.is_empty())?;
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(peer) = connections.get(name.as_str())
            && peer.address() == node.link_address
        {
            return Some(peer.clone());
        }
        let peer = Peer::new(name.as_str(), &node.link_address, identity);
        let peer = peer.inspect_err(|error| tracing::warn!(%error, "a node cannot be connected to")).ok()?;
        connections.insert(name.as_str().to_owned(), peer.clone());
        Some(peer)
    }
}
