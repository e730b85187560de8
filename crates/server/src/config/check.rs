//! What can be judged only by looking at several keys, or at the files that keys name.

mod alerts;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::client_address::is_host;
use super::error::{ConfigError, ConfigErrors};
use super::keys::Config;
use super::reader::Origins;

/// Default silence after which a node counts its partner as down (design: recovery manager, keep_alive_timeout).
const KEEP_ALIVE_TIMEOUT_SECONDS: u64 = 60;
/// Default upper bound of the random wait before a fresh sign-in after a move.
const RELOGIN_UPPER_LIMIT_SECONDS: u64 = 537;
/// What a session must outlive the two above by.
const RESUME_MARGIN_SECONDS: u64 = 60;
/// Shortest resume time: nobody may lose a session by waiting for their turn.
const MIN_RESUME_SECONDS: u64 =
    KEEP_ALIVE_TIMEOUT_SECONDS + RELOGIN_UPPER_LIMIT_SECONDS + RESUME_MARGIN_SECONDS;

/// Longest node name: that of a DNS label.
const MAX_NAME_BYTES: usize = 63;
/// Most domains of a node.
const MAX_DOMAINS: usize = 64;
/// Longest password line of `[database] password_file`.
const MAX_PASSWORD_BYTES: usize = 1024;

/// Makes every path absolute, from the folder of the configuration file, and fills in those that follow `data_dir`.
pub(super) fn resolve_paths(config: &mut Config, path: &Path) {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let base = absolute.parent().unwrap_or(Path::new("/"));
    config.node.data_dir = base.join(&config.node.data_dir);
    let optional = [
        &mut config.tls.certificate,
        &mut config.tls.key,
        &mut config.database.password_file,
        &mut config.admin.token_file,
        &mut config.link.dir,
        &mut config.alerts.webhook_token_file,
        &mut config.alerts.smtp_password_file,
        &mut config.alerts.ca_file,
    ];
    for path in optional.into_iter().flatten() {
        *path = base.join(&*path);
    }
    let token_file = config.admin.token_file.take();
    config.admin.token_file = Some(token_file.unwrap_or_else(|| config.node.data_dir.join("admin.token")));
    let link_dir = config.link.dir.take();
    config.link.dir = Some(link_dir.unwrap_or_else(|| config.node.data_dir.join("cluster")));
    let first = config.link.listen.first().filter(|address| !address.ip().is_unspecified());
    config.link.advertise = config.link.advertise.take().or_else(|| first.map(ToString::to_string));
    let url = &mut config.database.url.0;
    if url.is_empty() {
        *url = format!("sqlite:{}", escape_path(&config.node.data_dir.join("everpresent.db")));
    } else if let Some(file) = url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest))
        && !file.starts_with('/')
        && !file.starts_with(":memory:")
    {
        *url = format!("sqlite:{}/{file}", escape_path(base));
    }
}

