//! The inventory as it stands in the file. Everything that serde can refuse is refused here, with its place.

use std::path::PathBuf;

use everpresent_audit::Role;
use serde::Deserialize;
use toml::Spanned;

use super::access::OlderAlgorithm;
use super::watch::WatchFile;
use crate::timing::{Length, Opening, Window};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InventoryFile {
    #[serde(default)]
    pub(super) native_clients: bool,
    pub(super) zone: Option<Spanned<String>>,
    pub(super) known_hosts: Option<PathBuf>,
    pub(super) journal: Option<PathBuf>,
    #[serde(default)]
    pub(super) restart: RestartFile,
    pub(super) ssh: Option<SshFile>,
    pub(super) alerts: Option<Spanned<AlertsFile>>,
    pub(super) watch: Option<Spanned<WatchFile>>,
    #[serde(default)]
    pub(super) server: Vec<Spanned<ServerFile>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RestartFile {
    pub(super) schedule: Option<Opening>,
    #[serde(default)]
    pub(super) windows: Vec<Window>,
    #[serde(default)]
    pub(super) live_calls: u32,
    pub(super) budget: Option<u32>,
    pub(super) budget_period: Option<Length>,
    pub(super) cool_down: Option<Length>,
    pub(super) parallel: Option<Spanned<usize>>,
    pub(super) verify_within: Option<Length>,
}

/// Defaults for all servers, or the access to one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SshFile {
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) password_environment: Option<String>,
    pub(super) password_credential: Option<String>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) key_passphrase_file: Option<PathBuf>,
    pub(super) key_passphrase_environment: Option<String>,
    pub(super) key_passphrase_credential: Option<String>,
    #[serde(default)]
    pub(super) agent: bool,
    pub(super) older_algorithms: Option<Vec<OlderAlgorithm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerFile {
    pub(super) name: String,
    pub(super) role: RoleFile,
    pub(super) address: Option<String>,
    #[serde(default)]
    pub(super) log_names: Vec<String>,
    #[serde(default)]
    pub(super) files: Vec<PathBuf>,
    #[serde(default)]
    pub(super) sftp_log: bool,
    pub(super) limit: Option<u32>,
    pub(super) web_port: Option<u16>,
    pub(super) windows: Option<Vec<Window>>,
    pub(super) ssh: Option<SshFile>,
    /// `false` for a server that is only looked at although `[ssh]` has defaults for all.
    pub(super) restart: Option<bool>,
    pub(super) janus: Option<JanusFile>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum RoleFile {
    #[serde(rename = "web bridge")]
    WebBridge,
    #[serde(rename = "call bridge")]
    CallBridge,
    #[serde(rename = "both")]
    Both,
    #[serde(rename = "janus")]
    Janus,
}

impl From<RoleFile> for Role {
    fn from(role: RoleFile) -> Self {
        match role {
            RoleFile::WebBridge => Self::WebBridge,
            RoleFile::CallBridge => Self::CallBridge,
            RoleFile::Both => Self::Both,
            RoleFile::Janus => Self::Janus,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JanusFile {
    pub(super) admin: String,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) secret_environment: Option<String>,
    pub(super) secret_credential: Option<String>,
    pub(super) grace: Option<Length>,
}

/// The same names as in `[alerts]` of the server's own configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertsFile {
    pub(super) webhook: Option<Spanned<String>>,
    pub(super) webhook_token_file: Option<PathBuf>,
    pub(super) smtp: Option<Spanned<String>>,
    pub(super) smtp_security: Option<Spanned<String>>,
    pub(super) smtp_user: Option<String>,
    pub(super) smtp_password_file: Option<PathBuf>,
    pub(super) from: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) to: Vec<Spanned<String>>,
    pub(super) syslog: Option<Spanned<String>>,
    pub(super) ca_file: Option<PathBuf>,
}
