//! Which algorithms are offered to a server.

use std::borrow::Cow;

use russh::keys::{Algorithm, HashAlg};
use russh::{Preferred, cipher, compression, kex, mac};

use crate::inventory::OlderAlgorithm;

/// Today's algorithms, and after them those that the inventory names. `known` are the types of host keys that are known: they
/// come first, since a server with several keys would otherwise show one that nobody can compare.
pub(super) fn preferred(older: &[OlderAlgorithm], known: &[String]) -> Preferred {
    let mut exchanges: Vec<kex::Name> = Preferred::DEFAULT.kex.to_vec();
    let mut keys: Vec<Algorithm> = Preferred::DEFAULT.key.to_vec();
    let mut ciphers: Vec<cipher::Name> = Preferred::DEFAULT.cipher.to_vec();
    let mut macs: Vec<mac::Name> = Preferred::DEFAULT.mac.to_vec();
    // The library offers SHA-1 for RSA by itself.
    keys.retain(|key| *key != Algorithm::Rsa { hash: None });
    for algorithm in older {
        match algorithm {
            OlderAlgorithm::SshRsa => keys.push(Algorithm::Rsa { hash: None }),
            OlderAlgorithm::Group14Sha1 => exchanges.push(kex::DH_G14_SHA1),
            OlderAlgorithm::Group1Sha1 => exchanges.push(kex::DH_G1_SHA1),
            OlderAlgorithm::GroupExchangeSha1 => exchanges.push(kex::DH_GEX_SHA1),
            OlderAlgorithm::Aes128Cbc => ciphers.push(cipher::AES_128_CBC),
            OlderAlgorithm::Aes256Cbc => ciphers.push(cipher::AES_256_CBC),
            OlderAlgorithm::HmacSha1 => macs.push(mac::HMAC_SHA1),
        }
    }
    // A stable sort: known types first, each group in its own order.
    keys.sort_by_key(|key| !known.iter().any(|known| *known == blob_type(key)));
    Preferred {
        kex: Cow::Owned(exchanges),
        key: Cow::Owned(keys),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Owned(ciphers),
        mac: Cow::Owned(macs),
        compression: Cow::Owned(vec![compression::NONE]),
    }
}

/// The type of a key as known_hosts writes it: RSA keys are `ssh-rsa` there whatever the hash.
fn blob_type(key: &Algorithm) -> String {
    match key {
        Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
        other => other.to_string(),
    }
}

/// The hash for signing in with a key; RSA with SHA-1 only where `ssh-rsa` is named.
pub(super) fn signature_hash(
    key: &Algorithm,
    server: Option<Option<HashAlg>>,
    older: &[OlderAlgorithm],
) -> Option<HashAlg> {
    if !matches!(key, Algorithm::Rsa { .. }) {
        return None;
    }
    match server.flatten() {
        Some(hash) => Some(hash),
        None if older.contains(&OlderAlgorithm::SshRsa) => None,
        None => Some(HashAlg::Sha512),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_algorithms_are_offered_only_where_they_are_named() {
        let plain = preferred(&[], &[]);
        assert!(!plain.key.contains(&Algorithm::Rsa { hash: None }));
        assert!(!plain.kex.contains(&kex::DH_G14_SHA1) && !plain.mac.contains(&mac::HMAC_SHA1));
        assert!(!plain.cipher.contains(&cipher::AES_128_CBC));
        assert_eq!(&*plain.compression, [compression::NONE]);
        let old =
            preferred(&[OlderAlgorithm::SshRsa, OlderAlgorithm::Group1Sha1, OlderAlgorithm::HmacSha1], &[]);
        assert!(old.key.contains(&Algorithm::Rsa { hash: None }) && old.mac.contains(&mac::HMAC_SHA1));
        assert!(
            old.kex.contains(&kex::DH_G1_SHA1) && !old.kex.contains(&kex::DH_G14_SHA1),
            "only the one named"
        );
    }

    #[test]
    fn the_key_that_is_known_is_asked_for_first() {
        let preferred = preferred(&[], &["ssh-rsa".to_owned()]);
        assert_eq!(preferred.key[0], Algorithm::Rsa { hash: Some(HashAlg::Sha512) });
        assert!(preferred.key.contains(&Algorithm::Ed25519), "others are only later");
    }

    #[test]
    fn an_rsa_key_signs_with_sha_1_only_where_it_is_named() {
        let rsa = Algorithm::Rsa { hash: None };
        assert_eq!(signature_hash(&rsa, None, &[]), Some(HashAlg::Sha512));
        assert_eq!(signature_hash(&rsa, Some(None), &[OlderAlgorithm::SshRsa]), None);
        assert_eq!(signature_hash(&rsa, Some(Some(HashAlg::Sha256)), &[]), Some(HashAlg::Sha256));
        assert_eq!(signature_hash(&Algorithm::Ed25519, None, &[]), None);
    }
}
