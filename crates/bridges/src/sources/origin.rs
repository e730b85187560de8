//! A line, and what is known of who sent it.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

/// One line as a source gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who sent it, as far as the source can know.
    pub origin: Origin,
    /// When it arrived here.
    pub received: Timestamp,
    /// Whether it arrived when it was written, as far as can be known: not when a file is read for the first time. Only such
    /// lines tell something about the sender's clock.
    pub live: bool,
    /// The line without its end; at most [`super::MAX_LINE_BYTES`].
    pub bytes: Box<[u8]>,
}

/// Who sent a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// It stood in a file.
    File(Arc<Path>),
    /// It came in a datagram. Anybody can write any sender's address into one.
    Udp(IpAddr),
    /// It came over a TCP connection: the peer answers at this address, and nothing protected the line on its way.
    Tcp(IpAddr),
    /// It came over TLS.
    Tls {
        /// The peer.
        from: IpAddr,
        /// The certificate that the peer showed, checked against the authorities of the source.
        certificate: Option<Arc<ClientCertificate>>,
    },
    /// It was read from the log on the server itself, over SSH with a known host key.
    Mmp(Arc<str>),
}

/// What is kept of a client's certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientCertificate {
    /// DNS names, in lower case, and addresses that it is for.
    pub names: Vec<String>,
}

impl Origin {
    /// The address of the peer, if there is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Udp(from) | Self::Tcp(from) | Self::Tls { from, .. } => Some(*from),
            Self::File(_) | Self::Mmp(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Udp(from) => write!(f, "UDP from {from}"),
            Self::Tcp(from) => write!(f, "TCP from {from}"),
            Self::Tls { from, certificate: None } => write!(f, "TLS from {from}"),
            Self::Tls { from, certificate: Some(_) } => write!(f, "TLS with a certificate from {from}"),
            Self::Mmp(server) => write!(f, "MMP of {server}"),
        }
    }
}
