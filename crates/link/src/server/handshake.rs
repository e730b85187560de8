//! The TLS handshake: who is there, and what for.

use std::io;
use std::sync::Arc;

use rustls::server::Acceptor;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::pki::{Identity, node_name};
use crate::transport::{Lane, set_options};

/// Whoever connected.
pub(super) struct Visitor {
    pub(super) stream: TlsStream<TcpStream>,
    pub(super) lane: Lane,
    /// The name in its certificate; nobody's only if it can do nothing but ask to join.
    pub(super) peer: Option<Arc<str>>,
}

/// Does the handshake. Without a certificate of the cluster it succeeds only for [`Lane::Join`].
pub(super) async fn shake(stream: TcpStream, identity: &Identity) -> io::Result<Visitor> {
    set_options(&stream)?;
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let wanted = start.client_hello().alpn().and_then(|mut names| names.find_map(Lane::of_protocol));
    let lane = wanted.ok_or_else(|| io::Error::other("it does not say what the connection is for"))?;
    if lane == Lane::Join {
        let stream = start.into_stream(identity.join_settings()).await?;
        return Ok(Visitor { stream, lane, peer: None });
    }
    let stream = start.into_stream(identity.server_settings()).await?;
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let certificate = certificate.ok_or_else(|| io::Error::other("it shows no certificate"))?;
    let peer = node_name(certificate).map_err(io::Error::other)?;
    Ok(Visitor { stream, lane, peer: Some(peer.into()) })
}
