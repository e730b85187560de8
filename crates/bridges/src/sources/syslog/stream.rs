//! Syslog over TCP, with or without TLS: a listener and its connections.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::super::{Inlet, Origin};
use super::admission::Admission;
use super::connection::{CutError, Limits, serve};
use super::tls;

/// Connections of each address.
type Counts = Arc<Mutex<BTreeMap<IpAddr, usize>>>;

/// Takes connections until an error of the listener itself. With an acceptor each of them must begin with TLS.
///
/// # Errors
/// What the system says about the listener.
pub async fn run(
    listener: &TcpListener,
    acceptor: Option<TlsAcceptor>,
    admission: &Admission,
    limits: Limits,
    inlet: &Inlet,
) -> std::io::Result<()> {
    inlet.status().set_open();
    let counts = Counts::default();
    // Connections end with this task.
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // The peer was gone before it was taken.
                Err(error) if is_of_connection(&error) => continue,
                Err(error) => return Err(error),
            },
            Some(_) = connections.join_next() => continue,
        };
        let from = peer.ip().to_canonical();
        let place = if admission.takes(from) { Place::take(&counts, from, &limits) } else { None };
        let Some(place) = place else {
            inlet.status().count_refused();
            continue;
        };
        let (acceptor, inlet) = (acceptor.clone(), inlet.clone());
        connections.spawn(async move {
            converse(stream, peer, acceptor, limits, &inlet).await;
            drop(place);
        });
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    inlet: &Inlet,
) {
    let (from, source) = (peer.ip().to_canonical(), inlet.status().name().to_owned());
    // A peer whose machine is gone says nothing; the system asks.
    let _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(limits.idle / 3));
    let ended = match acceptor {
        None => serve(stream, &Origin::Tcp(from), &limits, inlet).await,
        Some(acceptor) => match timeout(limits.handshake, acceptor.accept(stream)).await {
            Err(_) => Err(CutError::Handshake(format!("not over after {} s", limits.handshake.as_secs()))),
            Ok(Err(error)) => Err(CutError::Handshake(error.to_string())),
            Ok(Ok(stream)) => {
                let certificate = tls::shown(stream.get_ref().1).map(Arc::new);
                serve(stream, &Origin::Tls { from, certificate }, &limits, inlet).await
            }
        },
    };
    let Err(error) = ended else { return };
    // That a peer went without a good-bye is no refusal.
    if !matches!(error, CutError::Read(_)) {
        inlet.status().count_refused();
    }
    tracing::info!(source, %from, %error, "a syslog connection ended early");
}

fn is_of_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

/// One connection's place among those that are allowed, given back when it ends.
struct Place {
    counts: Counts,
    from: IpAddr,
}

impl Place {
    fn take(counts: &Counts, from: IpAddr, limits: &Limits) -> Option<Self> {
        let mut held = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = held.values().sum();
        let own = held.get(&from).copied().unwrap_or(0);
        if all >= limits.connections || own >= limits.connections_per_address {
            return None;
        }
        held.insert(from, own + 1);
        drop(held);
        Some(Self { counts: counts.clone(), from })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                held.remove(&self.from);
            }
        }
    }
}
