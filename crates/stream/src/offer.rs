//! What a server offers its clients: the same for all streams of a listener, and for both nodes of a pair.

use std::time::Duration;

use everpresent_stanza::{BareJid, Element};
use jid::DomainPart;
use zeroize::Zeroizing;

use crate::scram::ScramHash;

/// Bytes of the secret of an [`Offer`].
pub const SECRET_BYTES: usize = 32;
/// How long a sign-in token is good for unless configured otherwise.
pub const DEFAULT_TOKEN_LIFETIME_DAYS: u64 = 21;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Settings of negotiation.
pub struct Offer {
    /// The domains that users sign in to; the first one names the server to those who asked for none of them.
    pub domains: Vec<DomainPart>,
    /// Whether a TCP stream without TLS can start TLS (RFC 6120 §5).
    pub start_tls: bool,
    /// Whether users may sign in without TLS, with SCRAM only. For listeners on loopback.
    pub allow_plain_text: bool,
    /// The largest first-level element before sign-in, in bytes (XEP-0478).
    pub max_bytes_before_sign_in: u32,
    /// The largest first-level element after sign-in, in bytes (XEP-0478).
    pub max_bytes: u32,
    /// After how many silent seconds a client is checked (XEP-0478); `None` if never.
    pub idle_seconds: Option<u32>,
    /// How long a new sign-in token is good for (XEP-0484). It is replaced when half of that is over.
    pub token_lifetime: Duration,
    /// More features to show after sign-in, such as entity capabilities (XEP-0115 §6.3).
    pub features: Vec<Element>,
    secret: Zeroizing<[u8; SECRET_BYTES]>,
}

impl Offer {
    /// The usual offer. `secret` is random, never changes, and is the same on all nodes: users who do not exist, and
    /// resources of installations, look the same wherever a client comes in.
    pub fn new(domains: Vec<DomainPart>, secret: [u8; SECRET_BYTES]) -> Self {
        Self {
            domains,
            start_tls: true,
            allow_plain_text: false,
            max_bytes_before_sign_in: 16 * 1024,
            max_bytes: 256 * 1024,
            idle_seconds: None,
            token_lifetime: Duration::from_secs(DEFAULT_TOKEN_LIFETIME_DAYS * SECONDS_PER_DAY),
            features: Vec::new(),
            secret: Zeroizing::new(secret),
        }
    }

    /// The domain of this name, if it is one of ours.
    pub(crate) fn domain(&self, name: &str) -> Option<&DomainPart> {
        let name = DomainPart::new(name).ok()?;
        self.domains.iter().find(|domain| domain.as_str() == name.as_str())
    }

    /// The key from which credentials of users who do not exist are made.
    pub(crate) fn fake_secret(&self) -> Vec<u8> {
        ScramHash::Sha256.hmac(&*self.secret, &[b"fake credentials"])
    }

    /// The part of a Bind 2 resource that stands for a client installation: always the same, and without the
    /// installation's id in it (XEP-0386 §3.2.1).
    pub(crate) fn stable_resource(&self, user: &BareJid, user_agent: &str, tag: &str) -> Vec<u8> {
        let key = ScramHash::Sha256.hmac(&*self.secret, &[b"resource"]);
        let user = user.as_str().as_bytes();
        ScramHash::Sha256.hmac(&key, &[user, b"\0", user_agent.as_bytes(), b"\0", tag.as_bytes()])
    }
}

/// The secret stays out of logs.
impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("domains", &self.domains).finish_non_exhaustive()
    }
}
