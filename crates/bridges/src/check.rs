//! `bridges check`: whether each entry of an inventory leads where it should. Nothing is changed anywhere.

use std::path::Path;

use crate::inventory::{Entry, Inventory, JanusAdmin, Source};
use crate::janus::{Admin, Transport};
use crate::restart::is_open;
use crate::sources::files;
use crate::ssh::{Command, Deadlines, Session, SshError};

/// What was found about one thing of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which server.
    pub server: String,
    /// What was looked at: `ssh`, `log`, `sftp`, `port`, `admin`.
    pub what: &'static str,
    /// Whether it is as it should be.
    pub holds: bool,
    /// What was found, in words.
    pub text: String,
}

/// Looks at everything that the inventory names, server after server.
pub async fn check(inventory: &Inventory, deadlines: Deadlines, mut tell: impl FnMut(Finding)) {
    for entry in &inventory.servers {
        let mut found = |what, result: Result<String, String>| {
            let holds = result.is_ok();
            let text = result.unwrap_or_else(|problem| problem);
            tell(Finding { server: entry.name.clone(), what, holds, text });
        };
        shell(entry, inventory, deadlines, &mut found).await;
        for path in entry.files() {
            found("log", log(path));
        }
        if entry.role.is_web_bridge() {
            found("port", port(entry).await);
        }
        if let Some(admin) = &entry.janus {
            found("admin", janus(admin.clone()).await);
        }
        if entry.sources.is_empty() && entry.janus.is_none() {
            let text = "no files and no SFTP: only syslog can tell about it".to_owned();
            found("log", Ok(text));
        }
    }
}

/// Name, connection, host key, sign-in, and a command that only shows something.
async fn shell(
    entry: &Entry,
    inventory: &Inventory,
    deadlines: Deadlines,
    found: &mut (impl FnMut(&'static str, Result<String, String>) + ?Sized),
) {
    let Some(access) = &entry.ssh else { return };
    let mut session = match Session::open(access, &inventory.known_hosts, deadlines).await {
        Ok(session) => session,
        Err(error) => return found("ssh", Err(error.to_string())),
    };
    let role = entry.role;
    let answered: Result<String, SshError> = match role.is_web_bridge() {
        true => session.run(Command::ShowWebBridge).await.map(|outcome| match outcome.failed() {
            true => format!("{access} signed in; `webbridge` answers: {}", outcome.text()),
            false => format!("{access} signed in, `webbridge` answers"),
        }),
        false => Ok(format!("{access} signed in")),
    };
    found("ssh", answered.map_err(|error| error.to_string()));
    if entry.sources.contains(&Source::Sftp) {
        let opened = session.sftp().await;
        found("sftp", opened.map(|_| "SFTP is there".to_owned()).map_err(|error| error.to_string()));
    }
    session.close().await;
}

fn log(path: &Path) -> Result<String, String> {
    let opened = files::open(path).and_then(|mut reader| reader.fill_buf().map(<[u8]>::len));
    match opened {
        Ok(0) => Ok(format!("{} can be read and is empty", path.display())),
        Ok(_) => Ok(format!("{} can be read", path.display())),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

async fn port(entry: &Entry) -> Result<String, String> {
    let place = format!("port {} of {}", entry.web_port, entry.address);
    match is_open(&entry.address, entry.web_port).await {
        true => Ok(format!("{place} is open")),
        false => Err(format!("{place} is closed: guests are not served, or `web_port` is wrong")),
    }
}

async fn janus(admin: JanusAdmin) -> Result<String, String> {
    let asked = tokio::task::spawn_blocking(move || {
        let transport = Transport::new(&admin.url).map_err(|error| error.to_string())?;
        let secret = admin.secret.as_ref().map(crate::secret::SecretSource::read).transpose();
        let api = Admin::new(transport, secret.map_err(|error| error.to_string())?);
        let sessions = api.list_sessions().map_err(|error| error.to_string())?;
        Ok(format!("the Admin API answers: {} sessions", sessions.len()))
    });
    asked.await.unwrap_or_else(|error| Err(error.to_string()))
}
