//! What is known about a connection before its first request.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// Longest `X-Forwarded-For` that is looked at.
const MAX_FORWARDED_BYTES: usize = 1024;

/// One accepted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The other end.
    pub peer: SocketAddr,
    /// Whether it is encrypted on its way to this process.
    pub encrypted: bool,
}

impl Connection {
    /// Taken for a request of which nothing is known: as far away and as open as can be.
    pub(crate) const UNKNOWN: Self =
        Self { peer: SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0), encrypted: false };

    /// What is known once the headers are read. A proxy is believed when it runs on this machine.
    pub(crate) fn with_headers(self, headers: &HeaderMap) -> Self {
        if !self.is_loopback() || !is_forwarded(headers) {
            return self;
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        // The last address is the one that the proxy itself saw; those before it are hearsay.
        let addresses = text("x-forwarded-for").filter(|list| list.len() <= MAX_FORWARDED_BYTES);
        let nearest = addresses.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        // Nobody becomes local by a header, however careless the proxy.
        let nearest = nearest.filter(|address| !address.to_canonical().is_loopback());
        let peer = nearest.map_or(Self::UNKNOWN.peer, |address| SocketAddr::new(address, 0));
        let encrypted = text("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        Self { peer, encrypted }
    }

    /// Whether the other end is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.peer.ip().to_canonical().is_loopback()
    }
}

/// Whether a proxy stands in between.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "forwarded", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> Connection {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let peer = SocketAddr::new(peer.parse().unwrap(), 4000);
        Connection { peer, encrypted: false }.with_headers(&headers.collect())
    }

    #[test]
    fn a_local_proxy_is_believed_about_its_nearest_client_only() {
        let headers = [("x-forwarded-for", "10.0.0.1, 192.0.2.7"), ("x-forwarded-proto", "https")];
        let connection = seen("127.0.0.1", &headers);
        assert_eq!(connection.peer.ip().to_string(), "192.0.2.7");
        assert!(connection.encrypted);
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let headers = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https")];
        let connection = seen("203.0.113.9", &headers);
        assert_eq!(connection.peer.ip().to_string(), "203.0.113.9");
        assert!(!connection.encrypted);
    }

    #[test]
    fn what_came_through_a_proxy_is_not_from_this_machine() {
        assert!(seen("127.0.0.1", &[]).is_loopback());
        assert!(seen("::ffff:127.0.0.1", &[]).is_loopback());
        assert!(!seen("127.0.0.1", &[("via", "1.1 proxy")]).is_loopback());
        assert!(!seen("127.0.0.1", &[("x-forwarded-for", "nonsense")]).is_loopback());
        assert!(!seen("127.0.0.1", &[("x-forwarded-for", "127.0.0.1")]).is_loopback());
        assert!(!seen("127.0.0.1", &[("x-forwarded-for", "::ffff:127.0.0.1")]).is_loopback());
    }
}
