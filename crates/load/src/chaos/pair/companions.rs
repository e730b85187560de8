//! slixmpp clients beside the crowd: one Python process, which keeps a log of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use super::crowd::{Guide, Part};
use super::network::{CLIENTS, output, program};
use crate::Error;

/// How long signing out may take.
const LEAVE_LIMIT: Duration = Duration::from_secs(20);

/// The process with the slixmpp clients.
pub(crate) struct Companions {
    child: Child,
    orders: ChildStdin,
}

impl Companions {
    /// Starts them; they sign in at once, and write when told to.
    pub(crate) async fn start(
        python: &Path,
        script: &Path,
        guide: &Guide,
        parts: &[Part],
        seconds_between_messages: f64,
        log: &Path,
    ) -> Result<Self, Error> {
        let mut command = program(CLIENTS.namespace, python);
        let errors = output(&log.with_extension("errors"))?;
        command.arg(script).stdin(std::process::Stdio::piped()).stdout(errors.try_clone()?).stderr(errors);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child = command.spawn()?;
        let piped = || Error::Preparation("the slixmpp clients cannot be told anything".to_owned());
        let mut orders = child.stdin.take().ok_or_else(piped)?;
        let clients: Vec<_> = parts
            .iter()
            .map(|part| json!({"name": part.name, "home": part.home, "partner": part.partners.first()}))
            .collect();
        let settings = json!({
            "domain": guide.domain,
            "password": guide.password,
            "certificate": guide.certificate,
            "nodes": guide.nodes,
            "port": guide.port,
            "resumes": guide.resumes,
            "seconds_between_messages": seconds_between_messages,
            "log": log,
            "clients": clients,
        });
        orders.write_all(format!("{settings}\n").as_bytes()).await?;
        Ok(Self { child, orders })
    }

    /// Lets them write, or stop writing.
    pub(crate) async fn work(&mut self, on: bool) -> Result<(), Error> {
        let order: &[u8] = if on { b"work\n" } else { b"rest\n" };
        Ok(self.orders.write_all(order).await?)
    }

    /// Lets them sign out.
    pub(crate) async fn leave(mut self) -> Result<(), Error> {
        self.orders.write_all(b"leave\n").await?;
        drop(self.orders);
        let ended = timeout(LEAVE_LIMIT, self.child.wait()).await;
        ended.map_err(|_| Error::Preparation("the slixmpp clients did not leave".to_owned()))?.map(drop)?;
        Ok(())
    }
}

/// The script, wherever the scene is started from.
pub(crate) fn script(named: &Path) -> Result<PathBuf, Error> {
    let found = std::path::absolute(named)?;
    let missing = || Error::Arguments(format!("there is no {}: name it with --script", found.display()));
    if found.is_file() { Ok(found) } else { Err(missing()) }
}
