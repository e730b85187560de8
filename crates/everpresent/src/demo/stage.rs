//! What the scenes of the story share.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use everpresent_client::{Mechanism, Options, Security, StreamManagement, Trust, tls};
use everpresent_server::config::Config;

use super::WAIT;
use super::folder::{Account, Folder};
use super::ports::Ports;
use super::server::Server;
use super::teller::{Teller, Trouble};
use crate::failure::Failure;

/// The domain: clients find it on every machine, and no certificate authority vouches for it.
pub(super) const DOMAIN: &str = "localhost";
/// The resource of the built-in clients.
const RESOURCE: &str = "demo";
/// Random bytes in the ids of this run's messages.
const RUN_BYTES: usize = 4;

/// Everything but the actors.
pub(super) struct Stage {
    pub(super) folder: Folder,
    pub(super) ports: Ports,
    pub(super) teller: Teller,
    pub(super) config: Config,
    pub(super) server: Option<Server>,
    pub(super) accounts: Vec<Account>,
    /// Whether the accounts' passwords were made by this run.
    pub(super) new_passwords: bool,
    /// The ids of all messages said, in order.
    pub(super) said: Vec<String>,
    run: String,
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
    /// Writes the configuration and makes sure of the accounts' passwords.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn new(folder: Folder, ports: Ports, mut teller: Teller) -> Result<Self, Failure> {
        folder.write(&folder.log(), "")?;
        let config = configure(&folder, ports)?;
        let (accounts, new_passwords) = folder.accounts(&["alice", "bob"], DOMAIN)?;
        teller.point_to_log(folder.log());
        let mut random = [0; RUN_BYTES];
        getrandom::fill(&mut random).map_err(|error| Failure::failed(format!("no randomness: {error}")))?;
        let run = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let said = Vec::new();
        Ok(Self { folder, ports, teller, config, server: None, accounts, new_passwords, said, run })
    }

    /// An id for the next message, remembered for the archive.
    pub(super) fn next_id(&mut self) -> String {
        let id = format!("{}-{}", self.run, self.said.len() + 1);
        self.said.push(id.clone());
        id
    }

    /// How one of the accounts signs in, with the node's certificate as the only one trusted.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub(super) fn options(&self, account: &Account, way: Way) -> Result<Options, Trouble> {
        let path = self.folder.certificate();
        let expected = || format!("a certificate in {}", path.display());
        let pem = std::fs::read(&path).map_err(|error| Trouble::new(expected(), error.to_string()))?;
        let config = Trust::pem(&pem).and_then(tls::config);
        let config = config.map_err(|error| Trouble::new(expected(), error.to_string()))?;
        let (port, security) = match way {
            Way::DirectTls => (self.ports.tls, Security::Direct(Arc::clone(&config))),
            Way::StartTls => (self.ports.starttls, Security::StartTls(Arc::clone(&config))),
        };
        let host = Ipv4Addr::LOCALHOST.to_string();
        let mut options = Options::new(&host, port, DOMAIN, &account.user, &account.password)
            .security(security)
            .resource(RESOURCE)
            .stream_management(StreamManagement::Resumable);
        options.timeout = WAIT;
        options.mechanism = Some(Mechanism::ScramSha256);
        options.channel_binding = true;
        Ok(options)
    }

    /// Stops the node, if it runs.
    ///
    /// # Errors
    /// When it does not stop in good order.
    pub(super) async fn close(&mut self) -> Result<(), Failure> {
        match self.server.take() {
            Some(mut server) => server.stop().await.map_err(|trouble| {
                let log = self.folder.log().display().to_string();
                Failure::failed(format!("expected {}, but {}; see {log}", trouble.expected, trouble.seen))
            }),
            None => Ok(()),
        }
    }
}

/// Writes the node's configuration for these ports.
///
/// # Errors
/// When it cannot be written.
pub(super) fn configure(folder: &Folder, ports: Ports) -> Result<Config, Failure> {
    let text = configuration(ports);
    folder.write(&folder.config(), &text)?;
    // Without the environment: the node is started without it too.
    Ok(Config::parse(&text, &folder.config(), &BTreeMap::new())?)
}

fn configuration(ports: Ports) -> String {
    let Ports { starttls, tls, http } = ports;
    format!(
        "# Written anew by each `everpresent demo`.\n\n[node]\nname = \"demo\"\ndomains = [\"{DOMAIN}\"]\n\
         data_dir = \"data\"\n\n# Loopback only: nobody on the network is served.\n[listen]\n\
         c2s = [\"127.0.0.1:{starttls}\"]\nc2s_tls = [\"127.0.0.1:{tls}\"]\nhttp = [\"127.0.0.1:{http}\"]\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_configuration_is_one_that_the_server_takes() {
        let text = configuration(Ports { starttls: 40_001, tls: 40_002, http: 40_003 });
        let config = Config::parse(&text, Path::new("demo/everpresent.toml"), &BTreeMap::new()).unwrap();
        assert!(
            config.listen.c2s.iter().chain(&config.listen.http).all(|address| address.ip().is_loopback())
        );
        assert!(config.admin.token_file.is_some());
    }
}
