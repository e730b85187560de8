//! What is stored of a password.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::hash::{ScramHash, same};
use super::{ITERATIONS, SALT_BYTES};

/// A password that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It has characters that SASLprep prohibits, such as control characters (RFC 4013 §2.3).
    #[error("the password has characters that cannot be used in passwords; choose another one")]
    Prohibited,
    /// Nothing is left of it.
    #[error("the password is empty; choose one")]
    Empty,
}

/// The keys for one hash function (RFC 5802 §3). They prove neither side's identity to the other by themselves, but
/// whoever has them can try passwords offline: they are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramKeys {
    /// The salt, [`SALT_BYTES`] for accounts of this server.
    pub salt: Vec<u8>,
    /// The iteration count, [`ITERATIONS`] for accounts of this server.
    pub iterations: u32,
    /// `H(HMAC(salted password, "Client Key"))`.
    pub stored_key: Vec<u8>,
    /// `HMAC(salted password, "Server Key")`.
    pub server_key: Vec<u8>,
}

impl ScramKeys {
    /// The keys of a prepared password.
    fn derive(hash: ScramHash, prepared: &str, salt: &[u8], iterations: u32) -> Self {
        let salted = Zeroizing::new(hash.salted_password(prepared.as_bytes(), salt, iterations));
        let client_key = Zeroizing::new(hash.hmac(&salted, &[b"Client Key"]));
        Self {
            salt: salt.to_vec(),
            iterations,
            stored_key: hash.digest(&client_key),
            server_key: hash.hmac(&salted, &[b"Server Key"]),
        }
    }
}

/// Keys stay out of logs.
impl std::fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScramKeys").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

/// All that is stored of a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// For SCRAM-SHA-1.
    pub sha1: ScramKeys,
    /// For SCRAM-SHA-256.
    pub sha256: ScramKeys,
    /// For SCRAM-SHA-512.
    pub sha512: ScramKeys,
}

impl Credentials {
    /// The keys of a password. Takes milliseconds of computing: not for a thread that serves sockets. Use a random
    /// salt of [`SALT_BYTES`] and [`ITERATIONS`], or accounts can be told from those that do not exist.
    pub fn derive(password: &str, salt: &[u8], iterations: u32) -> Result<Self, PasswordError> {
        let prepared = prepare(password)?;
        let keys = |hash| ScramKeys::derive(hash, &prepared, salt, iterations);
        Ok(Self {
            sha1: keys(ScramHash::Sha1),
            sha256: keys(ScramHash::Sha256),
            sha512: keys(ScramHash::Sha512),
        })
    }

    /// Credentials for a user who does not exist or may not sign in: no password fits, and for the same name they are
    /// always the same, on every node that has the same secret. `user` is the bare JID as text.
    pub fn fake(secret: &[u8], user: &str) -> Self {
        let piece =
            |label: &str, hash: ScramHash| hash.hmac(secret, &[label.as_bytes(), b"\0", user.as_bytes()]);
        let mut salt = piece("salt", ScramHash::Sha256);
        salt.truncate(SALT_BYTES);
        let keys = |hash| ScramKeys {
            salt: salt.clone(),
            iterations: ITERATIONS,
            stored_key: piece("stored key", hash),
            server_key: piece("server key", hash),
        };
        Self { sha1: keys(ScramHash::Sha1), sha256: keys(ScramHash::Sha256), sha512: keys(ScramHash::Sha512) }
    }

    /// The keys for one hash function.
    pub fn keys(&self, hash: ScramHash) -> &ScramKeys {
        match hash {
            ScramHash::Sha1 => &self.sha1,
            ScramHash::Sha256 => &self.sha256,
            ScramHash::Sha512 => &self.sha512,
        }
    }
}

/// Whether this is the password of these credentials. Takes milliseconds of computing, the same whatever the answer.
pub fn verify_password(credentials: &Credentials, password: &str) -> bool {
    let prepared = prepare(password).unwrap_or_default();
    let keys = &credentials.sha256;
    let tried = ScramKeys::derive(ScramHash::Sha256, &prepared, &keys.salt, keys.iterations);
    let fits = tried.stored_key.ct_eq(&keys.stored_key) & tried.server_key.ct_eq(&keys.server_key);
    bool::from(fits) && !prepared.is_empty()
}

/// SASLprep (RFC 4013).
pub(super) fn prepare(password: &str) -> Result<Zeroizing<String>, PasswordError> {
    let prepared = stringprep::saslprep(password).map_err(|_| PasswordError::Prohibited)?;
    if prepared.is_empty() {
        return Err(PasswordError::Empty);
    }
    Ok(Zeroizing::new(prepared.into_owned()))
}

/// Whether a client's proof fits the stored key (RFC 5802 §3). A proof of the wrong length never does.
pub(super) fn proof_fits(hash: ScramHash, keys: &ScramKeys, auth_message: &str, proof: &[u8]) -> bool {
    let signature = hash.hmac(&keys.stored_key, &[auth_message.as_bytes()]);
    if proof.len() != signature.len() {
        return false;
    }
    let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
    same(&hash.digest(&client_key), &keys.stored_key)
}
