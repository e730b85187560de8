//! From the file to what is meant: paths, defaults, and what two keys say against each other.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use everpresent_alerts::Settings;
use everpresent_audit::{Deployment, Role, Server};
use jiff::tz::TimeZone;

use super::access::{Access, Authentication};
use super::error::InventoryError;
use super::file::{InventoryFile, JanusFile, RestartFile, ServerFile, SshFile};
use super::server::{Entry, JanusAdmin, Source};
use super::{Inventory, MAX_INVENTORY_BYTES, RestartRules, alerts, watch};
use crate::secret::SecretSource;
use crate::timing::{Length, Window};

/// Servers that may be restarted at a time.
const MAX_PARALLEL: usize = 16;
/// Log files of one server.
const MAX_FILES: usize = 32;
/// Windows of one server.
const MAX_WINDOWS: usize = 64;

/// What is wrong, and where.
type Problem = (Range<usize>, String);

/// The folder that relative paths start from.
pub(super) struct Folder<'a>(&'a Path);

impl Folder<'_> {
    pub(super) fn join(&self, path: &Path) -> PathBuf {
        self.0.join(path)
    }
}

pub(super) fn read(path: &Path) -> Result<String, InventoryError> {
    let failed = |error| InventoryError::Read { path: path.to_owned(), error };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_INVENTORY_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_INVENTORY_BYTES {
        return Err(InventoryError::TooLarge { path: path.to_owned() });
    }
    Ok(text)
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Inventory, InventoryError> {
    let file: InventoryFile = toml::from_str(text).map_err(|error| {
        let message = error.message().replace('\n', ", ");
        InventoryError::at(text, path, error.span().unwrap_or(0..0), message)
    })?;
    let folder = Folder(path.parent().unwrap_or_else(|| Path::new("")));
    build(file, path, &folder).map_err(|(span, message)| InventoryError::at(text, path, span, message))
}

fn build(file: InventoryFile, path: &Path, folder: &Folder<'_>) -> Result<Inventory, Problem> {
    let zone = match &file.zone {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name.get_ref()).map_err(|_| {
            (name.span(), format!("{:?} is no time zone: write a name as in Europe/Brussels", name.get_ref()))
        })?,
    };
    let defaults = file.ssh.unwrap_or_default();
    let mut servers = Vec::new();
    let mut entries = Vec::new();
    let mut places = Vec::new();
    for server in file.server {
        places.push(server.span());
        let place = server.span();
        let builder = EntryBuilder { folder, defaults: &defaults, windows: &file.restart.windows };
        let (server, entry) = builder.build(server.into_inner()).map_err(|message| (place, message))?;
        servers.push(server);
        entries.push(entry);
    }
    let deployment = Deployment::new(servers)
        .map_err(|error| (first_place(&error, &entries, &places), error.to_string()))?;
    let alerts =
        file.alerts.map_or_else(|| Ok(Settings::default()), |section| alerts::settings(section, folder))?;
    let watch = watch::rules(file.watch, folder)?;
    Ok(Inventory {
        path: path.to_owned(),
        deployment: deployment.with_native_clients(file.native_clients),
        servers: entries,
        zone,
        known_hosts: folder.join(file.known_hosts.as_deref().unwrap_or(Path::new("known_hosts"))),
        journal: folder.join(file.journal.as_deref().unwrap_or(Path::new("journal"))),
        restart: rules(file.restart)?,
        alerts,
        watch,
    })
}

/// The place of the server that the error names; the errors of a deployment know names only.
fn first_place(
    error: &everpresent_audit::deployment::DeploymentError,
    entries: &[Entry],
    places: &[Range<usize>],
) -> Range<usize> {
    let text = error.to_string();
    let named =
        entries.iter().zip(places).rev().find(|(entry, _)| text.contains(&format!("\"{}\"", entry.name)));
    named.map_or(0..0, |(_, place)| place.clone())
}

fn rules(file: RestartFile) -> Result<RestartRules, Problem> {
    let parallel = match file.parallel {
        None => 1,
        Some(number) if (1..=MAX_PARALLEL).contains(number.get_ref()) => *number.get_ref(),
        Some(number) => return Err((number.span(), format!("`parallel` is 1 to {MAX_PARALLEL}"))),
    };
    Ok(RestartRules {
        schedule: file.schedule,
        live_calls: file.live_calls,
        budget: file.budget.unwrap_or(2),
        budget_period: file.budget_period.unwrap_or(Length::minutes(7 * 24 * 60)),
        cool_down: file.cool_down.unwrap_or(Length::minutes(6 * 60)),
        parallel,
        verify_within: file.verify_within.unwrap_or(Length::minutes(10)),
    })
}

/// Makes one entry.
struct EntryBuilder<'a> {
    folder: &'a Folder<'a>,
    defaults: &'a SshFile,
    windows: &'a [Window],
}

