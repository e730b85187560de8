//! An invitation: what a new node must know to join.

use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::invitations::record;
use super::{Authority, Fingerprint, Identity, PkiError, check_node_name};

/// How every token begins: the kind and its version.
const PREFIX: &str = "ep1.";
/// Length of the secret.
pub(crate) const SECRET_BYTES: usize = 32;
/// Length of what tells a slip of the pen.
const CHECK_BYTES: usize = 4;
/// Longest address: that of a host name and a port.
const MAX_ADDRESS_BYTES: usize = 255;

/// What a new node must know to join. As text ([`Invitation::token`]) it is a secret for an hour, or until it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Where the inviting node listens, as host:port.
    pub address: String,
    /// Its name, which it proves.
    pub inviter: String,
    /// Who is invited.
    pub node: String,
    /// By which the cluster is known.
    pub authority: Fingerprint,
    pub(super) secret: Zeroizing<[u8; SECRET_BYTES]>,
}

/// The secret stays out of logs.
impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("node", &self.node)
            .field("inviter", &self.inviter)
            .finish_non_exhaustive()
    }
}

impl Invitation {
    /// Invites a node: `dir` is the folder of this one, `address` (host:port) is where the new node reaches it.
    ///
    /// # Errors
    /// [`PkiError::NoAuthority`] on a node that does not hold the cluster's key.
    pub fn create(dir: &Path, node: &str, address: &str, now: SystemTime) -> Result<Self, PkiError> {
        check_node_name(node)?;
        check_address(address)?;
        let authority = Authority::load(dir)?.fingerprint();
        let inviter = Identity::load(dir)?.node().to_string();
        if node == inviter {
            return Err(PkiError::Exists { path: dir.into() });
        }
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(secret.as_mut()).map_err(|error| PkiError::Certificate(error.to_string()))?;
        record(dir, &*secret, node, now)?;
        Ok(Self { address: address.to_owned(), inviter, node: node.to_owned(), authority, secret })
    }

    /// As text, to be given to `everpresent cluster join`.
    pub fn token(&self) -> String {
        let mut bytes = Zeroizing::new(Vec::new());
        for text in [&self.address, &self.inviter, &self.node] {
            // Each was checked to be shorter than 256 bytes.
            bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&*self.secret);
        bytes.extend_from_slice(&self.authority.0);
        let check = Sha256::digest(&*bytes);
        bytes.extend_from_slice(&check[..CHECK_BYTES]);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*bytes))
    }

    /// Reads what [`Invitation::token`] writes.
    ///
    /// # Errors
    /// [`PkiError::Token`] if it is not whole.
    pub fn parse(token: &str) -> Result<Self, PkiError> {
        let body = token.trim().strip_prefix(PREFIX).ok_or(PkiError::Token("it must begin with ep1."))?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map(Zeroizing::new);
        let bytes =
            bytes.map_err(|_| PkiError::Token("it holds a character that no token has, or ends early"))?;
        let (content, check) =
            bytes.split_last_chunk::<CHECK_BYTES>().ok_or(PkiError::Token("it is too short"))?;
        if Sha256::digest(content)[..CHECK_BYTES] != *check {
            return Err(PkiError::Token("a part is missing or mistyped"));
        }
        read(content)
            .filter(|invitation| {
                let names = [&invitation.node, &invitation.inviter];
                check_address(&invitation.address).is_ok()
                    && names.iter().all(|name| check_node_name(name).is_ok())
            })
            .ok_or(PkiError::Token("it was made by another release"))
    }
}

fn read(content: &[u8]) -> Option<Invitation> {
    let (address, rest) = read_text(content)?;
    let (inviter, rest) = read_text(rest)?;
    let (node, rest) = read_text(rest)?;
    let (secret, rest) = rest.split_first_chunk::<SECRET_BYTES>()?;
    let authority = Fingerprint(rest.try_into().ok()?);
    Some(Invitation { address, inviter, node, authority, secret: Zeroizing::new(*secret) })
}

fn read_text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (text, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((str::from_utf8(text).ok()?.to_owned(), rest))
}

/// An address that another node can use.
fn check_address(address: &str) -> Result<(), PkiError> {
    let parts = address.rsplit_once(':').filter(|(host, port)| {
        let unspecified =
            host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_unspecified());
        !host.is_empty() && !unspecified && port.parse::<u16>().is_ok_and(|port| port != 0)
    });
    if parts.is_some() && address.len() <= MAX_ADDRESS_BYTES {
        Ok(())
    } else {
        Err(PkiError::Address { address: address.to_owned() })
    }
}
