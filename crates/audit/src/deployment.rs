//! The servers that are looked at together: a session that begins on one of them may end on another.

mod server;

pub use server::{DEFAULT_LIMIT, FILLING_PERCENT, Fill, Role, Server};

use std::collections::BTreeMap;

/// Servers of one deployment. The history of each is bounded, so this bounds the memory of an audit.
pub const MAX_SERVERS: usize = 128;
/// Names by which the logs may call one server.
pub const MAX_LOG_NAMES: usize = 16;
/// Longest name of a server, in bytes: a host name is not longer (RFC 1035 §2.3.4).
pub const MAX_NAME_BYTES: usize = 255;

/// Which server of a [`Deployment`], by its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(u16);

impl ServerId {
    /// The place in [`Deployment::servers`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Web Bridges, Call Bridges and Janus servers that serve the same meetings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    servers: Vec<Server>,
    /// Every name that a log may use, in lower case.
    names: BTreeMap<String, ServerId>,
    native_clients: bool,
}

/// Why servers make no deployment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// Nothing to look at.
    #[error("the deployment has no server; name at least one")]
    Empty,
    /// Too many of them.
    #[error(
        "the deployment has {found} servers, {MAX_SERVERS} is the most; audit them in several deployments"
    )]
    TooManyServers {
        /// How many there are.
        found: usize,
    },
    /// A name that no log could have.
    #[error(
        "server \"{server}\": the name \"{name}\" is empty, longer than {MAX_NAME_BYTES} bytes, or has spaces in it; \
         write it as it stands in the log"
    )]
    Name {
        /// The server.
        server: String,
        /// Its name that is wrong.
        name: String,
    },
    /// Too many names for one server.
    #[error("server \"{server}\" has {found} names in logs, {MAX_LOG_NAMES} is the most")]
    TooManyNames {
        /// The server.
        server: String,
        /// How many names it has.
        found: usize,
    },
    /// One name, two servers: a line could belong to either.
    #[error("\"{name}\" is a name of both \"{first}\" and \"{second}\"; each name must lead to one server")]
    Ambiguous {
        /// The name, in lower case.
        name: String,
        /// Who has it first.
        first: String,
        /// Who has it too.
        second: String,
    },
    /// No session at all could begin there.
    #[error("server \"{server}\" has a limit of 0 sessions; leave the limit out or give the configured one")]
    Limit {
        /// The server.
        server: String,
    },
}

