//! One server of the inventory.

use std::path::PathBuf;

use everpresent_audit::Role;

use super::access::Access;
use crate::secret::SecretSource;
use crate::timing::{Length, Window};

/// One server of the inventory. Its limit and names in logs are in the deployment.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What operators call it.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Name or address.
    pub address: String,
    /// Where its log lines come from, besides syslog.
    pub sources: Vec<Source>,
    /// Port on which guests are served: seen closed while the server restarts.
    pub web_port: u16,
    /// How its management shell is reached; none: it is only looked at.
    pub ssh: Option<Access>,
    /// Admin API of a Janus server.
    pub janus: Option<JanusAdmin>,
    /// When it may be restarted; none at all: only with `--now`.
    pub windows: Vec<Window>,
}

/// Where log lines come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on this machine.
    File(PathBuf),
    /// The file `log` of the management shell, over SFTP.
    Sftp,
}

/// The Admin API of a Janus server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JanusAdmin {
    /// `http://…`, `https://…`, or `unix:` and the path of a socket.
    pub url: String,
    /// The admin secret, if there is one.
    pub secret: Option<SecretSource>,
    /// How long a session may be without a live PeerConnection before it counts as leaked.
    pub grace: Length,
}

impl Entry {
    /// The log files of this server.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.iter().filter_map(|source| match source {
            Source::File(path) => Some(path),
            Source::Sftp => None,
        })
    }
}
