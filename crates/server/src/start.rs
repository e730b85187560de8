//! From a checked configuration to a running node.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use everpresent_console::{AdminToken, Console, Parts, Settings, TokenError};
use everpresent_link::pki::{Identity, PkiError};
use everpresent_recovery::parameters::{ParameterError, Parameters};
use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_store::nodes::JoinError;
use everpresent_store::{Database, HomeRow, OpenError, StoreError};
use everpresent_stream::Offer;
use everpresent_stream::offer::SECRET_BYTES;
use metrics_exporter_prometheus::PrometheusHandle;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::admin::Admin;
use crate::c2s::listener::{self, Doorkeeper, Security};
use crate::c2s::upgrade::Upgrades;
use crate::clock::Clock;
use crate::config::Config;
use crate::epochs::{EpochError, EpochFile};
use crate::monitor::Monitor;
use crate::node::Node;
use crate::pair::{self, Driver, LinkService, Pair};
use crate::peers::Peers;
use crate::random;
use crate::running::{Server, Tasks};
use crate::services::disco;
use crate::tls::{Certificates, TlsError, ensure_self_signed};
use crate::versions::{self, VersionError};

/// The setting in which the cluster's offer secret is kept.
const OFFER_SECRET: &str = "offer-secret";

/// How long the first claim of the node's own home may take.
const FIRST_CLAIM: Duration = Duration::from_secs(10);
/// How long a node that has a partner waits for its own home before it takes clients all the same.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// Why a node does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("{path}: {error}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] OpenError),
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Store(#[from] StoreError),
    /// TLS cannot be served.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no admin token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A port cannot be opened.
    #[error("{address} cannot be listened on: {error}")]
    Listen {
        /// The address and port.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database holds something else where the cluster's secret should be.
    #[error("the setting offer-secret in the database is not hexadecimal")]
    Secret,
    /// The node cannot be in its group.
    #[error("the node cannot join its group: {0}; see [node] group")]
    Group(#[from] JoinError),
    /// The certificates of the cluster cannot be used.
    #[error("{0}; `everpresent cluster init` or `join` makes the certificates")]
    Link(#[from] PkiError),
    /// The recovery parameters cannot be used.
    #[error("the recovery parameters in the database: {0}")]
    Parameters(#[from] ParameterError),
    /// The cluster has another version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// The highest epoch seen cannot be read from disk.
    #[error(transparent)]
    Epochs(#[from] EpochError),
    /// Another process took the home at the same moment.
    #[error("another process claimed home {0} at the same moment; start again")]
    Contested(HomeName),
}

/// What a node is started with besides its configuration.
pub struct Options {
    /// Who this process is in the witness rows. Whoever watches over it chooses this, to release its homes when it dies.
    pub incarnation: Incarnation,
    /// Where metrics are read from; nothing if they are not recorded.
    pub metrics: Option<PrometheusHandle>,
}

impl Options {
    /// A process of this name, without metrics.
    pub fn new(incarnation: Incarnation) -> Self {
        Self { incarnation, metrics: None }
    }
}

/// A random incarnation that no process had before. Not a secret.
pub fn fresh_incarnation() -> Incarnation {
    Incarnation(random::id())
}

/// Starts a node: everything is opened before anything is accepted.
///
/// # Errors
/// See [`StartError`]. Nothing is left running.
pub async fn start(config: Config, options: Options) -> Result<Server, StartError> {
    let config = Arc::new(config);
    let folder = &config.node.data_dir;
    std::fs::create_dir_all(folder).map_err(|error| StartError::Folder { path: folder.clone(), error })?;
    let certificates = Arc::new(certificates(&config)?);
    let token_file = config.admin.token_file.clone().unwrap_or_else(|| folder.join("admin.token"));
    let token = AdminToken::load_or_create(&token_file)?;
    let listeners = Listeners::open(&config)?;
    let store = Database::open(config.database.url.expose()).await?;
    versions::check(&store).await?;
    let incarnation = options.incarnation;
    let row = pair::join_group(&store, &config).await?;
    let parameters = Parameters::from_settings(&store.settings().await?)?;
    let (pair, inbox) = Pair::new(row.group.clone(), parameters);
    let peers = Peers::new(identity(&config)?);
    peers.update(store.nodes().await?);
    let (offer, plain_offer) = offers(&config, &store).await?;
    let parts = (offer, plain_offer, certificates);
    let node = Arc::new(Node::new(config, incarnation, Clock::start(), (pair, peers), store, parts));
    crate::tls::tickets::agree(&node).await;
    let keepers = TaskTracker::new();
    let driver = Driver::new(node.clone(), pair::persisted(&row), inbox);
    let manager = tokio::spawn(driver.run());
    open_own_seat(&node, &keepers).await?;
    Ok(run(node, (keepers, manager), listeners, token, options))
}

/// What this node proves itself with to other nodes, if it listens to any.
fn identity(config: &Config) -> Result<Option<Arc<Identity>>, StartError> {
    let Some(dir) = config.link.dir.as_ref().filter(|_| !config.link.listen.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Arc::new(Identity::load(dir)?)))
}

/// Begins to keep the seat of the node's own home. A node that stands alone waits until it is served; one that has a
/// partner may find that the partner serves it.
async fn open_own_seat(node: &Arc<Node>, keepers: &TaskTracker) -> Result<(), StartError> {
    let home = node.name();
    let nodes = node.peers.nodes();
    let alone = !nodes.iter().any(|row| row.group == node.pair.group && row.name != home);
    if alone {
        release_own(node, &home).await?;
        node.store.adopt_unassigned(&home).await?;
    }
    node.directory.set_several_homes(nodes.len() > 1);
    rise_above_others(node, &home).await?;
    let settings = node.pair.promises().ownership(home.clone(), node.name(), false);
    let seat = pair::keep_seat(node, settings, keepers)?;
    let mut served = seat.changes();
    let served = served.wait_for(Option::is_some);
    if alone {
        let served = tokio::time::timeout(FIRST_CLAIM, served).await;
        return if matches!(served, Ok(Ok(_))) { Ok(()) } else { Err(StartError::Contested(home)) };
    }
    let mut shown = seat.shown();
    tokio::select! {
        _ = served => {}
        _ = shown.wait_for(|shown| shown.is_of_another(node.incarnation)) => {}
        () = tokio::time::sleep(FIRST_LOOK) => {}
    }
    Ok(())
}

/// With one node in the group nobody else can be owner: what an earlier process of this node held is released.
async fn release_own(node: &Node, home: &HomeName) -> Result<(), StartError> {
    if let Some(row) = node.store.read_home(home).await?
        && row.incarnation.is_some()
    {
        let after = HomeRow { incarnation: None, beat: row.beat + 1, ..row.clone() };
        node.store.swap_home(&row, &after).await?;
    }
    Ok(())
}

/// Raises the epoch of the node's home, before it is claimed, to the highest of all homes, if nobody owns it: users of other
/// homes can be assigned to it then, for whatever it writes is numbered after all that they have stored.
async fn rise_above_others(node: &Node, home: &HomeName) -> Result<(), StartError> {
    let (_, seen) = EpochFile::open(&node.config.node.data_dir, home)?;
    let mut highest = Epoch(0);
    for other in node.peers.nodes().iter().filter(|other| other.name != *home) {
        let row = node.store.read_home(&other.name).await?;
        highest = highest.max(row.map_or(Epoch(0), |row| row.epoch));
    }
    match node.store.read_home(home).await? {
        None if highest > Epoch(0) && seen == Epoch(0) => {
            let settings = node.pair.promises().ownership(home.clone(), node.name(), false);
            let row = HomeRow {
                home: home.clone(),
                owner: home.as_str().to_owned(),
                incarnation: None,
                epoch: highest,
                beat: 1,
                replica: None,
                grant_seconds: u32::try_from(settings.grant.as_secs()).unwrap_or(u32::MAX),
            };
            node.store.insert_home(&row).await?;
        }
        // A replica is good for the epoch under which it was made, so who holds one must find the row as it is. And a
        // database that has lost writes must show that it has.
        Some(row)
            if row.incarnation.is_none()
                && row.replica.is_none()
                && row.epoch < highest
                && row.epoch >= seen =>
        {
            let after = HomeRow { epoch: highest, beat: row.beat + 1, ..row.clone() };
            node.store.swap_home(&row, &after).await?;
        }
        _ => {}
    }
    Ok(())
}

fn certificates(config: &Config) -> Result<Certificates, TlsError> {
    let folder = &config.node.data_dir;
    if let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) {
        return Certificates::load(certificate, key);
    }
    let (certificate, key) = (folder.join("self-signed.crt"), folder.join("self-signed.key"));
    if ensure_self_signed(&certificate, &key, &config.node.domains)? {
        let certificate = certificate.display();
        tracing::warn!(%certificate, "a self-signed certificate was made; clients must be told to trust it");
    }
    Certificates::load(&certificate, &key)
}

/// What clients are offered, with TLS and without. The secret is the cluster's, so that all nodes look the same.
async fn offers(config: &Config, store: &Database) -> Result<(Arc<Offer>, Arc<Offer>), StartError> {
    let fresh: [u8; SECRET_BYTES] = random::bytes();
    let fresh: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    let agreed = store.setting_or_insert(OFFER_SECRET, &fresh).await?;
    let mut secret = [0; SECRET_BYTES];
    for (byte, digits) in secret.iter_mut().zip(agreed.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).map_err(|_| StartError::Secret)?;
    }
    let offer = |plain: bool| {
        let domains = config.node.domains.iter().map(|domain| domain.domain().to_owned()).collect();
        let mut offer = Offer::new(domains, secret);
        let bytes = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        offer.max_bytes = bytes(config.limits.stanza_bytes);
        offer.max_bytes_before_sign_in = bytes(config.limits.stanza_bytes_before_signin);
        offer.idle_seconds = u32::try_from(config.session.idle.as_secs()).ok();
        offer.token_lifetime = std::time::Duration::from_secs(u64::from(config.signin.token_days) * 86_400);
        offer.allow_plain_text = plain;
        offer.features.extend(disco::capabilities());
        Arc::new(offer)
    };
    Ok((offer(false), offer(true)))
}

/// The ports, opened before the home is claimed: a second process of this node fails here.
struct Listeners {
    clients: Vec<(TcpListener, Security)>,
    http: Vec<TcpListener>,
    https: Vec<TcpListener>,
    link: Vec<TcpListener>,
    names: Vec<String>,
}

impl Listeners {
    fn open(config: &Config) -> Result<Self, StartError> {
        let open = |address: SocketAddr| {
            listener::bind(address).map_err(|error| StartError::Listen { address, error })
        };
        let mut names = Vec::new();
        let mut name = |kind: &str, listener: &TcpListener| {
            if let Ok(address) = listener.local_addr() {
                names.push(format!("{kind} {address}"));
            }
        };
        let listen = &config.listen;
        let mut clients = Vec::new();
        let kinds = [
            (&listen.c2s, Security::StartTls, "c2s"),
            (&listen.c2s_tls, Security::DirectTls, "c2s_tls"),
            (&listen.c2s_plain, Security::Plain, "c2s_plain"),
        ];
        for (addresses, security, kind) in kinds {
            for address in addresses {
                let listener = open(*address)?;
                name(kind, &listener);
                clients.push((listener, security));
            }
        }
        let (mut http, mut https, mut link) = (Vec::new(), Vec::new(), Vec::new());
        for (addresses, listeners, kind) in [
            (&listen.http, &mut http, "http"),
            (&listen.https, &mut https, "https"),
            (&config.link.listen, &mut link, "link"),
        ] {
            for address in addresses {
                let listener = open(*address)?;
                name(kind, &listener);
                listeners.push(listener);
            }
        }
        Ok(Self { clients, http, https, link, names })
    }
}

fn run(
    node: Arc<Node>,
    (keepers, manager): (TaskTracker, JoinHandle<()>),
    listeners: Listeners,
    token: AdminToken,
    options: Options,
) -> Server {
    let stop = node.stopping.clone();
    let (connections, services) = (TaskTracker::new(), TaskTracker::new());
    let limits = &node.config.limits;
    let doorkeeper = Doorkeeper::new(limits.connections, limits.connections_per_address);
    let upgrades = Upgrades::new(node.clone(), doorkeeper.clone(), connections.clone());
    let admin = Arc::new(Admin::new(node.clone(), listeners.names.clone()));
    let console = console(&node, admin.clone(), upgrades, token, options.metrics);
    for (listener, security) in listeners.clients {
        let accept = listener::accept(
            node.clone(),
            listener,
            security,
            doorkeeper.clone(),
            connections.clone(),
            stop.clone(),
        );
        services.spawn(accept);
    }
    if let Some(identity) = node.peers.identity() {
        let (others, stopping) = (node.clone(), stop.clone());
        let peers = move || others.peers.all();
        tokio::spawn(everpresent_link::pki::watch(identity.clone(), peers, stopping));
        for listener in listeners.link {
            let service = Arc::new(LinkService(node.clone()));
            // Ended last of all: the partner is told what happens until the very end.
            let ended = node.link_stopping.clone();
            tokio::spawn(everpresent_link::listen(listener, identity.clone(), service, ended));
        }
    }
    for listener in listeners.http {
        let (console, stop) = (console.clone(), stop.clone());
        services.spawn(async move {
            if let Err(error) = console.listen(listener, stop.cancelled_owned()).await {
                tracing::error!(%error, "an HTTP listener ended");
            }
        });
    }
    for listener in listeners.https {
        services.spawn(crate::https::listen(
            console.clone(),
            node.certificates.clone(),
            listener,
            stop.clone(),
        ));
    }
    services.spawn(crate::moves::follow(node.clone(), stop.clone()));
    let group = tokio::spawn(pair::watch_group(node.clone(), keepers.clone()));
    let tickets = node.clone();
    let tickets = tokio::spawn(async move { crate::tls::tickets::agree_forever(&tickets).await });
    let mut helpers = Monitor::run(&node);
    helpers.extend([manager, group, tickets]);
    let tasks = Tasks { stop, connections, services, keepers, helpers };
    Server::new(node, admin, tasks, listeners.names)
}

fn console(
    node: &Arc<Node>,
    admin: Arc<Admin>,
    upgrades: Upgrades,
    token: AdminToken,
    metrics: Option<PrometheusHandle>,
) -> Console {
    let config = &node.config;
    let settings = Settings {
        admin_allow_remote: config.admin.allow_remote,
        metrics_allow_remote: config.metrics.allow_remote,
        websocket_allow_plain_remote: config.websocket.allow_plain_remote,
        websocket_url: config.websocket.url.clone(),
        websocket_message_bytes: config.limits.stanza_bytes,
    };
    let labels = node.clone();
    let parts = Parts {
        administration: admin,
        websockets: config.websocket.enabled.then(|| Arc::new(upgrades) as _),
        metrics: metrics.filter(|_| config.metrics.enabled),
        token,
        label: Arc::new(move |jid| labels.redacted(jid.as_str())),
    };
    Console::new(settings, parts)
}
