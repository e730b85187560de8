//! What the scenes of the story share.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use everpresent_client::{KeyCache, Mechanism, Options, Security, StreamManagement, Trust, tls};
use everpresent_server::config::Config;

use super::WAIT;
use super::folder::{Account, Folder, NODES};
use super::ports::Ports;
use super::server::Server;
use super::teller::{Teller, Trouble};
use crate::failure::Failure;

/// The domain: clients find it on every machine, and no certificate authority vouches for it.
pub(super) const DOMAIN: &str = "localhost";
/// Who has an account, and on which node.
pub(super) const PEOPLE: [(&str, usize); 3] = [("alice", 0), ("bob", 0), ("carol", 1)];
/// The account whose password the whole crowd uses.
pub(super) const GUEST: &str = "guest";
/// The resource of the built-in clients.
const RESOURCE: &str = "demo";
/// Random bytes in the ids of this run's messages.
const RUN_BYTES: usize = 4;
/// All clients come from one address here.
const CONNECTIONS_PER_ADDRESS: u32 = 100_000;

/// Everything but the actors.
pub(super) struct Stage {
    pub(super) folder: Folder,
    pub(super) ports: [Ports; 2],
    pub(super) teller: Teller,
    pub(super) configs: [Config; 2],
    pub(super) servers: [Option<Server>; 2],
    /// Those of the people, and the crowd's last.
    pub(super) accounts: Vec<Account>,
    /// Whether the accounts' passwords were made by this run.
    pub(super) new_passwords: bool,
    /// How large the crowd is.
    pub(super) sessions: Option<u32>,
    /// The ids of all messages between alice and bob, in order.
    pub(super) said: Vec<String>,
    run: String,
    messages: usize,
}

/// How a client connects.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// TLS from the first byte (XEP-0368).
    DirectTls,
    /// STARTTLS (RFC 6120 §5).
    StartTls,
}

impl Stage {
    /// Writes the configurations and makes sure of the accounts' passwords.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn new(
        folder: Folder,
        ports: [Ports; 2],
        mut teller: Teller,
        sessions: Option<u32>,
    ) -> Result<Self, Failure> {
        folder.note_process(std::process::id()).map_err(|error| Failure::failed(error.to_string()))?;
        for node in 0..NODES.len() {
            folder.make_node(node)?;
            folder.write(&folder.log(node), "")?;
        }
        let configs = configure(&folder, ports)?;
        let users: Vec<&str> = PEOPLE.iter().map(|(user, _)| *user).chain([GUEST]).collect();
        let (accounts, new_passwords) = folder.accounts(&users, DOMAIN)?;
        teller.point_to_log(folder.log(0));
        let mut random = [0; RUN_BYTES];
        getrandom::fill(&mut random).map_err(|error| Failure::failed(format!("no randomness: {error}")))?;
        let run = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            folder,
            ports,
            teller,
            configs,
            servers: [None, None],
            accounts,
            new_passwords,
            sessions,
            said: Vec::new(),
            run,
            messages: 0,
        })
    }

    /// An id for the next message.
    pub(super) fn next_id(&mut self) -> String {
        self.messages += 1;
        format!("{}-{}", self.run, self.messages)
    }

    /// An id for the next message between alice and bob, remembered for the archive.
    pub(super) fn next_said(&mut self) -> String {
        let id = self.next_id();
        self.said.push(id.clone());
        id
    }

    /// How one of the accounts signs in on each node, with the nodes' certificate as the only one trusted.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub(super) fn options(&self, account: &Account, way: Way) -> Result<[Options; 2], Trouble> {
        let path = self.folder.certificate();
        let expected = || format!("a certificate in {}", path.display());
        let pem = std::fs::read(&path).map_err(|error| Trouble::new(expected(), error.to_string()))?;
        let config = Trust::pem(&pem).and_then(tls::config);
        let config = config.map_err(|error| Trouble::new(expected(), error.to_string()))?;
        let host = Ipv4Addr::LOCALHOST.to_string();
        let keys = KeyCache::new();
        Ok(self.ports.map(|ports| {
            let (port, security) = match way {
                Way::DirectTls => (ports.tls, Security::Direct(Arc::clone(&config))),
                Way::StartTls => (ports.starttls, Security::StartTls(Arc::clone(&config))),
            };
            let mut options = Options::new(&host, port, DOMAIN, &account.user, &account.password)
                .security(security)
                .resource(RESOURCE)
                .stream_management(StreamManagement::Resumable);
            options.timeout = WAIT;
            options.mechanism = Some(Mechanism::ScramSha256);
            options.channel_binding = true;
            options.keys = Some(Arc::clone(&keys));
            options
        }))
    }

    /// The account of this name.
    ///
    /// # Errors
    /// When there is none, which nobody has seen yet.
    pub(super) fn account(&self, user: &str) -> Result<&Account, Trouble> {
        let found = self.accounts.iter().find(|account| account.user == user);
        found.ok_or_else(|| Trouble::new(format!("an account of {user}"), "none"))
    }

    /// Stops the nodes that run, one after the other.
    ///
    /// # Errors
    /// When one does not stop in good order; the other is stopped all the same.
    pub(super) async fn close(&mut self) -> Result<(), Trouble> {
        let mut stopped = Ok(());
        for server in &mut self.servers {
            if let Some(mut server) = server.take() {
                stopped = stopped.and(server.stop().await);
            }
        }
        stopped
    }
}

/// Writes the nodes' configurations for these ports.
///
/// # Errors
/// When they cannot be written.
pub(super) fn configure(folder: &Folder, ports: [Ports; 2]) -> Result<[Config; 2], Failure> {
    let write = |node: usize| {
        let (text, path) = (configuration(node, ports[node]), folder.config(node));
        folder.write(&path, &text)?;
        // Without the environment: the nodes are started without it too.
        Ok::<_, Failure>(Config::parse(&text, &path, &BTreeMap::new())?)
    };
    Ok([write(0)?, write(1)?])
}

fn configuration(node: usize, ports: Ports) -> String {
    let Ports { starttls, tls, http, link } = ports;
    let name = NODES[node];
    format!(
        "# Written anew by each `everpresent demo`.\n\n[node]\nname = \"{name}\"\ndomains = [\"{DOMAIN}\"]\n\
         data_dir = \"data\"\n\n# One file for both nodes: for a single machine only.\n[database]\n\
         url = \"sqlite:../everpresent.db\"\n\n# Loopback only: nobody on the network is served.\n[listen]\n\
         c2s = [\"127.0.0.1:{starttls}\"]\nc2s_tls = [\"127.0.0.1:{tls}\"]\nhttp = [\"127.0.0.1:{http}\"]\n\n\
         # The other node.\n[link]\nlisten = [\"127.0.0.1:{link}\"]\n\n\
         [tls]\ncertificate = \"../localhost.crt\"\nkey = \"../localhost.key\"\n\n\
         # A crowd comes from one address here.\n[limits]\nconnections_per_address = {CONNECTIONS_PER_ADDRESS}\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_configuration_is_one_that_the_server_takes() {
        for node in 0..2 {
            let text =
                configuration(node, Ports { starttls: 40_001, tls: 40_002, http: 40_003, link: 40_004 });
            let config = Config::parse(&text, Path::new("demo/imp/node.toml"), &BTreeMap::new()).unwrap();
            let listen = config.listen.c2s.iter().chain(&config.listen.http).chain(&config.link.listen);
            assert!(listen.into_iter().all(|address| address.ip().is_loopback()));
            assert!(config.admin.token_file.is_some());
        }
    }
}
