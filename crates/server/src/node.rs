//! Everything that the tasks of one running node share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use everpresent_alerts::Deliverer;
use everpresent_presence::roster::RosterLimits;
use everpresent_session::ids::{HomeName, Incarnation};
use everpresent_session::owner::TransportId;
use everpresent_stanza::Jid;
use everpresent_store::Database;
use everpresent_stream::Offer;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::c2s::admission::Admission;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::monitor::Monitor;
use crate::pair::Pair;
use crate::peers::Peers;
use crate::seat::Seats;
use crate::throttle::Throttle;
use crate::tls::Certificates;

/// One running node.
pub struct Node {
    /// Its settings.
    pub config: Arc<Config>,
    /// This serving process.
    pub incarnation: Incarnation,
    /// Its clocks.
    pub clock: Clock,
    /// The homes that it serves, or may come to serve.
    pub seats: Seats,
    /// The redundancy group that it is in.
    pub pair: Pair,
    /// The other nodes.
    pub peers: Peers,
    /// The services that a failover is decided by.
    pub monitor: Monitor,
    /// Rung when it is to be looked who is in the group.
    pub group_changed: Notify,
    /// Who belongs to which home.
    pub directory: Directory,
    /// Tells operators.
    pub(crate) alerts: Deliverer,
    /// Durable data.
    pub store: Database,
    /// What it offers its clients.
    pub offer: Arc<Offer>,
    /// The same for connections without TLS from this machine, if they are allowed.
    pub plain_offer: Arc<Offer>,
    /// What it shows in TLS handshakes.
    pub certificates: Arc<Certificates>,
    /// Who failed to sign in lately.
    pub throttle: Throttle,
    /// How many sign in at once.
    pub admission: Admission,
    /// Cancelled when the node begins to stop: nobody new comes in.
    pub stopping: CancellationToken,
    /// Cancelled when the node stops and relies on its partner no more: what it serves then goes to the database.
    pub parting: CancellationToken,
    /// Cancelled when other nodes are served no more.
    pub link_stopping: CancellationToken,
    next_transport: AtomicU64,
    broken: watch::Sender<Option<String>>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("name", &self.config.node.name).finish_non_exhaustive()
    }
}

impl Node {
    /// A node of these parts.
    pub fn new(
        config: Arc<Config>,
        incarnation: Incarnation,
        clock: Clock,
        (pair, peers): (Pair, Peers),
        store: Database,
        (offer, plain_offer, certificates): (Arc<Offer>, Arc<Offer>, Arc<Certificates>),
    ) -> Self {
        let throttle = Throttle::new(config.signin.clone());
        let monitor = Monitor::new(&config);
        let alerts = crate::alerts::deliverer(&config);
        Self {
            config,
            incarnation,
            clock,
            seats: Seats::default(),
            pair,
            peers,
            monitor,
            group_changed: Notify::new(),
            directory: Directory::default(),
            alerts,
            store,
            offer,
            plain_offer,
            certificates,
            throttle,
            admission: Admission::default(),
            stopping: CancellationToken::new(),
            parting: CancellationToken::new(),
            link_stopping: CancellationToken::new(),
            next_transport: AtomicU64::new(1),
            broken: watch::Sender::new(None),
        }
    }

    /// Its name, which is that of its home.
    pub fn name(&self) -> HomeName {
        HomeName::new(&self.config.node.name)
    }

    /// A number that is the same on nodes that offer their clients the same.
    pub(crate) fn feature_hash(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in self.offer.features.iter().flat_map(|feature| format!("{feature:?}").into_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash
    }

    /// A number for a new connection.
    pub fn next_transport(&self) -> TransportId {
        TransportId(self.next_transport.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether an address is of one of the domains served here.
    pub fn is_local(&self, jid: &Jid) -> bool {
        self.config.node.domains.iter().any(|domain| domain.domain() == jid.domain())
    }

    /// How much one roster may hold.
    pub fn roster_limits(&self) -> RosterLimits {
        RosterLimits { items: self.config.limits.roster_items, ..RosterLimits::default() }
    }

    /// Remembers that an invariant is broken on which everything rests: the node must stop, its partner takes over.
    pub fn stop_broken(&self, reason: String) {
        tracing::error!(reason, "an invariant is broken; this node stops");
        self.broken.send_if_modified(|told| {
            let first = told.is_none();
            told.get_or_insert(reason);
            first
        });
    }

    /// Waits until the node must stop because something is broken, and says what.
    pub async fn broken(&self) -> String {
        let mut broken = self.broken.subscribe();
        match broken.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    /// The offer for a connection: without TLS, sign-in is possible only where the configuration says so
    /// (`allow_plain_text`, true for connections that came in there) and only from this machine.
    pub fn offer_for(&self, peer: SocketAddr, allow_plain_text: bool) -> Arc<Offer> {
        if allow_plain_text && peer.ip().is_loopback() {
            self.plain_offer.clone()
        } else {
            self.offer.clone()
        }
    }

    /// An address as logs show it.
    pub fn redacted(&self, address: &str) -> String {
        if self.config.log.redact_addresses { redact(address) } else { address.to_owned() }
    }
}

/// A short mark that is the same for the same address within one process, and does not tell it.
fn redact(address: &str) -> String {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::LazyLock;
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    format!("#{:08x}", KEY.hash_one(address) >> 32)
}
