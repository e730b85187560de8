//! How a server is reached over SSH.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use crate::secret::SecretSource;

/// How a server is reached over SSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Who signs in.
    pub user: String,
    /// By what.
    pub authentication: Authentication,
    /// Algorithms that are not offered to others any more, for old servers.
    pub older_algorithms: Vec<OlderAlgorithm>,
}

/// By what a client signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// A password.
    Password(SecretSource),
    /// A private key in a file, and what it is encrypted with.
    Key {
        /// The file, in OpenSSH's or a PEM format.
        file: PathBuf,
        /// Its passphrase, if it has one.
        passphrase: Option<SecretSource>,
    },
    /// The keys of the agent whose socket is in `SSH_AUTH_SOCK`; only the first is tried.
    Agent,
}

/// An algorithm that is used only where the inventory names it: each is broken or close to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum OlderAlgorithm {
    /// Host keys signed with SHA-1.
    #[serde(rename = "ssh-rsa")]
    SshRsa,
    /// Key exchange in a group of 2048 bits with SHA-1.
    #[serde(rename = "diffie-hellman-group14-sha1")]
    Group14Sha1,
    /// Key exchange in a group of 1024 bits with SHA-1.
    #[serde(rename = "diffie-hellman-group1-sha1")]
    Group1Sha1,
    /// Key exchange in a group of the server's choice with SHA-1.
    #[serde(rename = "diffie-hellman-group-exchange-sha1")]
    GroupExchangeSha1,
    /// AES in CBC mode, 128 bits.
    #[serde(rename = "aes128-cbc")]
    Aes128Cbc,
    /// AES in CBC mode, 256 bits.
    #[serde(rename = "aes256-cbc")]
    Aes256Cbc,
    /// Message authentication with SHA-1.
    #[serde(rename = "hmac-sha1")]
    HmacSha1,
}

impl Access {
    /// Where it is, as known_hosts writes it: the port is named if it is not 22.
    pub fn known_as(&self) -> String {
        known_as(&self.host, self.port)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.known_as())
    }
}

/// A host as known_hosts writes it.
pub(crate) fn known_as(host: &str, port: u16) -> String {
    if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") }
}