impl Deployment {
    /// Takes the servers together. A server is found by its name and by its names in logs, whatever their case.
    ///
    /// # Errors
    /// [`DeploymentError`] when there are none or too many, or when a line could not be given to one of them.
    pub fn new(servers: Vec<Server>) -> Result<Self, DeploymentError> {
        if servers.is_empty() {
            return Err(DeploymentError::Empty);
        }
        if servers.len() > MAX_SERVERS {
            return Err(DeploymentError::TooManyServers { found: servers.len() });
        }
        let mut names: BTreeMap<String, ServerId> = BTreeMap::new();
        for (id, server) in identified(&servers) {
            server.check()?;
            for name in server.names() {
                let name = name.to_lowercase();
                match names.insert(name.clone(), id) {
                    Some(other) if other != id => {
                        let first = servers[other.index()].name.clone();
                        return Err(DeploymentError::Ambiguous { name, first, second: server.name.clone() });
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { servers, names, native_clients: false })
    }

    /// Says whether native CMA clients are in use. Their calls count as CMA on a Call Bridge and have no session on a
    /// Web Bridge, so both figures of leaked sessions are lower bounds then.
    #[must_use]
    pub fn with_native_clients(mut self, in_use: bool) -> Self {
        self.native_clients = in_use;
        self
    }

    /// Whether native CMA clients are in use.
    #[must_use]
    pub fn native_clients(&self) -> bool {
        self.native_clients
    }

    /// All servers, in the order in which they were given.
    pub fn servers(&self) -> impl Iterator<Item = (ServerId, &Server)> {
        identified(&self.servers)
    }

    /// The servers whose sessions are counted by `Stats` lines.
    pub fn web_bridges(&self) -> impl Iterator<Item = (ServerId, &Server)> {
        self.servers().filter(|(_, server)| server.role.is_web_bridge())
    }

    /// The servers whose calls are counted by `STATS` lines.
    pub fn call_bridges(&self) -> impl Iterator<Item = (ServerId, &Server)> {
        self.servers().filter(|(_, server)| server.role.is_call_bridge())
    }

    /// The server. An id of another deployment that has more servers gives the last one of this.
    #[must_use]
    pub fn server(&self, id: ServerId) -> &Server {
        &self.servers[id.index().min(self.servers.len() - 1)]
    }

    /// The server that a log, or an operator, calls so; upper and lower case are the same.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<ServerId> {
        self.names.get(&name.to_lowercase()).copied()
    }
}

fn identified(servers: &[Server]) -> impl Iterator<Item = (ServerId, &Server)> {
    (0_u16..).map(ServerId).zip(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_by_each_of_its_names_whatever_their_case() {
        let servers = vec![
            Server::new("bridge-a", Role::WebBridge).with_log_names(["WebBridge1", "192.0.2.1"]),
            Server::new("core-a", Role::CallBridge),
        ];
        let deployment = Deployment::new(servers).unwrap();
        let named = |name| deployment.by_name(name).map(|id| deployment.server(id).name.as_str());
        assert_eq!(named("BRIDGE-A"), Some("bridge-a"));
        assert_eq!(named("webbridge1"), Some("bridge-a"));
        assert_eq!(named("192.0.2.1"), Some("bridge-a"));
        assert_eq!(named("Core-A"), Some("core-a"));
        assert_eq!(named("core-b"), None);
    }

    #[test]
    fn roles_say_who_counts_sessions_and_who_counts_calls() {
        let servers = vec![
            Server::new("web", Role::WebBridge),
            Server::new("call", Role::CallBridge),
            Server::new("single", Role::Both),
            Server::new("janus", Role::Janus),
        ];
        let deployment = Deployment::new(servers).unwrap();
        let names = |servers: Vec<(ServerId, &Server)>| {
            servers.into_iter().map(|(_, server)| server.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(deployment.web_bridges().collect()), ["web", "single"]);
        assert_eq!(names(deployment.call_bridges().collect()), ["call", "single"]);
    }

    #[test]
    fn one_name_for_two_servers_is_refused_with_both() {
        let servers = vec![
            Server::new("one", Role::Both).with_log_names(["cms"]),
            Server::new("two", Role::Both).with_log_names(["CMS"]),
        ];
        let error = Deployment::new(servers).unwrap_err().to_string();
        assert!(error.contains("\"cms\" is a name of both \"one\" and \"two\""), "{error}");
    }

    #[test]
    fn what_could_be_no_deployment_is_refused() {
        assert_eq!(Deployment::new(Vec::new()), Err(DeploymentError::Empty));
        let crowd = (0..=MAX_SERVERS).map(|number| Server::new(format!("s{number}"), Role::Both)).collect();
        assert_eq!(Deployment::new(crowd), Err(DeploymentError::TooManyServers { found: MAX_SERVERS + 1 }));
        let with = |server| Deployment::new(vec![server]).unwrap_err().to_string();
        assert!(with(Server::new("a b", Role::Both)).contains("has spaces in it"));
        assert!(with(Server::new("", Role::Both)).contains("is empty"));
        assert!(with(Server::new("a", Role::Both).with_limit(0)).contains("limit of 0"));
        let names = (0..=MAX_LOG_NAMES).map(|number| format!("n{number}"));
        assert!(with(Server::new("a", Role::Both).with_log_names(names)).contains("16 is the most"));
    }
}
