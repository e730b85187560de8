//! Which records there are to publish, and what is not known.

use std::net::IpAddr;

use everpresent_server::config::Config;
use everpresent_server::config::client_address::is_host_name;
use serde::Serialize;

/// How long resolvers may keep a record, in seconds. A failover changes none of them: every node carries every user.
const TTL_SECONDS: u32 = 3_600;
/// TLS from the first byte is tried first (XEP-0368 §4); within a service all nodes are alike.
const DIRECT_TLS_PRIORITY: u16 = 5;
const START_TLS_PRIORITY: u16 = 10;
const WEIGHT: u16 = 10;

/// A node as clients may reach it.
pub(super) struct Target {
    pub(super) node: String,
    /// The host that clients are told; empty if that is not set.
    pub(super) address: String,
}

/// All that is to be published.
#[derive(Debug, Serialize)]
pub(super) struct Publication {
    pub(super) services: Vec<Service>,
    pub(super) hosts: Vec<Host>,
    pub(super) host_meta: Vec<HostMeta>,
    /// What is missing, and what to do about it.
    pub(super) unknown: Vec<String>,
}

/// An SRV record (RFC 2782, XEP-0368).
#[derive(Debug, Serialize)]
pub(super) struct Service {
    /// Such as `_xmpp-client._tcp.example.org`.
    pub(super) name: String,
    pub(super) ttl_seconds: u32,
    pub(super) priority: u16,
    pub(super) weight: u16,
    pub(super) port: u16,
    /// The host; `.` says that the service is not offered.
    pub(super) target: String,
}

/// A host record of a node.
#[derive(Debug, Serialize)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) ttl_seconds: u32,
    /// Nothing: it has to be written by hand.
    pub(super) address: Option<IpAddr>,
    pub(super) node: String,
}

/// What web clients are told at the domain itself (XEP-0156 §4).
#[derive(Debug, Serialize)]
pub(super) struct HostMeta {
    /// Where it has to be found.
    pub(super) url: String,
    /// The WebSocket address that it tells.
    pub(super) websocket: String,
}

impl Publication {
    pub(super) fn of(domains: &[String], targets: &[Target], config: &Config) -> Self {
        let mut publication = Self { services: vec![], hosts: vec![], host_meta: vec![], unknown: vec![] };
        for domain in domains {
            if domain.is_ascii() {
                publication.add_domain(domain, targets, config);
            } else {
                publication
                    .miss(format!("{domain}: name it in its form for the DNS, which begins with xn--"));
            }
        }
        if targets.len() > 1 {
            let ports = "ports are those of this node: nodes that listen on others need records of their own";
            publication.miss(ports.to_owned());
        }
        publication
    }

    fn add_domain(&mut self, domain: &str, targets: &[Target], config: &Config) {
        let hosts: Vec<String> =
            targets.iter().filter_map(|target| self.add_host(domain, target, config)).collect();
        let listen = &config.listen;
        for (service, priority, listeners) in [
            ("_xmpps-client._tcp", DIRECT_TLS_PRIORITY, &listen.c2s_tls),
            ("_xmpp-client._tcp", START_TLS_PRIORITY, &listen.c2s),
        ] {
            let record = |(priority, weight, port), target: &str| Service {
                name: format!("{service}.{domain}"),
                ttl_seconds: TTL_SECONDS,
                priority,
                weight,
                port,
                target: target.to_owned(),
            };
            match listeners.first() {
                None => self.services.push(record((0, 0, 0), ".")),
                Some(first) => {
                    let to = |host: &String| record((priority, WEIGHT, first.port()), host);
                    self.services.extend(hosts.iter().map(to));
                }
            }
        }
        self.add_host_meta(domain, config);
    }

    /// The host that clients of a domain are sent to for this node, if that is known.
    fn add_host(&mut self, domain: &str, target: &Target, config: &Config) -> Option<String> {
        let Target { node, address } = target;
        if address.is_empty() {
            self.miss(format!(
                "{node}: its host is not known; set `client_address` in [node] of its configuration and start it again"
            ));
            return None;
        }
        let ip = address.parse::<IpAddr>().ok();
        // A service record names a host, never an address: this one gets a name within the domain.
        let name = if ip.is_some() { format!("{node}.{domain}") } else { address.clone() };
        if !is_host_name(&name) {
            self.miss(format!(
                "{node}: what it says of itself is no host: {address:?}; see `client_address` in [node]"
            ));
            return None;
        }
        let ip = ip.or_else(|| (*node == config.node.name).then(|| own_address(config)).flatten());
        if ip.is_none() {
            self.miss(format!(
                "{name}: its address is not known here; write its A and AAAA records yourself"
            ));
        }
        if !self.hosts.iter().any(|host| host.name == name) {
            self.hosts.push(Host {
                name: name.clone(),
                ttl_seconds: TTL_SECONDS,
                address: ip,
                node: node.clone(),
            });
        }
        Some(name)
    }

    fn add_host_meta(&mut self, domain: &str, config: &Config) {
        if !config.websocket.enabled {
            return;
        }
        match &config.websocket.url {
            Some(url) => self.host_meta.push(HostMeta {
                url: format!("https://{domain}/.well-known/host-meta"),
                websocket: url.clone(),
            }),
            None => self.miss(format!(
                "{domain}: web clients are not told where to go; set `url` in [websocket], and let \
                 https://{domain}/.well-known/host-meta lead to a node"
            )),
        }
    }

    /// Says it once.
    fn miss(&mut self, what: String) {
        if !self.unknown.contains(&what) {
            self.unknown.push(what);
        }
    }
}

/// The address that this node's clients connect to, if the configuration names one that others can reach.
fn own_address(config: &Config) -> Option<IpAddr> {
    let listeners = config.listen.c2s_tls.iter().chain(&config.listen.c2s);
    listeners.map(|address| address.ip()).find(|ip| !ip.is_unspecified() && !ip.is_loopback())
}
