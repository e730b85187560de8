//! One line of a known_hosts file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pattern::Hosts;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// It says which key a host has.
    None,
    /// It says which key no host may have any more.
    Revoked,
}

/// A key and the hosts that it is about.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Place in the file, from 1.
    pub(super) number: usize,
    pub(super) marker: Marker,
    hosts: Hosts,
    /// Type of the key.
    pub(super) kind: String,
    /// The key as it is sent (RFC 4253 §6.6).
    pub(super) blob: Vec<u8>,
}

impl Line {
    /// Reads a line; none for what says nothing about keys that we could be shown.
    pub(super) fn read(text: &str, number: usize) -> Result<Option<Self>, &'static str> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let mut fields = text.split_ascii_whitespace();
        let mut hosts = fields.next().unwrap_or_default();
        let marker = match hosts {
            "@revoked" => Marker::Revoked,
            "@cert-authority" => return Ok(None),
            other if other.starts_with('@') => {
                return Err("its marker is none of @revoked and @cert-authority");
            }
            _ => Marker::None,
        };
        if marker == Marker::Revoked {
            hosts = fields.next().ok_or("it ends after its marker")?;
        }
        let kind = fields.next().ok_or("it has no key")?;
        // SSH 1 wrote the length of a key here; no server shows such a key any more.
        if kind.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let key = fields.next().ok_or("it has a type and no key")?;
        let blob = STANDARD.decode(key).map_err(|_| "its key is not base64")?;
        if inner_type(&blob) != Some(kind.as_bytes()) {
            return Err("its key is of another type than it says");
        }
        Ok(Some(Self { number, marker, hosts: Hosts::read(hosts)?, kind: kind.to_owned(), blob }))
    }

    /// Whether it is about this host.
    pub(super) fn names(&self, host: &str) -> bool {
        self.hosts.matches(host)
    }
}

/// The type that a key says of itself: a string before all else.
fn inner_type(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
