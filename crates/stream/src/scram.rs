//! SCRAM (RFC 5802, RFC 7677): stored keys, the server's side, and the client's side for built-in clients and tests.

pub mod client;
mod hash;
mod keys;
mod message;
pub mod server;

pub use hash::ScramHash;
pub(crate) use hash::same;
pub use keys::{Credentials, PasswordError, ScramKeys, verify_password};
pub use message::ScramError;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How often passwords are hashed (RFC 5802 §5.1 `i`). The same for all users and for users who do not exist, so that
/// the challenge says nothing about an account.
pub const ITERATIONS: u32 = 10_000;
/// Bytes of a salt; also the same for all.
pub const SALT_BYTES: usize = 16;

/// The downgrade-protection hash over what was advertised (XEP-0474 §5.1), in base64. `bindings` is `None` if no
/// channel-binding list was advertised.
pub fn downgrade_hash(hash: ScramHash, mechanisms: &[&str], bindings: Option<&[&str]>) -> String {
    let sorted = |names: &[&str]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.join("\u{1e}")
    };
    let mut text = sorted(mechanisms);
    if let Some(bindings) = bindings {
        text.push('\u{1f}');
        text.push_str(&sorted(bindings));
    }
    STANDARD.encode(hash.digest(text.as_bytes()))
}
