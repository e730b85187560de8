//! From a name to an encrypted connection whose host key was judged.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use russh::SshId;
use russh::client::{Config, Handle, connect_stream};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use super::algorithms;
use super::deadlines::{Deadlines, Phase};
use super::error::SshError;
use super::host_key::{Checker, Ending, Purpose};
use super::known_hosts::{HostKey, KnownHosts};
use crate::inventory::Access;

/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// What this client calls itself (RFC 4253 §4.2).
const CLIENT: &str = concat!("SSH-2.0-Everpresent_", env!("CARGO_PKG_VERSION"));

/// What a connection attempt gives.
pub(super) enum Connected {
    /// The key was right.
    Open(Box<Handle<Checker>>),
    /// The key was only to be seen.
    Seen(Box<HostKey>),
}

/// Connects and exchanges keys.
pub(super) async fn connect(
    access: &Access,
    known_hosts: &Path,
    deadlines: &Deadlines,
    purpose: Purpose,
) -> Result<Connected, SshError> {
    let place = access.known_as();
    let known = KnownHosts::load(known_hosts)?;
    let preferred = algorithms::preferred(&access.older_algorithms, &known.kinds(&access.host, access.port));
    let stream = dial(access, deadlines, &place).await?;
    let config = Config {
        client_id: SshId::Standard(CLIENT.into()),
        preferred,
        // Off in the library: every command would wait 40 ms for an acknowledgement.
        nodelay: true,
        ..Config::default()
    };
    let checker = Checker {
        host: access.host.clone(),
        port: access.port,
        place: place.clone(),
        known,
        file: known_hosts.to_owned(),
        purpose,
    };
    let exchange = connect_stream(Arc::new(config), stream, checker);
    let phase = Phase::KeyExchange;
    match within(deadlines.of(phase), exchange, phase, &place).await? {
        Ok(handle) => Ok(Connected::Open(Box::new(handle))),
        Err(Ending::Seen(key)) => Ok(Connected::Seen(key)),
        Err(Ending::HostKey(error)) => Err(*error),
        Err(Ending::Library(error)) => Err(exchange_failed(error, place)),
    }
}

/// Looks the name up and connects to the first address that answers.
async fn dial(access: &Access, deadlines: &Deadlines, place: &str) -> Result<TcpStream, SshError> {
    let lookup = lookup_host((access.host.as_str(), access.port));
    let found = within(deadlines.resolve, lookup, Phase::Resolve, place).await?;
    let unresolved = |problem: String| SshError::Resolve { place: place.to_owned(), problem };
    let addresses: Vec<SocketAddr> =
        found.map_err(|error| unresolved(error.to_string()))?.take(MAX_ADDRESSES).collect();
    let end = Instant::now() + deadlines.connect;
    let mut last = unresolved("it has no address".to_owned());
    for address in addresses {
        match timeout_at(end, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Set here as well: the library does so only for connections that it makes itself.
                let set = stream.set_nodelay(true);
                set.map_err(|error| SshError::Connect { place: place.to_owned(), error })?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = SshError::Connect { place: place.to_owned(), error },
            Err(_) => {
                return Err(SshError::TimedOut {
                    place: place.to_owned(),
                    phase: Phase::Connect,
                    after: deadlines.connect,
                });
            }
        }
    }
    Err(last)
}

/// Waits so long, and says in which phase it was too long.
pub(super) async fn within<T>(
    time: Duration,
    work: impl Future<Output = T>,
    phase: Phase,
    place: &str,
) -> Result<T, SshError> {
    timeout(time, work).await.map_err(|_| SshError::TimedOut { place: place.to_owned(), phase, after: time })
}

fn exchange_failed(error: russh::Error, place: String) -> SshError {
    match error {
        russh::Error::NoCommonAlgo { kind, theirs, .. } => SshError::NoCommonAlgorithm {
            place,
            kind: format!("{kind:?}").to_lowercase(),
            theirs: printable(&theirs.join(", ")),
        },
        russh::Error::Disconnect | russh::Error::HUP => SshError::Closed { place, phase: Phase::KeyExchange },
        russh::Error::IO(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            SshError::Closed { place, phase: Phase::KeyExchange }
        }
        other => SshError::Protocol { place, phase: Phase::KeyExchange, problem: other.to_string() },
    }
}

/// Longest text of a server within an error, in characters.
const MAX_SHOWN_CHARS: usize = 300;

/// Text of a server, fit for a terminal and a log line.
pub(super) fn printable(text: &str) -> String {
    text.chars().take(MAX_SHOWN_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
