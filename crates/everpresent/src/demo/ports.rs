//! The demo's ports: the usual ones if they are free, others if not. On loopback only.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::failure::Failure;

/// The registered and customary ports.
const USUAL: [u16; 3] = [5222, 5223, 5280];

/// Which ports the node listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    /// Clients with STARTTLS.
    pub(super) starttls: u16,
    /// Clients with TLS from the first byte.
    pub(super) tls: u16,
    /// HTTP and WebSocket.
    pub(super) http: u16,
}

impl Ports {
    /// Looks which ports are free now.
    ///
    /// # Errors
    /// When the system has no port to give.
    pub(super) fn choose() -> Result<Self, Failure> {
        Self::choose_from(USUAL).map_err(|error| Failure::failed(format!("no port is free: {error}")))
    }

    /// All three are held until all are found, so that none is found twice.
    fn choose_from(wanted: [u16; 3]) -> std::io::Result<Self> {
        let open = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).or_else(|_| any());
        let held = [open(wanted[0])?, open(wanted[1])?, open(wanted[2])?];
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        Ok(Self { starttls: port(&held[0])?, tls: port(&held[1])?, http: port(&held[2])? })
    }

    /// Whether nobody listens there now.
    pub(super) fn are_free(&self) -> bool {
        [self.starttls, self.tls, self.http]
            .iter()
            .all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
    }

    /// Those of the usual ports that were taken, each with its stand-in.
    pub(super) fn replaced(&self) -> Vec<(u16, u16)> {
        let pairs = USUAL.into_iter().zip([self.starttls, self.tls, self.http]);
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
    use super::*;

    #[test]
    fn a_taken_port_gets_a_stand_in() {
        let taken = any().unwrap();
        let port = taken.local_addr().unwrap().port();
        let ports = Ports::choose_from([port, port, port]).unwrap();
        let chosen = [ports.starttls, ports.tls, ports.http];
        assert!(!chosen.contains(&port) && ports.are_free());
        assert!(!Ports { tls: port, ..ports }.are_free());
        assert!(chosen[0] != chosen[1] && chosen[1] != chosen[2] && chosen[0] != chosen[2]);
    }

    #[test]
    fn what_differs_from_the_usual_is_said() {
        let ports = Ports { starttls: 5222, tls: 40_001, http: 5280 };
        assert_eq!(ports.replaced(), [(5223, 40_001)]);
    }
}
