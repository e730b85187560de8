//! The client's side of SCRAM (RFC 5802, RFC 7677).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::options::Mechanism;

/// Most keys a [`KeyCache`] holds; past that, it starts afresh.
const MAX_CACHED_KEYS: usize = 50_000;
/// The most rounds a server may demand: about a second of work, so that it cannot hold a client up for hours.
const MAX_ITERATIONS: u32 = 2_000_000;
const NONCE_BYTES: usize = 18;

/// What a password becomes with a given salt: enough to sign in, costly to derive.
#[derive(Debug)]
struct Keys {
    client: Vec<u8>,
    server: Vec<u8>,
}

/// Derived keys, shared between clients of a process that sign in again and again.
#[derive(Default, Debug)]
pub struct KeyCache {
    keys: Mutex<HashMap<Derivation, Arc<Keys>>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Derivation {
    mechanism: Mechanism,
    password: String,
    salt: Vec<u8>,
    iterations: u32,
}

impl KeyCache {
    /// An empty cache.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn keys(&self, derivation: &Derivation) -> Arc<Keys> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keys.get(derivation) {
            return Arc::clone(known);
        }
        if keys.len() >= MAX_CACHED_KEYS {
            keys.clear();
        }
        let derived = Arc::new(derivation.derive());
        keys.insert(derivation.clone(), Arc::clone(&derived));
        derived
    }
}

impl Derivation {
    fn derive(&self) -> Keys {
        let salted = match self.mechanism {
            Mechanism::ScramSha1 => {
                let (password, salt) = (self.password.as_bytes(), &self.salt);
                pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password, salt, self.iterations).to_vec()
            }
            Mechanism::ScramSha256 => {
                let (password, salt) = (self.password.as_bytes(), &self.salt);
                pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, self.iterations).to_vec()
            }
        };
        Keys {
            client: hmac(self.mechanism, &salted, b"Client Key"),
            server: hmac(self.mechanism, &salted, b"Server Key"),
        }
    }
}

/// How the exchange is tied to the TLS channel.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// Not at all.
    None,
    /// To the data of the type `tls-exporter` (RFC 9266).
    TlsExporter(Vec<u8>),
}

/// One exchange, from the client's first message to the check of the server's signature.
pub(crate) struct Scram<'a> {
    mechanism: Mechanism,
    password: String,
    header: Vec<u8>,
    first_bare: String,
    nonce: String,
    server_signature: Vec<u8>,
    keys: Option<&'a KeyCache>,
}

impl<'a> Scram<'a> {
    /// Prepares an exchange with a fresh nonce.
    pub(crate) fn new(
        mechanism: Mechanism,
        user: &str,
        password: &str,
        binding: &Binding,
        keys: Option<&'a KeyCache>,
    ) -> Result<Self, Error> {
        let mut random = [0u8; NONCE_BYTES];
        getrandom::fill(&mut random).map_err(|_| Error::Scram("no randomness from the system"))?;
        Self::with_nonce(mechanism, user, password, binding, keys, &BASE64.encode(random))
    }

    fn with_nonce(
        mechanism: Mechanism,
        user: &str,
        password: &str,
        binding: &Binding,
        keys: Option<&'a KeyCache>,
        nonce: &str,
    ) -> Result<Self, Error> {
        let prepare = |text| {
            stringprep::saslprep(text)
                .map_err(|_| Error::Scram("name or password holds forbidden characters"))
        };
        let user = prepare(user)?.replace('=', "=3D").replace(',', "=2C");
        let header = match binding {
            Binding::None => b"n,,".to_vec(),
            Binding::TlsExporter(data) => [b"p=tls-exporter,,", &data[..]].concat(),
        };
        Ok(Self {
            mechanism,
            password: prepare(password)?.into_owned(),
            header,
            first_bare: format!("n={user},r={nonce}"),
            nonce: nonce.to_owned(),
            server_signature: Vec::new(),
            keys,
        })
    }

    /// `client-first-message`, in Base64.
    pub(crate) fn first(&self) -> String {
        // Up to the second comma the header stands for itself; what follows is channel-binding data.
        let commas = self.header.iter().enumerate().filter(|(_, byte)| **byte == b',');
        let gs2_end = commas.map(|(at, _)| at).nth(1).map_or(self.header.len(), |at| at + 1);
        BASE64.encode([&self.header[..gs2_end], self.first_bare.as_bytes()].concat())
    }

    /// `client-final-message` in Base64, in answer to the server's first message as received.
    pub(crate) fn answer(&mut self, challenge: &str) -> Result<String, Error> {
        let server_first = decode(challenge)?;
        let field = |name: char| {
            let mut fields = server_first.split(',');
            fields.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let nonce = field('r').ok_or(Error::Scram("no nonce from the server"))?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(Error::Scram("the server did not extend the nonce"));
        }
        let salt = field('s').and_then(|salt| BASE64.decode(salt).ok());
        let iterations = field('i').and_then(|count| count.parse().ok());
        let derivation = Derivation {
            mechanism: self.mechanism,
            password: self.password.clone(),
            salt: salt.ok_or(Error::Scram("no salt from the server"))?,
            iterations: iterations
                .filter(|count| (1..=MAX_ITERATIONS).contains(count))
                .ok_or(Error::Scram("no usable iteration count from the server"))?,
        };
        let keys = match self.keys {
            Some(cache) => cache.keys(&derivation),
            None => Arc::new(derivation.derive()),
        };
        let without_proof = format!("c={},r={nonce}", BASE64.encode(&self.header));
        let signed = format!("{},{server_first},{without_proof}", self.first_bare);
        let stored = hash(self.mechanism, &keys.client);
        let signature = hmac(self.mechanism, &stored, signed.as_bytes());
        let proof: Vec<u8> = keys.client.iter().zip(&signature).map(|(key, mask)| key ^ mask).collect();
        self.server_signature = hmac(self.mechanism, &keys.server, signed.as_bytes());
        Ok(BASE64.encode(format!("{without_proof},p={}", BASE64.encode(proof))))
    }

