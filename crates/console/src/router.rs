//! What the console is made of, and the table of its paths.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use everpresent_stanza::Jid;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;

use crate::{
    AdminToken, Administration, WebSocketService, api, client_profile, guard, health, host_meta, websocket,
};

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether the admin API answers other machines.
    pub admin_allow_remote: bool,
    /// Whether `/metrics` answers other machines.
    pub metrics_allow_remote: bool,
    /// Whether unencrypted WebSocket connections are taken from other machines.
    pub websocket_allow_plain_remote: bool,
    /// The WebSocket address told in host-meta; nothing: made from the name under which the client asks.
    pub websocket_url: Option<String>,
    /// Largest WebSocket message, in bytes: the largest stanza.
    pub websocket_message_bytes: usize,
}

/// What the console works with.
pub struct Parts {
    /// The server, for operators.
    pub administration: Arc<dyn Administration>,
    /// The server, for clients' WebSockets; nothing switches WebSocket and host-meta off.
    pub websockets: Option<Arc<dyn WebSocketService>>,
    /// The recorder's handle; nothing switches `/metrics` off. Its owner calls `run_upkeep` from time to time.
    pub metrics: Option<PrometheusHandle>,
    /// The token of the admin API.
    pub token: AdminToken,
    /// How a user's address is written in log lines.
    pub label: Arc<dyn Fn(&Jid) -> String + Send + Sync>,
}

/// The HTTP side of a node. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    pub(crate) router: Router,
}

/// What every handler sees.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) parts: Parts,
    /// Places for requests that are being worked on.
    pub(crate) places: Semaphore,
}

pub(crate) type State = axum::extract::State<Arc<Shared>>;

impl Console {
    /// Puts the console together.
    pub fn new(settings: Settings, parts: Parts) -> Self {
        let shared = Arc::new(Shared { settings, parts, places: Semaphore::new(guard::MAX_REQUESTS) });
        let api = api::router(&shared);
        let metrics = Router::new()
            .route("/metrics", get(health::metrics))
            .layer(from_fn_with_state(shared.clone(), guard::metrics_place));
        let router = Router::new()
            .route("/health/live", get(health::live))
            .route("/health/ready", get(health::ready))
            .route("/.well-known/host-meta", get(host_meta::xml))
            .route("/.well-known/host-meta.json", get(host_meta::json))
            .route("/client-profile.json", get(client_profile::json))
            .merge(metrics)
            .merge(api)
            .layer(from_fn_with_state(shared.clone(), guard::bounds))
            // Its own bounds are those of the stream: it is no request that ends.
            .route("/xmpp-websocket", get(websocket::upgrade))
            .method_not_allowed_fallback(guard::method_not_allowed)
            .fallback(guard::not_found)
            .layer(from_fn(guard::know_connection))
            .with_state(shared);
        Self { router }
    }
}
