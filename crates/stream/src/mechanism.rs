//! The SASL mechanisms, and which of them a channel is offered.

use crate::binding::{BindingKind, Channel};
use crate::scram::ScramHash;

/// A SASL mechanism that this server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// SCRAM (RFC 5802, RFC 7677).
    Scram {
        /// Its hash function.
        hash: ScramHash,
        /// With channel binding.
        plus: bool,
    },
    /// The password itself (RFC 4616), inside TLS only.
    Plain,
    /// A one-time sign-in token bound to the channel, hashed with SHA-256 (XEP-0484, draft-schmaus-kitten-sasl-ht).
    HashedToken(BindingKind),
}

impl Mechanism {
    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scram { hash: ScramHash::Sha1, plus: false } => "SCRAM-SHA-1",
            Self::Scram { hash: ScramHash::Sha1, plus: true } => "SCRAM-SHA-1-PLUS",
            Self::Scram { hash: ScramHash::Sha256, plus: false } => "SCRAM-SHA-256",
            Self::Scram { hash: ScramHash::Sha256, plus: true } => "SCRAM-SHA-256-PLUS",
            Self::Scram { hash: ScramHash::Sha512, plus: false } => "SCRAM-SHA-512",
            Self::Scram { hash: ScramHash::Sha512, plus: true } => "SCRAM-SHA-512-PLUS",
            Self::Plain => "PLAIN",
            Self::HashedToken(BindingKind::Exporter) => "HT-SHA-256-EXPR",
            Self::HashedToken(BindingKind::EndPoint) => "HT-SHA-256-ENDP",
        }
    }

    /// The mechanisms for passwords on this channel, strongest first: SCRAM, with -PLUS where there is a channel
    /// binding, and PLAIN inside TLS. Empty without TLS unless `allow_plain_text`.
    pub fn for_passwords(channel: &Channel, allow_plain_text: bool) -> Vec<Self> {
        let Some(bindings) = &channel.tls else {
            return if allow_plain_text { scram(false) } else { Vec::new() };
        };
        let mut mechanisms = if bindings.is_empty() { Vec::new() } else { scram(true) };
        mechanisms.extend(scram(false));
        mechanisms.push(Self::Plain);
        mechanisms
    }

    /// The mechanisms for tokens on this channel. There is none without channel binding: who overhears a token's use
    /// could repeat it.
    pub fn for_tokens(channel: &Channel) -> Vec<Self> {
        channel.tls.iter().flat_map(|bindings| bindings.kinds()).map(Self::HashedToken).collect()
    }
}

impl std::fmt::Display for Mechanism {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

fn scram(plus: bool) -> Vec<Mechanism> {
    let strongest_first = ScramHash::ALL.into_iter().rev();
    strongest_first.map(|hash| Mechanism::Scram { hash, plus }).collect()
}
