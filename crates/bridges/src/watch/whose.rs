//! Which server a line belongs to. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;

use everpresent_audit::{Deployment, ServerId};

use crate::inventory::{Inventory, Source};
use crate::sources::Origin;

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This server's.
    Server(ServerId),
    /// It names one server and came from the address, or out of the log, of another.
    Conflict {
        /// Whom it names.
        named: ServerId,
        /// Who sent it.
        sender: ServerId,
    },
    /// Of no server of the inventory.
    Nobody,
}

/// What is known about names, addresses and files of servers.
#[derive(Debug, Default, Clone)]
pub struct Register {
    addresses: BTreeMap<IpAddr, ServerId>,
    relays: BTreeSet<IpAddr>,
    /// Servers whose lines are in a file, by the inventory.
    files: BTreeMap<PathBuf, BTreeSet<ServerId>>,
    /// For each server its names, in lower case, and its addresses as text.
    names: BTreeMap<ServerId, BTreeSet<String>>,
    server_addresses: BTreeMap<ServerId, BTreeSet<IpAddr>>,
}

impl Register {
    /// From the inventory, and from what its names resolve to now.
    pub fn new(inventory: &Inventory, resolved: &BTreeMap<ServerId, BTreeSet<IpAddr>>) -> Self {
        let mut register = Self { relays: inventory.watch.relays.clone(), ..Self::default() };
        for (id, server) in inventory.deployment.servers() {
            let names = std::iter::once(&server.name).chain(&server.log_names);
            let mut names: BTreeSet<String> = names.map(|name| name.to_lowercase()).collect();
            let written = names.iter().filter_map(|name| name.parse::<IpAddr>().ok());
            let known = written.chain(resolved.get(&id).into_iter().flatten().copied());
            let known: BTreeSet<IpAddr> = known.map(|address| address.to_canonical()).collect();
            for address in &known {
                names.insert(address.to_string());
                register.addresses.insert(*address, id);
            }
            register.names.insert(id, names);
            register.server_addresses.insert(id, known);
            for source in &inventory.entry(id).sources {
                if let Source::File(path) = source {
                    register.files.entry(path.clone()).or_default().insert(id);
                }
            }
        }
        register
    }

    /// Addresses whose datagrams and connections are taken.
    pub fn senders(&self) -> BTreeSet<IpAddr> {
        self.addresses.keys().chain(&self.relays).copied().collect()
    }

    /// Names, in lower case, and addresses of a server.
    pub fn of(&self, server: ServerId) -> Option<(&BTreeSet<String>, &BTreeSet<IpAddr>)> {
        Some((self.names.get(&server)?, self.server_addresses.get(&server)?))
    }

    /// Whether the inventory names the file that a line stands in for this server.
    pub fn has_file(&self, server: ServerId, origin: &Origin) -> bool {
        let Origin::File(path) = origin else { return false };
        self.files.get(&**path).is_some_and(|owners| owners.contains(&server))
    }

    /// Collectors that pass on the lines of others.
    pub fn relays(&self) -> &BTreeSet<IpAddr> {
        &self.relays
    }

    /// Whose a line is: of whom its header names, else of who sent it, else of the one server whose file it stands in.
    pub fn whose(&self, deployment: &Deployment, origin: &Origin, host: Option<&str>) -> Whose {
        let named = host.and_then(|host| deployment.by_name(host));
        let sender = match origin {
            // A server may be a relay for others; then its address says nothing.
            Origin::Udp(from) | Origin::Tcp(from) | Origin::Tls { from, .. } => {
                self.addresses.get(from).filter(|_| !self.relays.contains(from)).copied()
            }
            Origin::Mmp(server) => deployment.by_name(server),
            Origin::File(_) => None,
        };
        match (named, sender) {
            (Some(named), Some(sender)) if named != sender => Whose::Conflict { named, sender },
            (Some(server), _) | (None, Some(server)) => Whose::Server(server),
            (None, None) => self.file_owner(origin).map_or(Whose::Nobody, Whose::Server),
        }
    }

    /// The server of a file that belongs to one alone.
    fn file_owner(&self, origin: &Origin) -> Option<ServerId> {
        let Origin::File(path) = origin else { return None };
        let owners = self.files.get(&**path)?;
        owners.first().copied().filter(|_| owners.len() == 1)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;

    const INVENTORY: &str = r#"
[watch]
relays = ["192.0.2.50"]
[[server]]
name = "web1"
role = "web bridge"
address = "192.0.2.26"
files = ["web1.log", "all.log"]
[[server]]
name = "core1"
role = "call bridge"
address = "core1.example.org"
log_names = ["acanosrv03"]
files = ["all.log"]
"#;

    struct Scene {
        inventory: Inventory,
        register: Register,
    }

    impl Scene {
        fn new() -> Self {
            let inventory = Inventory::parse(INVENTORY, Path::new("/etc/bridges.toml")).unwrap();
            let core1 = inventory.deployment.by_name("core1").unwrap();
            let resolved = BTreeMap::from([(core1, BTreeSet::from(["192.0.2.27".parse().unwrap()]))]);
            Self { register: Register::new(&inventory, &resolved), inventory }
        }

        fn whose(&self, origin: &Origin, host: Option<&str>) -> String {
            let name = |id| self.inventory.deployment.server(id).name.as_str();
            match self.register.whose(&self.inventory.deployment, origin, host) {
                Whose::Server(server) => name(server).to_owned(),
                Whose::Conflict { named, sender } => format!("{} says it is {}", name(sender), name(named)),
                Whose::Nobody => "nobody".to_owned(),
            }
        }
    }

    fn udp(from: &str) -> Origin {
        Origin::Udp(from.parse().unwrap())
    }

    fn file(name: &str) -> Origin {
        Origin::File(Arc::from(Path::new("/etc").join(name)))
    }

    #[test]
    fn the_header_tells_then_the_sender_then_the_file() {
        let scene = Scene::new();
        assert_eq!(scene.whose(&udp("192.0.2.50"), Some("AcanoSrv03")), "core1", "through a relay");
        assert_eq!(scene.whose(&udp("192.0.2.27"), None), "core1", "by what its name resolves to");
        assert_eq!(scene.whose(&udp("192.0.2.26"), Some("localhost")), "web1", "a name that nobody knows");
        assert_eq!(scene.whose(&file("web1.log"), None), "web1");
        assert_eq!(scene.whose(&file("web1.log"), Some("core1")), "core1");
        assert_eq!(scene.whose(&Origin::Mmp("web1".into()), None), "web1");
    }

    #[test]
    fn what_nobody_can_be_given_is_nobodys() {
        let scene = Scene::new();
        assert_eq!(scene.whose(&file("all.log"), None), "nobody", "the file holds two servers' lines");
        assert_eq!(scene.whose(&udp("192.0.2.50"), None), "nobody");
        assert_eq!(scene.whose(&udp("192.0.2.99"), Some("stranger")), "nobody");
    }

    #[test]
    fn a_server_that_speaks_in_the_name_of_another_is_noticed() {
        assert_eq!(Scene::new().whose(&udp("192.0.2.26"), Some("core1")), "web1 says it is core1");
    }
}
