//! HTTP: admin API, health, metrics, host-meta and the WebSocket upgrade.
//!
//! The crate knows the server by two traits only: [`Administration`] for what operators do and [`WebSocketService`] for
//! sockets of clients. It owns no listener: the server hands it each accepted connection with what is known about it
//! ([`Connection`]), TLS already taken off, or lets [`Console::listen`] accept plain ones.
//!
//! | path | for | who may ask |
//! |---|---|---|
//! | `/health/live`, `/health/ready` | load balancers, service managers | everybody |
//! | `/metrics` | Prometheus | this machine, or everybody if so set |
//! | `/.well-known/host-meta`, `host-meta.json` | clients that look for the WebSocket (XEP-0156) | everybody |
//! | `/client-profile.json` | clients: when and where to come back after a node has gone | everybody |
//! | `/xmpp-websocket` | clients (RFC 7395) | everybody with TLS; without, this machine or if so set |
//! | `/api/v1/…` | operators and the command line | holders of the token on this machine, or everywhere if so set |
//!
//! Every answer that is not a success has the body `{"error": {"code", "message", "retry"}}`.

pub mod administration;
mod api;
mod audit;
mod client_profile;
mod connection;
mod guard;
mod health;
mod host_meta;
mod refusal;
mod router;
mod serve;
mod token;
mod websocket;

pub use administration::{Administration, Password, Reply, Time};
pub use api::openapi_json;
pub use connection::Connection;
pub use refusal::{Code, ErrorBody, Refusal};
pub use router::{Console, Parts, Settings};
pub use token::{AdminToken, TokenError};
pub use websocket::{Message, Utf8Bytes, WebSocket, WebSocketService};
