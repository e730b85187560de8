//! TLS session tickets (RFC 8446 §4.6.1) that every node of the cluster can open: a client that comes to another node than the
//! last time proves nothing again, and the handshake needs no signature.
//!
//! The keys are random, live for [`PERIOD`], and are agreed on in the database, where old ones are removed: whoever
//! reads the database later cannot open what was recorded earlier. A node that has not heard of the others' key makes
//! tickets that only itself can open, as a node alone does.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use everpresent_store::{Database, StoreError};
use rustls::server::ProducesTickets;

use crate::node::Node;
use crate::random;

/// How long tickets are made with one key. They are accepted for as long again.
const PERIOD: Duration = Duration::from_secs(6 * 3_600);
/// How often it is looked whether a new period has begun.
const LOOK: Duration = Duration::from_secs(60);
/// What the settings with the keys are called, before the number of the period.
const SETTING: &str = "tls-ticket-key-";
const KEY_BYTES: usize = 32;
/// The number of the period, before each ticket.
const NUMBER_BYTES: usize = 8;

/// Makes tickets and opens them.
pub(crate) struct Tickets {
    /// The key in use, then the one before.
    keys: ArcSwap<Vec<Arc<Key>>>,
}

struct Key {
    period: u64,
    cipher: RandomizedNonceKey,
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let periods: Vec<u64> = self.keys.load().iter().map(|key| key.period).collect();
        f.debug_struct("Tickets").field("periods", &periods).finish_non_exhaustive()
    }
}

impl Tickets {
    /// Tickets that only this process can open, until it learns the cluster's key.
    pub(crate) fn new() -> Self {
        let own = Key::new(0, &random::bytes::<KEY_BYTES>());
        Self { keys: ArcSwap::from_pointee(own.into_iter().map(Arc::new).collect()) }
    }

    /// The key of a later period: tickets are made with it from now on.
    fn learn(&self, key: Key) {
        let mut keys = vec![Arc::new(key)];
        keys.extend(self.keys.load().first().cloned());
        self.keys.store(Arc::new(keys));
    }

    fn knows(&self, period: u64) -> bool {
        self.keys.load().iter().any(|key| key.period == period)
    }
}

impl Key {
    fn new(period: u64, bytes: &[u8]) -> Option<Self> {
        let cipher = RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()?;
        Some(Self { period, cipher })
    }

    /// From what the database holds; anything else than a key is none.
    fn of_text(period: u64, text: &str) -> Option<Self> {
        let digits = text.as_bytes().chunks(2).map(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        Self::new(period, &digits.collect::<Option<Vec<u8>>>()?)
    }

    fn associated(&self) -> Aad<[u8; NUMBER_BYTES]> {
        Aad::from(self.period.to_be_bytes())
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        u32::try_from(PERIOD.as_secs()).unwrap_or(u32::MAX)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys.load();
        let key = keys.first()?;
        let mut sealed = plain.to_vec();
        let nonce = key.cipher.seal_in_place_append_tag(key.associated(), &mut sealed).ok()?;
        Some([&key.period.to_be_bytes()[..], nonce.as_ref(), &sealed].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (period, rest) = ticket.split_first_chunk::<NUMBER_BYTES>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let period = u64::from_be_bytes(*period);
        let keys = self.keys.load();
        let key = keys.iter().find(|key| key.period == period)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = key.cipher.open_in_place(nonce, key.associated(), &mut sealed).ok()?;
        Some(plain.to_vec())
    }
}

/// Keeps the key agreed with the other nodes.
pub(crate) async fn agree_forever(node: &Node) {
    loop {
        tokio::time::sleep(LOOK).await;
        agree(node).await;
    }
}

/// Agrees with the other nodes on the key of this period.
pub(crate) async fn agree(node: &Node) {
    let seconds = u64::try_from(node.clock.now().wall.0).unwrap_or_default() / 1_000;
    let period = seconds / PERIOD.as_secs();
    if node.certificates.tickets().knows(period) {
        return;
    }
    match agreed(&node.store, period).await {
        Ok(Some(key)) => node.certificates.tickets().learn(key),
        Ok(None) => tracing::warn!("the key for TLS tickets in the database is none"),
        Err(error) => tracing::debug!(%error, "no key for TLS tickets is agreed on yet"),
    }
}

async fn agreed(store: &Database, period: u64) -> Result<Option<Key>, StoreError> {
    let fresh: String = random::bytes::<KEY_BYTES>().iter().map(|byte| format!("{byte:02x}")).collect();
    let text = store.setting_or_insert(&format!("{SETTING}{period}"), &fresh).await?;
    for name in store.settings().await?.into_keys() {
        let old = name.strip_prefix(SETTING).and_then(|period| period.parse::<u64>().ok());
        if old.is_some_and(|old| old + 1 < period) {
            store.remove_setting(&name).await?;
        }
    }
    Ok(Key::of_text(period, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(period: u64, byte: u8) -> Key {
        Key::of_text(period, &format!("{byte:02x}").repeat(KEY_BYTES)).unwrap()
    }

    #[test]
    fn two_nodes_that_agreed_open_each_others_tickets() {
        let (one, other) = (Tickets::new(), Tickets::new());
        let early = one.encrypt(b"session").unwrap();
        assert_eq!(other.decrypt(&early), None, "each began with a key of its own");
        one.learn(key(7, 1));
        other.learn(key(7, 1));
        let ticket = one.encrypt(b"session").unwrap();
        assert_eq!(other.decrypt(&ticket).as_deref(), Some(&b"session"[..]));
        assert_eq!(
            one.decrypt(&early).as_deref(),
            Some(&b"session"[..]),
            "what was made before is still good"
        );
    }

    #[test]
    fn a_ticket_outlives_its_key_by_one_period() {
        let tickets = Tickets::new();
        tickets.learn(key(7, 1));
        let ticket = tickets.encrypt(b"session").unwrap();
        tickets.learn(key(8, 2));
        assert!(tickets.decrypt(&ticket).is_some());
        tickets.learn(key(9, 3));
        assert_eq!(tickets.decrypt(&ticket), None);
    }

    #[test]
    fn what_is_no_ticket_is_refused() {
        let tickets = Tickets::new();
        tickets.learn(key(7, 1));
        let ticket = tickets.encrypt(b"session").unwrap();
        for length in 0..ticket.len() {
            assert_eq!(tickets.decrypt(&ticket[..length]), None);
        }
        for place in 0..ticket.len() {
            let mut forged = ticket.clone();
            forged[place] ^= 1;
            assert_eq!(tickets.decrypt(&forged), None, "changed at {place}");
        }
        assert!(Key::of_text(1, "no key").is_none());
    }
}
