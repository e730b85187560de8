//! The inventory, `bridges.toml`: which servers there are, how they are reached, and when they may be restarted.
//!
//! Relative paths in it are meant from its folder. What it holds is right by itself once it is read.

mod access;
mod alerts;
mod error;
mod file;
mod load;
mod server;
mod template;
mod watch;

pub(crate) use access::known_as;
pub use access::{Access, Authentication, OlderAlgorithm};
pub use error::InventoryError;
pub use server::{Entry, JanusAdmin, Source};
pub use template::TEMPLATE;
pub use watch::WatchRules;

use std::path::{Path, PathBuf};

use everpresent_alerts::Settings;
use everpresent_audit::{Deployment, ServerId};
use jiff::tz::TimeZone;

use crate::timing::{Length, Opening};

/// What an inventory is called if nothing else is said.
pub const DEFAULT_FILE: &str = "bridges.toml";

/// Largest inventory, in bytes.
pub const MAX_INVENTORY_BYTES: u64 = 1 << 20;

/// Servers that are looked at and restarted together.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// Where it was read.
    pub path: PathBuf,
    /// The servers as the audit knows them.
    pub deployment: Deployment,
    /// The same servers, in the same order, with how they are reached.
    pub servers: Vec<Entry>,
    /// Zone of log lines that name none.
    pub zone: TimeZone,
    /// Known host keys, in OpenSSH's format.
    pub known_hosts: PathBuf,
    /// Folder of journals and lock.
    pub journal: PathBuf,
    /// When and how often servers are restarted.
    pub restart: RestartRules,
    /// Where notices go.
    pub alerts: Settings,
    /// What the watch listens to and keeps.
    pub watch: WatchRules,
}

/// When and how often servers are restarted.
#[derive(Debug, Clone)]
pub struct RestartRules {
    /// When the watch, and the exports for other schedulers, restart what leaks; none: never by itself.
    pub schedule: Option<Opening>,
    /// Calls that a restart may cut without `--force`.
    pub live_calls: u32,
    /// Restarts of one server within [`Self::budget_period`].
    pub budget: u32,
    /// What [`Self::budget`] counts over.
    pub budget_period: Length,
    /// Time between two restarts of one server.
    pub cool_down: Length,
    /// Servers that are restarted at a time.
    pub parallel: usize,
    /// How long is waited for the log line that shows a restart.
    pub verify_within: Length,
}

impl Inventory {
    /// Reads and checks an inventory.
    ///
    /// # Errors
    /// [`InventoryError`] with line and column of the first problem.
    pub fn load(path: &Path) -> Result<Self, InventoryError> {
        let text = load::read(path)?;
        Self::parse(&text, path)
    }

    /// The same from text that was read already.
    ///
    /// # Errors
    /// [`InventoryError`] with line and column of the first problem.
    pub fn parse(text: &str, path: &Path) -> Result<Self, InventoryError> {
        load::parse(text, path)
    }

    /// How this server of the deployment is reached.
    pub fn entry(&self, id: ServerId) -> &Entry {
        // One entry was made for each server of the deployment.
        &self.servers[id.index().min(self.servers.len() - 1)]
    }

    /// The entry of this name; upper and lower case are the same.
    pub fn by_name(&self, name: &str) -> Option<(ServerId, &Entry)> {
        let id = self.deployment.by_name(name)?;
        Some((id, self.entry(id)))
    }
}

#[cfg(test)]
mod tests;
