//! Which hosts a line is about: names, patterns, hashed names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// What begins a hashed name: HMAC-SHA-1 of the name, after its salt.
const HASH_MAGIC: &str = "|1|";

/// Hosts of one line.
#[derive(Debug, Clone)]
pub(super) enum Hosts {
    /// One name that cannot be read.
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
    /// Names and patterns; `!` before one means: not these.
    Patterns(Vec<(bool, String)>),
}

impl Hosts {
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        if let Some(hashed) = text.strip_prefix(HASH_MAGIC) {
            let (salt, hash) = hashed.split_once('|').ok_or("its hashed name has no hash")?;
            let decode = |text| STANDARD.decode(text).map_err(|_| "its hashed name is not base64");
            return Ok(Self::Hashed { salt: decode(salt)?, hash: decode(hash)? });
        }
        let patterns = text.split(',').filter(|pattern| !pattern.is_empty()).map(|pattern| {
            let negated = pattern.strip_prefix('!');
            (negated.is_some(), negated.unwrap_or(pattern).to_ascii_lowercase())
        });
        Ok(Self::Patterns(patterns.collect()))
    }

    pub(super) fn matches(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        match self {
            Self::Hashed { salt, hash } => {
                let hmac = Hmac::<Sha1>::new_from_slice(salt);
                hmac.is_ok_and(|hmac| hmac.chain_update(host.as_bytes()).verify_slice(hash).is_ok())
            }
            Self::Patterns(patterns) => {
                let hit = |negated: bool| {
                    patterns
                        .iter()
                        .any(|(not, pattern)| *not == negated && glob(pattern.as_bytes(), host.as_bytes()))
                };
                !hit(true) && hit(false)
            }
        }
    }
}

/// Whether a name fits a pattern: `*` for any characters, `?` for one. Takes time in proportion to both lengths at most.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    // Where the last star was, and what it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || *wanted == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_openssh() {
        let fits = |pattern: &str, host: &str| Hosts::read(pattern).unwrap().matches(host);
        assert!(fits("*.example.org", "a.example.org") && !fits("*.example.org", "example.org"));
        assert!(fits("192.0.2.?", "192.0.2.7") && !fits("192.0.2.?", "192.0.2.77"));
        assert!(fits("*.example.org,!b.example.org", "a.example.org"));
        assert!(!fits("*.example.org,!b.example.org", "b.example.org"), "except this one");
        assert!(!fits("!b.example.org", "a.example.org"), "an exception alone names nobody");
        assert!(fits("[192.0.2.7]:2222", "[192.0.2.7]:2222") && !fits("192.0.2.7", "[192.0.2.7]:2222"));
        assert!(fits("CMS1", "cms1"));
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_time() {
        let pattern = "*a".repeat(2000);
        assert!(!glob(pattern.as_bytes(), "a".repeat(1999).as_bytes()));
    }
}
