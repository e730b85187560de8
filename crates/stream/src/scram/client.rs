//! The client's side of SCRAM, for built-in clients and tests.

use zeroize::Zeroizing;

use super::ScramHash;
use super::hash::same;
use super::keys::prepare;
use super::message::{ScramError, decode, encode, escape, nonce, value};
use crate::binding::BindingKind;

/// Most iterations that a server may ask for: more would let it keep this machine busy.
pub const MAX_ITERATIONS: u32 = 1_000_000;

/// What the client says about channel binding (RFC 5802 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientBinding {
    /// It cannot (`n`).
    Unsupported,
    /// It can, but nothing was offered (`y`).
    NotOffered,
    /// Bound, for a -PLUS mechanism (`p=`).
    Bound(BindingKind, Vec<u8>),
}

/// An exchange for which the first message was written.
pub struct ClientExchange {
    hash: ScramHash,
    password: Zeroizing<String>,
    header: Vec<u8>,
    bare: String,
    nonce: String,
}

impl ClientExchange {
    /// Starts an exchange: the first message is the second part. `client_nonce` is random printable ASCII.
    pub fn new(
        hash: ScramHash,
        user: &str,
        password: &str,
        binding: &ClientBinding,
        client_nonce: &str,
    ) -> (Self, String) {
        let flag = match binding {
            ClientBinding::Unsupported => "n".to_owned(),
            ClientBinding::NotOffered => "y".to_owned(),
            ClientBinding::Bound(kind, _) => format!("p={}", kind.name()),
        };
        let bare = format!("n={},r={client_nonce}", escape(user));
        let first = format!("{flag},,{bare}");
        let mut header = format!("{flag},,").into_bytes();
        if let ClientBinding::Bound(_, data) = binding {
            header.extend_from_slice(data);
        }
        let password = Zeroizing::new(password.to_owned());
        (Self { hash, password, header, bare, nonce: client_nonce.to_owned() }, first)
    }

    /// Answers the challenge: the final message, and the signature that the server must then show. With
    /// `downgrade_hash` (of what the client saw advertised), a challenge that has another one is refused.
    pub fn respond(
        &self,
        challenge: &[u8],
        downgrade_hash: Option<&str>,
    ) -> Result<(String, ServerProof), ScramError> {
        let challenge = std::str::from_utf8(challenge).map_err(|_| ScramError::Malformed)?;
        let mut attributes = challenge.split(',');
        let nonce = nonce(value(attributes.next(), "r")?)?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(ScramError::Server);
        }
        let salt = decode(value(attributes.next(), "s")?)?;
        let iterations: u32 = value(attributes.next(), "i")?.parse().map_err(|_| ScramError::Malformed)?;
        if iterations == 0 || iterations > MAX_ITERATIONS {
            return Err(ScramError::Server);
        }
        let shown = attributes.find_map(|attribute| attribute.strip_prefix("h="));
        if let (Some(expected), Some(shown)) = (downgrade_hash, shown)
            && expected != shown
        {
            return Err(ScramError::Downgraded);
        }
        let password = prepare(&self.password).map_err(|_| ScramError::Malformed)?;
        let salted = Zeroizing::new(self.hash.salted_password(password.as_bytes(), &salt, iterations));
        let without_proof = format!("c={},r={nonce}", encode(&self.header));
        let auth_message = format!("{},{challenge},{without_proof}", self.bare);
        let client_key = Zeroizing::new(self.hash.hmac(&salted, &[b"Client Key"]));
        let signature = self.hash.hmac(&self.hash.digest(&client_key), &[auth_message.as_bytes()]);
        let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        let server_key = Zeroizing::new(self.hash.hmac(&salted, &[b"Server Key"]));
        let expected = self.hash.hmac(&server_key, &[auth_message.as_bytes()]);
        Ok((format!("{without_proof},p={}", encode(proof)), ServerProof(expected)))
    }
}

/// The signature that proves that the server knows the password's keys.
pub struct ServerProof(Vec<u8>);

impl ServerProof {
    /// Checks the server's final message, `v=…`.
    pub fn check(&self, message: &[u8]) -> Result<(), ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::Malformed)?;
        let shown = decode(value(message.split(',').next(), "v")?)?;
        if same(&shown, &self.0) { Ok(()) } else { Err(ScramError::Server) }
    }
}
