//! Free ports on loopback: the usual ones if nobody has them.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::failure::Failure;

/// What the listeners of both nodes usually take: STARTTLS, Direct TLS, HTTP, other nodes.
const USUAL: [[u16; 4]; 2] = [[5222, 5223, 5280, 5290], [5232, 5233, 5281, 5291]];

/// Which ports a node listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    /// Clients with STARTTLS.
    pub(super) starttls: u16,
    /// Clients with TLS from the first byte.
    pub(super) tls: u16,
    /// HTTP and WebSocket.
    pub(super) http: u16,
    /// The other node.
    pub(super) link: u16,
}

impl Ports {
    /// Looks which ports are free now, for both nodes.
    ///
    /// # Errors
    /// When the system has no port to give.
    pub(super) fn choose() -> Result<[Self; 2], Failure> {
        Self::choose_from(USUAL).map_err(|error| Failure::failed(format!("no port is free: {error}")))
    }

    /// All are held until all are found, so that none is found twice.
    fn choose_from(wanted: [[u16; 4]; 2]) -> std::io::Result<[Self; 2]> {
        let open = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).or_else(|_| any());
        let held = wanted.as_flattened().iter().map(open).collect::<std::io::Result<Vec<_>>>()?;
        let ports = held.iter().map(|listener| Ok(listener.local_addr()?.port()));
        let ports = ports.collect::<std::io::Result<Vec<u16>>>()?;
        let of = |first| Self {
            starttls: ports[first],
            tls: ports[first + 1],
            http: ports[first + 2],
            link: ports[first + 3],
        };
        Ok([of(0), of(4)])
    }

    fn all(&self) -> [u16; 4] {
        [self.starttls, self.tls, self.http, self.link]
    }

    /// Whether nobody listens there now.
    pub(super) fn are_free(&self) -> bool {
        self.all().iter().all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
    }

    /// Those of the node's usual ports that were taken, each with its stand-in.
    pub(super) fn replaced(&self, node: usize) -> Vec<(u16, u16)> {
        let pairs = USUAL[node].into_iter().zip(self.all());
        pairs.filter(|(usual, chosen)| usual != chosen).collect()
    }

    /// Where HTTP is asked.
    pub(super) fn http_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.http).into()
    }
}

fn any() -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_taken_port_gets_a_stand_in_and_none_is_given_twice() {
        let taken = any().unwrap();
        let port = taken.local_addr().unwrap().port();
        let ports = Ports::choose_from([[port; 4]; 2]).unwrap();
        let chosen: BTreeSet<u16> = ports.iter().flat_map(Ports::all).collect();
        assert_eq!(chosen.len(), 8);
        assert!(!chosen.contains(&port) && ports.iter().all(Ports::are_free));
        assert!(!Ports { tls: port, ..ports[0] }.are_free());
    }

    #[test]
    fn what_differs_from_the_usual_is_said() {
        let ports = Ports { starttls: 5222, tls: 40_001, http: 5280, link: 5290 };
        assert_eq!(ports.replaced(0), [(5223, 40_001)]);
    }
}
