//! The wait before a fresh sign-in, and what clients are told of it.

use std::time::Duration;

use everpresent_console::administration::{ClientNode, ClientProfile, Relogin as Told};
use everpresent_recovery::relogin::Relogin;

use crate::home::HomeState;
use crate::node::Node;

impl Node {
    /// How long a session that cannot be resumed waits for a fresh sign-in of its user, when so many sessions come back.
    pub fn relogin_hold(&self, sessions: usize) -> Duration {
        Relogin::of(&self.pair.parameters(), sessions).hold()
    }

    /// The same for a home that is served here.
    pub(crate) fn relogin_hold_of(&self, state: &HomeState) -> Duration {
        self.relogin_hold(state.owner.ledger().sessions().len())
    }

    /// What clients are told, from memory.
    pub(crate) fn client_profile(&self) -> ClientProfile {
        let sessions = |home: &std::sync::Arc<crate::home::Home>| {
            home.enter(|state| state.owner.ledger().sessions().len())
        };
        let own: usize = self.seats.served().iter().map(sessions).sum();
        let partner = self.pair.partner().and_then(|partner| partner.sessions()).unwrap_or(0);
        let all = own.saturating_add(usize::try_from(partner).unwrap_or(usize::MAX));
        let relogin = Relogin::of(&self.pair.parameters(), all);
        ClientProfile {
            relogin: Told {
                lower_seconds: relogin.lower.as_secs(),
                upper_seconds: relogin.upper.as_secs(),
                computed: relogin.computed,
            },
            nodes: self.client_nodes(),
        }
    }

    /// The ports are those of this node: nodes of a cluster are set up alike.
    fn client_nodes(&self) -> Vec<ClientNode> {
        let listen = &self.config.listen;
        let port = |addresses: &[std::net::SocketAddr]| addresses.first().map(std::net::SocketAddr::port);
        let (starttls_port, direct_tls_port) = (port(&listen.c2s), port(&listen.c2s_tls));
        let nodes = self.peers.nodes();
        let (own, others): (Vec<_>, Vec<_>) = nodes.iter().partition(|row| row.group == self.pair.group);
        let told = own.into_iter().chain(others).filter(|row| !row.client_address.is_empty());
        told.map(|row| ClientNode { host: row.client_address.clone(), starttls_port, direct_tls_port })
            .collect()
    }
}
