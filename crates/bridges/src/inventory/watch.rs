//! `[watch]`: what `everpresent bridges watch` listens to and keeps.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::load::Folder;
use crate::sources::syslog::tls;
use crate::timing::Length;

/// Most addresses of one kind that are listened on.
const MAX_LISTENERS: usize = 8;
/// Most relays.
const MAX_RELAYS: usize = 64;
/// Days that the history goes back unless said otherwise.
const RETENTION_DAYS: u32 = 180;

/// What is wrong, and where.
type Problem = (Range<usize>, String);

/// What the watch listens to and keeps.
#[derive(Debug, Clone)]
pub struct WatchRules {
    /// File of the history.
    pub history: PathBuf,
    /// How long counts, verdicts and restarts are kept.
    pub retention: Length,
    /// Where metrics are served, on this machine.
    pub metrics: Option<SocketAddr>,
    /// Where syslog over UDP is received.
    pub udp: Vec<SocketAddr>,
    /// Where syslog over TCP is received.
    pub tcp: Vec<SocketAddr>,
    /// Where syslog over TLS is received.
    pub tls: Vec<SocketAddr>,
    /// Certificate of the receiver; there is one if it listens for TLS.
    pub tls_settings: Option<tls::Settings>,
    /// Collectors that pass on the lines of others.
    pub relays: BTreeSet<IpAddr>,
    /// Whether the inventory's log files are good enough for a restart without anybody's order.
    pub trust_files: bool,
    /// How often logs are fetched over SFTP.
    pub sftp_every: Length,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchFile {
    history: Option<PathBuf>,
    retention: Option<Length>,
    metrics: Option<SocketAddr>,
    #[serde(default)]
    udp: Vec<SocketAddr>,
    #[serde(default)]
    tcp: Vec<SocketAddr>,
    #[serde(default)]
    tls: Vec<SocketAddr>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    #[serde(default)]
    tls_clients: ClientsFile,
    tls_client_ca: Option<PathBuf>,
    #[serde(default)]
    relays: BTreeSet<IpAddr>,
    trust_files: Option<bool>,
    sftp_every: Option<Length>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClientsFile {
    #[default]
    None,
    Optional,
    Required,
}

/// Turns the section into rules.
pub(super) fn rules(section: Option<Spanned<WatchFile>>, folder: &Folder<'_>) -> Result<WatchRules, Problem> {
    let span = section.as_ref().map_or(0..0, Spanned::span);
    let file = section.map(Spanned::into_inner).unwrap_or_default();
    check(&file).map_err(|problem| (span.clone(), problem))?;
    let tls_settings = tls_settings(&file, folder).map_err(|problem| (span, problem))?;
    Ok(WatchRules {
        history: folder.join(file.history.as_deref().unwrap_or("history.db".as_ref())),
        retention: file.retention.unwrap_or(Length::minutes(RETENTION_DAYS * 24 * 60)),
        metrics: file.metrics,
        udp: file.udp,
        tcp: file.tcp,
        tls: file.tls,
        tls_settings,
        relays: file.relays.into_iter().map(|relay| relay.to_canonical()).collect(),
        trust_files: file.trust_files.unwrap_or(true),
        sftp_every: file.sftp_every.unwrap_or(Length::minutes(1)),
    })
}

fn check(file: &WatchFile) -> Result<(), String> {
    if file.metrics.is_some_and(|address| !address.ip().is_loopback()) {
        return Err("`metrics` must be an address of this machine, as in 127.0.0.1:9187".into());
    }
    if [&file.udp, &file.tcp, &file.tls].iter().any(|addresses| addresses.len() > MAX_LISTENERS) {
        return Err(format!("`udp`, `tcp` and `tls` are {MAX_LISTENERS} addresses each at most"));
    }
    if file.relays.len() > MAX_RELAYS {
        return Err(format!("`relays` are {MAX_RELAYS} addresses at most"));
    }
    Ok(())
}

fn tls_settings(file: &WatchFile, folder: &Folder<'_>) -> Result<Option<tls::Settings>, String> {
    let files = (&file.tls_certificate, &file.tls_key);
    let (certificate, key) = match files {
        (None, None) if file.tls.is_empty() => return Ok(None),
        (Some(certificate), Some(key)) => (folder.join(certificate), folder.join(key)),
        _ => return Err("`tls` needs `tls_certificate` and `tls_key`".into()),
    };
    let clients = match (file.tls_clients, &file.tls_client_ca) {
        (ClientsFile::None, None) => tls::Clients::Anonymous,
        (ClientsFile::Optional, Some(authority)) => tls::Clients::Optional(folder.join(authority)),
        (ClientsFile::Required, Some(authority)) => tls::Clients::Required(folder.join(authority)),
        (ClientsFile::None, Some(_)) => {
            return Err("`tls_client_ca` is for `tls_clients` \"optional\" or \"required\"".into());
        }
        (_, None) => return Err("`tls_clients` needs `tls_client_ca`".into()),
    };
    Ok(Some(tls::Settings { certificate, key, clients }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Inventory;
    use super::*;

    const SERVER: &str = "[[server]]\nname = \"web1\"\nrole = \"web bridge\"\naddress = \"192.0.2.26\"\n";

    fn watch(section: &str) -> Result<WatchRules, String> {
        let text = format!("{SERVER}[watch]\n{section}");
        let inventory = Inventory::parse(&text, Path::new("etc/bridges.toml"));
        inventory.map(|inventory| inventory.watch).map_err(|error| error.to_string())
    }

    #[test]
    fn without_the_section_nothing_is_listened_to_and_the_history_lies_beside_the_inventory() {
        let rules = Inventory::parse(SERVER, Path::new("etc/bridges.toml")).unwrap().watch;
        assert_eq!(rules.history, Path::new("etc/history.db"));
        assert_eq!(rules.retention.to_string(), "180d");
        assert!(rules.udp.is_empty() && rules.metrics.is_none() && rules.trust_files);
    }

    #[test]
    fn tls_is_read_with_what_it_wants_of_clients() {
        let rules = watch(
            "tls = [\"[::]:6514\"]\ntls_certificate = \"cert.pem\"\ntls_key = \"key.pem\"\ntls_clients = \"required\"\n\
             tls_client_ca = \"ca.pem\"\nrelays = [\"::ffff:192.0.2.50\"]\n",
        )
        .unwrap();
        let settings = rules.tls_settings.unwrap();
        assert_eq!(settings.clients, tls::Clients::Required("etc/ca.pem".into()));
        assert!(rules.relays.contains(&"192.0.2.50".parse().unwrap()), "one machine, however it is written");
    }

    #[test]
    fn what_would_open_a_door_or_none_is_refused() {
        let refused = |section: &str| watch(section).unwrap_err();
        assert!(refused("metrics = \"0.0.0.0:9187\"").contains("an address of this machine"));
        assert!(refused("tls = [\"0.0.0.0:6514\"]").contains("needs `tls_certificate` and `tls_key`"));
        let files = "tls_certificate = \"c\"\ntls_key = \"k\"\n";
        assert!(refused(&format!("{files}tls_clients = \"required\"")).contains("needs `tls_client_ca`"));
        assert!(refused(&format!("{files}tls_client_ca = \"ca\"")).contains("is for `tls_clients`"));
        assert!(refused("udp = [\"514\"]").contains(":6:"), "with its place");
        assert!(refused("listen = 1").contains("unknown field"));
    }
}
