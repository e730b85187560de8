//! Everything that the tasks of one running node share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use everpresent_presence::blocking::BlockList;
use everpresent_presence::roster::{Roster, RosterLimits};
use everpresent_session::owner::TransportId;
use everpresent_stanza::{BareJid, Jid};
use everpresent_store::{Database, StoreError};
use everpresent_stream::Offer;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::home::{Account, Away, Home};
use crate::sweep::AuditMemory;
use crate::throttle::Throttle;
use crate::tls::Certificates;

/// One running node.
pub struct Node {
    /// Its settings.
    pub config: Arc<Config>,
    /// Its clocks.
    pub clock: Clock,
    /// The home that it serves.
    pub home: Home,
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
    /// What earlier audits of sessions saw.
    pub audit_memory: AuditMemory,
    /// Cancelled when the node begins to stop: nobody new comes in.
    pub stopping: CancellationToken,
    next_transport: AtomicU64,
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
        clock: Clock,
        home: Home,
        store: Database,
        (offer, plain_offer, certificates): (Arc<Offer>, Arc<Offer>, Arc<Certificates>),
    ) -> Self {
        let throttle = Throttle::new(config.signin.clone());
        Self {
            config,
            clock,
            home,
            store,
            offer,
            plain_offer,
            certificates,
            throttle,
            audit_memory: AuditMemory::default(),
            stopping: CancellationToken::new(),
            next_transport: AtomicU64::new(1),
        }
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

    /// Brings the account of a user of this server into memory. Returns whether there is such a user.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load(&self, user: &BareJid) -> Result<bool, Away> {
        let moment = self.clock.moment();
        let known = self.home.enter(|state| match state.accounts.get_mut(user) {
            Some(account) => {
                account.touched = moment;
                true
            }
            None => false,
        });
        if known {
            return Ok(true);
        }
        // What was recorded for this account and not written yet must be part of what is read.
        self.home.flushed().await?;
        self.load_stored(user).await.map_err(|error| {
            tracing::warn!(%error, "an account could not be read");
            Away
        })
    }

    /// Reads an account from the database, at a time when nothing for it waits to be written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load_stored(&self, user: &BareJid) -> Result<bool, StoreError> {
        let Some(stored) = self.store.account_state(user).await? else { return Ok(false) };
        let account = Account {
            roster: Roster::load(user.clone(), stored.roster_version, stored.roster),
            block_list: BlockList::load(user.clone(), stored.blocked),
            preferences: stored.archive_preferences,
            spooled: usize::try_from(stored.spool.rows).unwrap_or(usize::MAX),
            spool_changes: 0,
            touched: self.clock.moment(),
        };
        self.home.enter(|state| state.accounts.insert(user.clone(), account));
        Ok(true)
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
