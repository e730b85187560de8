//! The server's side of SCRAM: first message in, challenge out, final message in, signature out.

use super::ScramHash;
use super::hash::same;
use super::keys::{ScramKeys, proof_fits};
use super::message::{BindingFlag, Gs2Header, ScramError, decode, encode, nonce, unescape, value};
use crate::binding::{BindingKind, ChannelBindings};

/// The client's first message (RFC 5802 §7 `client-first-message`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFirst {
    header: Gs2Header,
    bare: String,
    user: String,
    nonce: String,
}

impl ClientFirst {
    /// Reads it.
    pub fn parse(message: &[u8]) -> Result<Self, ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::Malformed)?;
        let (header, bare) = Gs2Header::parse(message)?;
        let mut attributes = bare.split(',');
        // An `m=` here would be an extension that must be understood; it fails as a user name that is missing.
        let user = unescape(value(attributes.next(), "n")?)?;
        let nonce = nonce(value(attributes.next(), "r")?)?.to_owned();
        Ok(Self { bare: bare.to_owned(), header, user, nonce })
    }

    /// The user name: the local part of the address.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whom the client wants to act as, empty for itself.
    pub fn authorization_identity(&self) -> &str {
        &self.header.authorization_identity
    }

    /// Checks the channel-binding flag against the mechanism and what was offered, and gives back the data that both
    /// ends must have: empty without binding (RFC 5802 §6).
    pub fn binding_data<'a>(
        &self,
        plus: bool,
        offered: Option<&'a ChannelBindings>,
    ) -> Result<&'a [u8], ScramError> {
        match (&self.header.flag, plus) {
            (BindingFlag::Bound(name), true) => BindingKind::from_name(name)
                .and_then(|kind| offered?.data(kind))
                .ok_or(ScramError::BindingNotOffered),
            (BindingFlag::Bound(_), false) | (_, true) => Err(ScramError::BindingFlag),
            (BindingFlag::NotOffered, false) if offered.is_some_and(|offered| !offered.is_empty()) => {
                Err(ScramError::Downgraded)
            }
            (BindingFlag::NotOffered | BindingFlag::Unsupported, false) => Ok(&[]),
        }
    }

    /// Answers it: the challenge to send, and the exchange that waits for the final message. `server_nonce` is random;
    /// `downgrade_hash` is [`super::downgrade_hash`] of what was advertised, `None` to leave that protection out.
    pub fn challenge(
        &self,
        hash: ScramHash,
        keys: ScramKeys,
        binding_data: &[u8],
        server_nonce: &str,
        downgrade_hash: Option<&str>,
    ) -> (ServerExchange, String) {
        let nonce = format!("{}{server_nonce}", self.nonce);
        let mut challenge = format!("r={nonce},s={},i={}", encode(&keys.salt), keys.iterations);
        if let Some(downgrade_hash) = downgrade_hash {
            challenge.push_str(",h=");
            challenge.push_str(downgrade_hash);
        }
        let mut binding = self.header.text.clone().into_bytes();
        binding.extend_from_slice(binding_data);
        let exchange =
            ServerExchange { hash, keys, binding, nonce, messages: format!("{},{challenge}", self.bare) };
        (exchange, challenge)
    }
}

/// An exchange that waits for the client's final message.
pub struct ServerExchange {
    hash: ScramHash,
    keys: ScramKeys,
    /// Header and data that `c=` must hold.
    binding: Vec<u8>,
    nonce: String,
    /// First message and challenge, as far as the proof covers them.
    messages: String,
}

impl ServerExchange {
    /// Checks the final message (RFC 5802 §7 `client-final-message`). If the proof fits, gives back the server's own
    /// proof, `v=…`.
    pub fn finish(&self, message: &[u8]) -> Result<String, ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::Malformed)?;
        let (without_proof, proof) = message.rsplit_once(",p=").ok_or(ScramError::Malformed)?;
        let proof = decode(proof)?;
        let mut attributes = without_proof.split(',');
        let binding = decode(value(attributes.next(), "c")?)?;
        let nonce = value(attributes.next(), "r")?;
        if !same(&binding, &self.binding) {
            return Err(ScramError::BindingDiffers);
        }
        if nonce != self.nonce {
            return Err(ScramError::Malformed);
        }
        let auth_message = format!("{},{without_proof}", self.messages);
        if !proof_fits(self.hash, &self.keys, &auth_message, &proof) {
            return Err(ScramError::Proof);
        }
        let signature = self.hash.hmac(&self.keys.server_key, &[auth_message.as_bytes()]);
        Ok(format!("v={}", encode(signature)))
    }
}
