//! The management shell over SSH: one command at a time, each phase with its deadline and its error.
//!
//! A host key is believed only if it is in the known_hosts file; [`trust`](self::trust) is the only way into that file. Sign-in
//! is tried once, so that a wrong password locks no account. What is run is a [`Command`]: nothing that was read in a log can
//! become part of it. A session runs in a task of its own, so that a panic in the protocol's library ends one session.

mod algorithms;
mod authentication;
mod command;
mod connection;
mod deadlines;
mod error;
mod host_key;
pub mod known_hosts;
mod output;
mod session;
pub mod trust;

pub use command::Command;
pub use deadlines::{Deadlines, Phase};
pub use error::SshError;
pub use output::{MAX_OUTPUT_BYTES, Outcome};
pub use session::{CHANNEL_GAP, Session};

use std::path::Path;

use crate::inventory::Access;

/// Signs in, runs one command and signs out, in a task of its own.
///
/// # Errors
/// [`SshError`]; [`SshError::may_have_run`] says whether the command may have had its effect all the same.
pub async fn run(
    access: &Access,
    known_hosts: &Path,
    deadlines: Deadlines,
    command: Command,
) -> Result<Outcome, SshError> {
    let place = access.known_as();
    let (access, known_hosts) = (access.clone(), known_hosts.to_owned());
    let work = tokio::spawn(async move {
        let mut session = Session::open(&access, &known_hosts, deadlines).await?;
        let outcome = session.run(command).await;
        session.close().await;
        outcome
    });
    work.await.unwrap_or_else(|error| Err(SshError::Broken { place, problem: error.to_string() }))
}

#[cfg(test)]
mod tests;