impl EntryBuilder<'_> {
    fn build(&self, file: ServerFile) -> Result<(Server, Entry), String> {
        let role = Role::from(file.role);
        let address = file.address.unwrap_or_else(|| file.name.clone());
        if address.is_empty()
            || address.len() > 255
            || address.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(format!("server {:?}: `address` must be a host name or an IP address", file.name));
        }
        if file.files.len() > MAX_FILES {
            return Err(format!("server {:?} has more than {MAX_FILES} files", file.name));
        }
        let windows = file.windows.unwrap_or_else(|| self.windows.to_vec());
        if windows.len() > MAX_WINDOWS {
            return Err(format!("server {:?} has more than {MAX_WINDOWS} maintenance windows", file.name));
        }
        let wanted = file.restart.unwrap_or(role.is_web_bridge() || file.ssh.is_some());
        let own = file.ssh.unwrap_or_default();
        let ssh = match wanted {
            true => {
                self.access(&own, &address).map_err(|problem| format!("server {:?}: {problem}", file.name))?
            }
            false => None,
        };
        let mut sources: Vec<Source> =
            file.files.iter().map(|path| Source::File(self.folder.join(path))).collect();
        if file.sftp_log {
            if ssh.is_none() {
                return Err(format!(
                    "server {:?}: `sftp_log` needs SSH access: add `[server.ssh]`",
                    file.name
                ));
            }
            sources.push(Source::Sftp);
        }
        let janus = match (role, file.janus) {
            (Role::Janus, Some(admin)) => {
                Some(self.janus(admin).map_err(|problem| format!("server {:?}: {problem}", file.name))?)
            }
            (Role::Janus, None) => {
                return Err(format!("server {:?} is a janus: add `[server.janus]` with `admin`", file.name));
            }
            (_, Some(_)) => {
                return Err(format!("server {:?} has `[server.janus]` but is no janus", file.name));
            }
            (_, None) => None,
        };
        let mut names = file.log_names;
        if address != file.name && !names.contains(&address) {
            names.push(address.clone());
        }
        let mut server = Server::new(file.name.clone(), role).with_log_names(names);
        if let Some(limit) = file.limit {
            server = server.with_limit(limit);
        }
        let web_port = file.web_port.unwrap_or(443);
        Ok((server, Entry { name: file.name, role, address, sources, web_port, ssh, janus, windows }))
    }

    /// The access of one server: its own keys before the defaults; none if nothing says how to sign in.
    fn access(&self, own: &SshFile, address: &str) -> Result<Option<Access>, String> {
        let authentication = match self.authentication(own)? {
            Some(own) => Some(own),
            None => self.authentication(self.defaults)?,
        };
        let Some(authentication) = authentication else { return Ok(None) };
        let user =
            own.user.clone().or_else(|| self.defaults.user.clone()).unwrap_or_else(|| "admin".to_owned());
        let older = own.older_algorithms.clone().or_else(|| self.defaults.older_algorithms.clone());
        Ok(Some(Access {
            host: address.to_owned(),
            port: own.port.or(self.defaults.port).unwrap_or(22),
            user,
            authentication,
            older_algorithms: older.unwrap_or_default(),
        }))
    }

    fn authentication(&self, file: &SshFile) -> Result<Option<Authentication>, String> {
        let password = self.secret(
            "password",
            &file.password_file,
            &file.password_environment,
            &file.password_credential,
        )?;
        let passphrase = self.secret(
            "key_passphrase",
            &file.key_passphrase_file,
            &file.key_passphrase_environment,
            &file.key_passphrase_credential,
        )?;
        match (password, &file.key_file, file.agent) {
            (None, None, false) if passphrase.is_some() => {
                Err("a `key_passphrase_…` needs a `key_file`".into())
            }
            (None, None, false) => Ok(None),
            (Some(password), None, false) if passphrase.is_none() => {
                Ok(Some(Authentication::Password(password)))
            }
            (None, Some(key), false) => {
                Ok(Some(Authentication::Key { file: self.folder.join(key), passphrase }))
            }
            (None, None, true) if passphrase.is_none() => Ok(Some(Authentication::Agent)),
            _ => Err("one of a password, a `key_file` or `agent = true` signs in, not several".into()),
        }
    }

    fn secret(
        &self,
        what: &str,
        file: &Option<PathBuf>,
        environment: &Option<String>,
        credential: &Option<String>,
    ) -> Result<Option<SecretSource>, String> {
        match (file, environment, credential) {
            (None, None, None) => Ok(None),
            (Some(path), None, None) => Ok(Some(SecretSource::File(self.folder.join(path)))),
            (None, Some(name), None) => Ok(Some(SecretSource::Environment(name.clone()))),
            (None, None, Some(name)) => {
                SecretSource::credential(name).map(Some).map_err(|error| error.to_string())
            }
            _ => Err(format!("give one of `{what}_file`, `{what}_environment` and `{what}_credential`")),
        }
    }

    fn janus(&self, file: JanusFile) -> Result<JanusAdmin, String> {
        if !["http://", "https://", "unix:"].iter().any(|scheme| file.admin.starts_with(scheme)) {
            return Err("`admin` must begin with http://, https:// or unix:".into());
        }
        let secret =
            self.secret("secret", &file.secret_file, &file.secret_environment, &file.secret_credential)?;
        Ok(JanusAdmin { url: file.admin, secret, grace: file.grace.unwrap_or(Length::minutes(5)) })
    }
}
