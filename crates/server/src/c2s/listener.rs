//! Accepting client connections, within bounds.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admission::Turn;
use super::connection::{self, limits_before_sign_in};
use super::negotiate::Negotiated;
use super::pace::Pace;
use super::tcp::TcpWire;
use super::wire::Wire;
use crate::node::Node;

/// How long to wait when the system refuses to accept (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Connections that the system may hold ready for us.
const BACKLOG: i32 = 4096;

/// What a listener expects of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain at first; STARTTLS is required.
    StartTls,
    /// TLS from the first byte.
    DirectTls,
    /// No TLS, on loopback only.
    Plain,
}

/// Connections that exist, all and by address.
#[derive(Debug, Clone)]
pub struct Doorkeeper {
    counts: Arc<Mutex<Counts>>,
    most: usize,
    most_per_address: usize,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    counts: Arc<Mutex<Counts>>,
    address: IpAddr,
}

impl Doorkeeper {
    /// Lets in so many connections, and so many from one address.
    pub fn new(most: usize, most_per_address: usize) -> Self {
        Self { counts: Arc::default(), most, most_per_address }
    }

    /// Whether there is a place for a connection from this address.
    pub fn admit(&self, address: IpAddr) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= self.most {
            return None;
        }
        let from_address = counts.by_address.entry(address).or_default();
        if *from_address >= self.most_per_address {
            return None;
        }
        *from_address += 1;
        counts.all += 1;
        metrics::gauge!("everpresent_connections").set(count_f64(counts.all));
        Some(Place { counts: self.counts.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(count) = counts.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.address);
            }
        }
        metrics::gauge!("everpresent_connections").set(count_f64(counts.all));
    }
}

/// A count as a gauge shows it.
pub fn count_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Opens a port.
///
/// # Errors
/// When the address cannot be bound.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts clients until the node stops.
pub async fn accept(
    node: Arc<Node>,
    listener: TcpListener,
    security: Security,
    doorkeeper: Doorkeeper,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = doorkeeper.admit(peer.ip()) else {
                    metrics::counter!("everpresent_connections_refused_total").increment(1);
                    continue;
                };
                prepare(&node, &stream);
                let node = node.clone();
                tasks.spawn(async move {
                    serve(node, stream, peer, security).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Small stanzas are sent at once, and a peer that does not acknowledge what TCP sends is noticed.
fn prepare(node: &Node, stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let timeout = node.config.session.idle + node.config.session.answer;
    let prepared = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(timeout)));
    if let Err(error) = prepared {
        tracing::debug!(%error, "a socket option could not be set");
    }
}

async fn serve(node: Arc<Node>, stream: TcpStream, peer: SocketAddr, security: Security) {
    let limits = limits_before_sign_in(&node);
    let pace = Pace::new(node.config.limits.bytes_per_second);
    let mut wire = TcpWire::plain(stream, peer, limits, pace);
    if security == Security::Plain {
        wire.allow_plain_text();
    }
    let spoken = tokio::select! {
        () = node.stopping.cancelled() => return,
        spoken = timeout(node.config.signin.timeout, wire.spoken()) => spoken,
    };
    if !matches!(spoken, Ok(true)) {
        // It has not asked for anything, so there is nothing to be answered.
        metrics::counter!("everpresent_signin_timeouts_total").increment(u64::from(spoken.is_err()));
        return;
    }
    let turn = node.admission.turn();
    if let Some((wire, signed_in)) = turn.sign_in(sign_in(&node, wire, security, &turn)).await {
        connection::serve(&node, wire, signed_in).await;
    }
}

/// Makes the TLS handshake if it comes first, and signs in.
async fn sign_in(
    node: &Arc<Node>,
    mut wire: TcpWire,
    security: Security,
    turn: &Turn<'_>,
) -> Option<(Wire, Option<Negotiated>)> {
    if security == Security::DirectTls {
        let limits = limits_before_sign_in(node);
        let handshake = tokio::select! {
            () = node.stopping.cancelled() => return None,
            handshake = wire.start_tls(&node.certificates, limits) => handshake,
        };
        if let Err(error) = handshake {
            metrics::counter!("everpresent_tls_failures_total").increment(1);
            tracing::debug!(%error, "tls handshake failed");
            return None;
        }
    }
    let mut wire = Wire::Tcp(Box::new(wire));
    let signed_in = connection::sign_in(node, &mut wire, turn).await;
    Some((wire, signed_in))
}
