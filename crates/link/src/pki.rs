//! The certificates of a cluster: who issues them, how a node gets its first one, how it gets the next.
//!
//! One node makes the cluster ([`establish`]) and keeps its key. It invites others ([`Invitation::create`]); the token goes
//! to the new node by a way that people trust, once. The new node connects ([`join`]), knows by the token that it speaks
//! with the right cluster, shows the secret and gets a certificate for the name it was invited under ([`admit`]). A
//! certificate stands for a year; [`renew`] gets the next one, and [`Identity`] takes it into use without a restart.
//!
//! All of it lives in one folder: `cluster-ca.crt`, `node.crt`, `node.key`, and on the node that made the cluster
//! `cluster-ca.key` and `invitations`. Keys and invitations are readable for their owner only.

mod authority;
mod error;
mod files;
mod identity;
mod invitation;
mod invitations;
mod join;
mod key;
mod names;
mod renewal;
mod settings;
mod verify;

pub use authority::{Authority, establish};
pub use error::PkiError;
pub use files::{AUTHORITY_CERTIFICATE, AUTHORITY_KEY, INVITATIONS, NODE_CERTIFICATE, NODE_KEY};
pub use identity::Identity;
pub use invitation::Invitation;
pub use invitations::{OpenInvitation, open_invitations};
pub use join::{JoinRequest, admit, join};
pub use key::{NodeKey, SigningRequest};
pub use names::{check_node_name, node_name};
pub use renewal::{Renewal, renew, renew_for, renew_here, renew_if_due, watch};

use std::fmt;

use sha2::{Digest, Sha256};

/// How long the cluster's own certificate stands, in days.
pub const AUTHORITY_DAYS: u64 = 3_650;
/// How long a node's certificate stands, in days.
pub const NODE_DAYS: u64 = 365;
/// How far the clocks of two nodes may differ when a certificate is new, in minutes.
pub const CLOCK_TOLERANCE_MINUTES: u64 = 60;
/// How long an invitation stands, in minutes.
pub const INVITATION_MINUTES: u64 = 60;
/// Open invitations at once.
pub const MAX_INVITATIONS: usize = 64;

/// What a node gets: its certificate and the cluster's, both DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates {
    /// The node's.
    pub node: Vec<u8>,
    /// The one that it was issued under.
    pub authority: Vec<u8>,
}

/// SHA-256 of the cluster's certificate: by it a new node knows the right cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate (DER).
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
