//! Random text for one stream, drawn from a seed that the caller provides.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::scram::ScramHash;

/// Bytes of the seed.
pub const SEED_BYTES: usize = 32;

/// A deterministic generator: HMAC-SHA-256 of a counter under the seed. Two draws never give the same, and none tells
/// anything of another, as long as the seed is random and used for one stream only.
pub struct Entropy {
    seed: Zeroizing<[u8; SEED_BYTES]>,
    drawn: u64,
}

impl Entropy {
    /// From fresh random bytes.
    pub fn new(seed: [u8; SEED_BYTES]) -> Self {
        Self { seed: Zeroizing::new(seed), drawn: 0 }
    }

    /// The next 32 bytes.
    pub fn bytes(&mut self) -> Vec<u8> {
        self.drawn += 1;
        ScramHash::Sha256.hmac(&*self.seed, &[&self.drawn.to_be_bytes()])
    }

    /// The next 256 bits as 43 characters of base64url: no comma, so good for a SCRAM nonce too.
    pub fn text(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// The next 96 bits as 16 characters of base64url, for ids and resources.
    pub fn short_text(&mut self) -> String {
        short_text_of(&self.bytes())
    }
}

/// The first 96 bits as 16 characters of base64url.
pub(crate) fn short_text_of(bytes: &[u8]) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(bytes);
    text.truncate(16);
    text
}

/// The seed stays out of logs.
impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entropy").field("drawn", &self.drawn).finish_non_exhaustive()
    }
}
