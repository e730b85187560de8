//! What one line is worth, by the way on which it came.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use crate::sources::Origin;

/// What is known of a server, and of who may speak for it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its name and names in logs, in lower case, and its addresses as text.
    pub names: &'a BTreeSet<String>,
    /// Its addresses.
    pub addresses: &'a BTreeSet<IpAddr>,
    /// Collectors that pass on the lines of others.
    pub relays: &'a BTreeSet<IpAddr>,
    /// Whether the file that a line stands in is good enough by itself.
    pub trust_files: bool,
}

/// The kinds of ways on which a line comes. Two of the same kind are not two sources: who can forge one can forge the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file.
    File,
    /// A datagram.
    Udp,
    /// A connection in clear.
    Tcp,
    /// TLS without a certificate.
    TlsAnonymous,
    /// TLS with a certificate.
    TlsCertificate,
    /// The log on the server itself.
    Mmp,
}

/// What one line is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// It is enough by itself.
    Good(Reason),
    /// It counts if a second source of another kind tells the same.
    Half(Reason),
    /// It counts for nothing but alerts.
    Nothing(Reason),
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It was read on the server itself.
    OnTheServer,
    /// A certificate of the server.
    OwnCertificate,
    /// A certificate of a relay of the inventory.
    RelayCertificate,
    /// A file that the inventory names.
    NamedFile,
    /// A file that the inventory does not name for the server, or it says that files are not enough.
    DoubtedFile,
    /// The log of another server: it may name anybody.
    AnothersLog,
    /// The sender's address is right, and can be forged or taken.
    AddressOnly(Kind, IpAddr),
    /// A certificate, but neither of the server nor of a relay.
    OtherCertificate(IpAddr),
    /// The address belongs to nobody in the inventory.
    UnknownAddress(IpAddr),
}

impl Kind {
    /// The kind of an origin.
    pub fn of(origin: &Origin) -> Self {
        match origin {
            Origin::File(_) => Self::File,
            Origin::Udp(_) => Self::Udp,
            Origin::Tcp(_) => Self::Tcp,
            Origin::Tls { certificate: None, .. } => Self::TlsAnonymous,
            Origin::Tls { certificate: Some(_), .. } => Self::TlsCertificate,
            Origin::Mmp(_) => Self::Mmp,
        }
    }
}

impl Worth {
    /// What a line about a server is worth that came on this way.
    pub fn of(origin: &Origin, known: Known<'_>) -> Self {
        let address = match origin {
            Origin::Mmp(server) if known.names.contains(&server.to_lowercase()) => {
                return Self::Good(Reason::OnTheServer);
            }
            Origin::Mmp(_) => return Self::Nothing(Reason::AnothersLog),
            Origin::File(_) if known.trust_files => return Self::Good(Reason::NamedFile),
            Origin::File(_) => return Self::Half(Reason::DoubtedFile),
            Origin::Udp(from) | Origin::Tcp(from) | Origin::Tls { from, .. } => *from,
        };
        let (own, relay) = (known.addresses.contains(&address), known.relays.contains(&address));
        if !own && !relay {
            return Self::Nothing(Reason::UnknownAddress(address));
        }
        let Origin::Tls { certificate: Some(certificate), .. } = origin else {
            return Self::Half(Reason::AddressOnly(Kind::of(origin), address));
        };
        let shown = address.to_string();
        if own && certificate.names.iter().any(|name| known.names.contains(name)) {
            Self::Good(Reason::OwnCertificate)
        } else if relay && certificate.names.contains(&shown) {
            Self::Good(Reason::RelayCertificate)
        } else {
            Self::Half(Reason::OtherCertificate(address))
        }
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Good(reason) | Self::Half(reason) | Self::Nothing(reason) => reason,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "a file",
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::TlsAnonymous => "TLS without a certificate",
            Self::TlsCertificate => "TLS with a certificate",
            Self::Mmp => "the MMP",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnTheServer => {
                f.write_str("it was read on the server itself, over SSH with its known host key")
            }
            Self::OwnCertificate => {
                f.write_str("it came over TLS with a certificate of the server, from its address")
            }
            Self::RelayCertificate => {
                f.write_str("it came over TLS with a certificate of a relay of the inventory")
            }
            Self::NamedFile => f.write_str("it stands in a log file that the inventory names"),
            Self::DoubtedFile => f.write_str(
                "it stands in a log file that is not one of the server's, or `trust_files` is false",
            ),
            Self::AnothersLog => {
                f.write_str("it stands in the log of another server, which may name anybody")
            }
            Self::AddressOnly(Kind::Udp, from) => {
                write!(f, "it came in a datagram from {from}, and anybody can write that address into one")
            }
            Self::AddressOnly(kind, from) => {
                write!(f, "it came by {kind} from {from}, and nothing but the address tells who that is")
            }
            Self::OtherCertificate(from) => {
                write!(f, "it came over TLS from {from} with a certificate for other names than the server's")
            }
            Self::UnknownAddress(from) => {
                write!(f, "it came from {from}, which is no address of the inventory")
            }
        }
    }
}