/// A path as part of a URL.
fn escape_path(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

/// Refuses settings that contradict each other.
pub(super) fn consistency(config: &Config, origins: &Origins) -> Result<(), ConfigErrors> {
    let mut found = Found { origins, errors: Vec::new() };
    check_node(config, &mut found);
    check_listeners(config, &mut found);
    check_link(config, &mut found);
    alerts::check(&config.alerts, &mut found);
    if config.tls.certificate.is_some() != config.tls.key.is_some() {
        let (set, missing) =
            if config.tls.key.is_some() { ("key", "certificate") } else { ("certificate", "key") };
        found.add("tls", set, format!("`{set}` in [tls] needs `{missing}` beside it; set both or neither"));
    }
    if config.database.password_file.is_some() && config.database.url.is_sqlite() {
        found.add(
            "database",
            "password_file",
            "`password_file` in [database] is for PostgreSQL; SQLite has no password".into(),
        );
    }
    let resume_seconds = config.session.resume.as_secs();
    if resume_seconds < MIN_RESUME_SECONDS {
        let message = format!(
            "`resume_seconds` in [session] must be {MIN_RESUME_SECONDS} at least, not {resume_seconds}: \
             keep_alive_timeout ({KEEP_ALIVE_TIMEOUT_SECONDS}) + re-login upper limit \
             ({RELOGIN_UPPER_LIMIT_SECONDS}) + {RESUME_MARGIN_SECONDS}"
        );
        found.add("session", "resume_seconds", message);
    }
    if config.limits.unacked_bytes < config.limits.stanza_bytes {
        let message = "`unacked_bytes` in [limits] must not be smaller than `stanza_bytes`, or one stanza ends a session";
        found.add("limits", "unacked_bytes", message.into());
    }
    if let Some(url) = &config.websocket.url
        && !(url.starts_with("wss://") || url.starts_with("ws://"))
    {
        found.add(
            "websocket",
            "url",
            format!("`url` in [websocket] must begin with wss:// (or ws://), not {url:?}"),
        );
    }
    found.finish()
}

fn check_node(config: &Config, found: &mut Found<'_>) {
    let name = &config.node.name;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.chars().all(allowed) {
        let message =
            format!("`name` in [node] must be 1 to {MAX_NAME_BYTES} of a-z, 0-9 and hyphen, not {name:?}");
        found.add("node", "name", message);
    }
    if let Some(host) = config.node.client_address.as_ref().filter(|host| !is_host(host)) {
        let message = format!(
            "`client_address` in [node] must be a host name or an address without a port, not {host:?}"
        );
        found.add("node", "client_address", message);
    }
    let domains = &config.node.domains;
    if domains.is_empty() || domains.len() > MAX_DOMAINS {
        found.add("node", "domains", format!("`domains` in [node] must name 1 to {MAX_DOMAINS} domains"));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = domains.iter().find(|domain| !seen.insert(*domain)) {
        found.add("node", "domains", format!("`domains` in [node] names {twice} twice"));
    }
}

fn check_listeners(config: &Config, found: &mut Found<'_>) {
    let listen = &config.listen;
    let lists = [
        ("c2s", &listen.c2s),
        ("c2s_tls", &listen.c2s_tls),
        ("c2s_plain", &listen.c2s_plain),
        ("http", &listen.http),
        ("https", &listen.https),
    ];
    if lists.iter().all(|(_, list)| list.is_empty()) {
        found.add("listen", "c2s", "[listen] has no address at all: nobody could reach this node".into());
    }
    let mut seen = HashSet::new();
    let link = ("link", "listen", &config.link.listen);
    let lists = lists.map(|(key, list)| ("listen", key, list)).into_iter().chain([link]);
    for (section, key, address) in
        lists.flat_map(|(section, key, list)| list.iter().map(move |address| (section, key, *address)))
    {
        // Port 0 asks the system for a free port, so it never clashes.
        if address.port() != 0 && !seen.insert(address) {
            found.add(
                section,
                key,
                format!("`{key}` in [{section}] names {address}, which is already listened on"),
            );
        }
    }
    if let Some(open) = listen.c2s_plain.iter().find(|address| !address.ip().is_loopback()) {
        let message = format!(
            "`c2s_plain` in [listen] names {open}: connections without encryption are taken on loopback only \
             (127.0.0.1 or [::1]), because passwords and messages would cross the network in clear; use `c2s` or `c2s_tls`"
        );
        found.add("listen", "c2s_plain", message);
    }
}

fn check_link(config: &Config, found: &mut Found<'_>) {
    let link = &config.link;
    match &link.advertise {
        Some(address) => {
            let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
            if port.is_none_or(|port| port.parse::<u16>().is_err()) {
                let message = format!("`advertise` in [link] must be host:port, not {address:?}");
                found.add("link", "advertise", message);
            }
        }
        None if !link.listen.is_empty() => {
            let message = "`advertise` in [link] is needed: `listen` does not say under which address other nodes \
                           reach this one; write host:port";
            found.add("link", "listen", message.into());
        }
        None => {}
    }
}

/// Looks at the files that the configuration names, and puts the database's password into its URL.
pub(super) fn files(config: &mut Config, origins: &Origins) -> Result<(), ConfigErrors> {
    let mut found = Found { origins, errors: Vec::new() };
    for (key, path) in [("certificate", &config.tls.certificate), ("key", &config.tls.key)] {
        if let Some(path) = path
            && let Err(error) = std::fs::File::open(path)
        {
            found.add("tls", key, format!("`{key}` in [tls]: {} cannot be opened: {error}", path.display()));
        }
    }
    alerts::files(&config.alerts, &mut found);
    if let Some(path) = config.database.password_file.clone() {
        match password(&path).and_then(|password| with_password(config.database.url.expose(), &password)) {
            Ok(url) => config.database.url.0 = url,
            Err(message) => {
                found.add("database", "password_file", format!("`password_file` in [database]: {message}"));
            }
        }
    }
    found.finish()
}

fn password(path: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() || line.len() > MAX_PASSWORD_BYTES {
        return Err(format!("the first line of {} must hold the password", path.display()));
    }
    Ok(line.to_owned())
}

/// Puts a password after the user of a PostgreSQL URL, percent-encoded.
fn with_password(url: &str, password: &str) -> Result<String, String> {
    let named = url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?)));
    let Some((scheme, (user, rest))) =
        named.filter(|(_, (user, _))| !user.contains(':') && !user.contains('/'))
    else {
        return Err(
            "`url` must name a user and no password, as in postgres://everpresent@host/database".into()
        );
    };
    let encoded: String = password.bytes().map(encode_byte).collect();
    Ok(format!("{scheme}://{user}:{encoded}@{rest}"))
}

fn encode_byte(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

struct Found<'a> {
    origins: &'a Origins,
    errors: Vec<ConfigError>,
}

impl Found<'_> {
    fn add(&mut self, section: &str, key: &str, message: String) {
        self.errors.push(ConfigError { origin: self.origins.of(section, key), message });
    }

    fn finish(self) -> Result<(), ConfigErrors> {
        if self.errors.is_empty() { Ok(()) } else { Err(ConfigErrors::new(self.errors)) }
    }
}
