//! Which Janus server, from the command line or the inventory.

use std::path::PathBuf;
use std::time::Duration;

use everpresent_bridges::Inventory;
use everpresent_bridges::inventory::{Access, JanusAdmin};
use everpresent_bridges::janus::{Admin, Transport};
use everpresent_bridges::secret::SecretSource;

use super::failure;
use crate::cli::JanusTarget;
use crate::failure::{Exit, Failure};

/// A Janus server, and how it is restarted.
pub(super) struct Target {
    pub(super) admin: Admin,
    pub(super) grace: Duration,
    /// How its machine is reached, and which host keys are known.
    pub(super) ssh: Option<(Access, PathBuf)>,
}

impl Target {
    pub(super) fn open(arguments: &JanusTarget) -> Result<Self, Failure> {
        match (&arguments.url, &arguments.server) {
            (Some(url), _) => {
                let secret = arguments.admin_secret_file.clone().map(SecretSource::File);
                let admin = admin(url, secret.as_ref())?;
                Ok(Self { admin, grace: arguments.grace(None), ssh: None })
            }
            (None, Some(name)) => Self::from_inventory(arguments, name),
            (None, None) => Err(Failure::new(Exit::Usage, "which Janus: --url or --server")),
        }
    }

    fn from_inventory(arguments: &JanusTarget, name: &str) -> Result<Self, Failure> {
        let wrong = |text: String| Failure::new(Exit::Config, text);
        let inventory = Inventory::load(&arguments.inventory).map_err(|error| wrong(error.to_string()))?;
        let place = arguments.inventory.display();
        let (_, entry) =
            inventory.by_name(name).ok_or_else(|| wrong(format!("{place} has no server named {name:?}")))?;
        let JanusAdmin { url, secret, grace } =
            entry.janus.as_ref().ok_or_else(|| wrong(format!("{name:?} in {place} is no janus")))?;
        Ok(Self {
            admin: admin(url, secret.as_ref())?,
            grace: arguments.grace(Some(*grace)),
            ssh: entry.ssh.clone().map(|access| (access, inventory.known_hosts.clone())),
        })
    }
}

fn admin(url: &str, secret: Option<&SecretSource>) -> Result<Admin, Failure> {
    let transport = Transport::new(url).map_err(|error| failure(&error))?;
    let secret = secret.map(SecretSource::read).transpose();
    let secret = secret.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    Ok(Admin::new(transport, secret))
}