    /// Checks `server-final-message`: only a server that knows the user's keys can have signed it.
    pub(crate) fn verify(&self, success: &str) -> Result<(), Error> {
        let server_final = decode(success)?;
        let signature = server_final.strip_prefix("v=").and_then(|rest| rest.split(',').next());
        match signature.and_then(|signature| BASE64.decode(signature).ok()) {
            Some(signature) if !signature.is_empty() && signature == self.server_signature => Ok(()),
            _ => Err(Error::Scram("the server does not know the password")),
        }
    }
}

fn decode(message: &str) -> Result<String, Error> {
    let bytes =
        BASE64.decode(message.trim()).map_err(|_| Error::Scram("the server's message is not Base64"))?;
    String::from_utf8(bytes).map_err(|_| Error::Scram("the server's message is not text"))
}

fn hash(mechanism: Mechanism, data: &[u8]) -> Vec<u8> {
    match mechanism {
        Mechanism::ScramSha1 => Sha1::digest(data).to_vec(),
        Mechanism::ScramSha256 => Sha256::digest(data).to_vec(),
    }
}

fn hmac(mechanism: Mechanism, key: &[u8], data: &[u8]) -> Vec<u8> {
    fn tag<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
        // HMAC takes keys of any length, so the error never comes.
        <M as KeyInit>::new_from_slice(key)
            .map(|mac| mac.chain_update(data).finalize().into_bytes().to_vec())
            .unwrap_or_default()
    }
    match mechanism {
        Mechanism::ScramSha1 => tag::<Hmac<Sha1>>(key, data),
        Mechanism::ScramSha256 => tag::<Hmac<Sha256>>(key, data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(
        mechanism: Mechanism,
        nonce: &str,
        server_first: &str,
        server_final: &str,
        keys: Option<&KeyCache>,
    ) -> (String, Result<(), Error>) {
        let mut scram = Scram::with_nonce(mechanism, "user", "pencil", &Binding::None, keys, nonce).unwrap();
        assert_eq!(decode(&scram.first()).unwrap(), format!("n,,n=user,r={nonce}"));
        let answer = scram.answer(&BASE64.encode(server_first)).unwrap();
        (decode(&answer).unwrap(), scram.verify(&BASE64.encode(server_final)))
    }

    #[test]
    fn the_example_of_rfc_5802_comes_out_with_and_without_a_cache() {
        let cache = KeyCache::new();
        for keys in [None, Some(&*cache), Some(&*cache)] {
            let (answer, verified) = exchange(
                Mechanism::ScramSha1,
                "fyko+d2lbbFgONRv9qkxdawL",
                "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
                keys,
            );
            let expected =
                "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
            assert_eq!(answer, expected);
            verified.unwrap();
        }
    }

    #[test]
    fn the_example_of_rfc_7677_comes_out() {
        let (answer, verified) = exchange(
            Mechanism::ScramSha256,
            "rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            None,
        );
        assert!(answer.ends_with(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), "{answer}");
        verified.unwrap();
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_not_believed() {
        for server_final in ["v=AAAA", "v=", "e=other-error", ""] {
            let (_, verified) = exchange(
                Mechanism::ScramSha1,
                "fyko+d2lbbFgONRv9qkxdawL",
                "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                server_final,
                None,
            );
            assert!(verified.is_err(), "{server_final}");
        }
    }

    #[test]
    fn a_foreign_nonce_or_absurd_work_is_refused() {
        for server_first in [
            "r=other,s=QSXCR+Q6sek8bf92,i=4096",
            "r=mine,s=QSXCR+Q6sek8bf92,i=4096",
            "r=mineX,s=QSXCR+Q6sek8bf92,i=4000000000",
            "r=mineX,s=QSXCR+Q6sek8bf92,i=0",
            "r=mineX,i=4096",
        ] {
            let mut scram =
                Scram::with_nonce(Mechanism::ScramSha1, "u", "p", &Binding::None, None, "mine").unwrap();
            assert!(scram.answer(&BASE64.encode(server_first)).is_err(), "{server_first}");
        }
    }

    #[test]
    fn channel_binding_data_goes_into_the_proof_and_not_on_the_wire_twice() {
        let binding = Binding::TlsExporter(vec![0, b',', 255]);
        let mut scram = Scram::with_nonce(Mechanism::ScramSha256, "a,b=c", "p", &binding, None, "n").unwrap();
        assert_eq!(decode(&scram.first()).unwrap(), "p=tls-exporter,,n=a=2Cb=3Dc,r=n");
        let answer = decode(&scram.answer(&BASE64.encode("r=nX,s=QQ==,i=1")).unwrap()).unwrap();
        let bound = answer.strip_prefix("c=").unwrap().split(',').next().unwrap();
        assert_eq!(BASE64.decode(bound).unwrap(), b"p=tls-exporter,,\0,\xff");
    }
}
