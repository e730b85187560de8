//! Node to node: gRPC over mutual TLS, and the certificates of a cluster.
//!
//! - [`listen`] takes connections of other nodes and hands their streams to a [`Service`].
//! - [`Peer`] opens streams to another node. Each stream is a [`Duplex`] of domain messages: [`control`], [`replication`],
//!   [`delivery`] and [`carry`].
//! - [`pki`] makes and keeps the certificates by which nodes know each other, and lets a new node join.
//!
//! This is the only crate that knows protobuf (`proto/everpresent/link/v1`): everything is converted at its edge, and
//! whatever bytes come in make a message or an error, never a panic.

pub mod carry;
mod codec;
pub mod control;
mod convert;
pub mod delivery;
pub mod duplex;
mod error;
pub mod order;
mod peer;
pub mod pki;
pub mod replication;
mod server;
mod service;
mod transport;
mod wire;

pub use duplex::{Duplex, Incoming};
pub use error::LinkError;
pub use peer::Peer;
pub use server::listen;
pub use service::{Handled, Service};
pub use transport::limits;
