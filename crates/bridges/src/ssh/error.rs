//! How a session fails.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::deadlines::Phase;
use super::known_hosts::KnownHostsError;
use super::output::MAX_OUTPUT_BYTES;
use crate::secret::SecretError;

/// Why a session did not do its work. `place` is the server as known_hosts names it.
#[derive(Debug, Error)]
pub enum SshError {
    /// Its name leads nowhere.
    #[error("{place}: the name cannot be looked up: {problem}; check the address in the inventory, and DNS")]
    Resolve {
        /// Which server.
        place: String,
        /// What the system says.
        problem: String,
    },
    /// Nobody answers.
    #[error("{place}: no connection: {error}; check that it runs and that no firewall is between")]
    Connect {
        /// Which server.
        place: String,
        /// What the system says of the last address.
        error: io::Error,
    },
    /// It hangs.
    #[error("{place}: no answer in {} s during {phase}; the server hangs or the network loses packets", after.as_secs_f32())]
    TimedOut {
        /// Which server.
        place: String,
        /// Where it hung.
        phase: Phase,
        /// How long was waited.
        after: Duration,
    },
    /// Known keys cannot be read.
    #[error(transparent)]
    KnownHosts(#[from] KnownHostsError),
    /// Nobody said that this key is right.
    #[error(
        "{place}: its host key {fingerprint} is not known; compare it with the console of the server and run `everpresent bridges trust`"
    )]
    HostKeyUnknown {
        /// Which server.
        place: String,
        /// Of its key.
        fingerprint: String,
    },
    /// Another key is known.
    #[error(
        "{place}: THE HOST KEY HAS CHANGED: it is {fingerprint}, another one is in line {line} of {file}. Somebody may be \
         listening in between. Nothing was sent. If the server was installed anew, compare the fingerprint with its console, \
         remove that line and run `everpresent bridges trust`"
    )]
    HostKeyChanged {
        /// Which server.
        place: String,
        /// Of the key that it shows now.
        fingerprint: String,
        /// Where the known one is.
        line: usize,
        /// In which file.
        file: PathBuf,
    },
    /// The key was withdrawn.
    #[error(
        "{place}: its host key {fingerprint} IS REVOKED by line {line} of {file}. Nothing was sent. Give the server a new key"
    )]
    HostKeyRevoked {
        /// Which server.
        place: String,
        /// Of its key.
        fingerprint: String,
        /// Where it is revoked.
        line: usize,
        /// In which file.
        file: PathBuf,
    },
    /// The two have no algorithm in common.
    #[error(
        "{place}: no common algorithm ({kind}); it offers {theirs}; if one of them must do, name it in `older_algorithms`"
    )]
    NoCommonAlgorithm {
        /// Which server.
        place: String,
        /// For what.
        kind: String,
        /// What it offers.
        theirs: String,
    },
    /// The protocol was broken off.
    #[error("{place}: {phase} failed: {problem}")]
    Protocol {
        /// Which server.
        place: String,
        /// Where.
        phase: Phase,
        /// What the library says.
        problem: String,
    },
    /// There is nothing to sign in with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The key cannot be used.
    #[error("the private key {file} cannot be used: {problem}")]
    Key {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The agent cannot be used.
    #[error(
        "the SSH agent cannot be used: {problem}; start it, add the key with ssh-add, and pass SSH_AUTH_SOCK on"
    )]
    Agent {
        /// What is wrong with it.
        problem: String,
    },
    /// The server did not let the user in.
    #[error("{place}: sign-in of {user} was refused (tried once, so that no account is locked); {hint}")]
    Refused {
        /// Which server.
        place: String,
        /// Who.
        user: String,
        /// What the server would take.
        hint: String,
    },
    /// No channel.
    #[error("{place}: it opens no channel: {problem}; it was tried twice")]
    Channel {
        /// Which server.
        place: String,
        /// What it says.
        problem: String,
    },
    /// The command was not taken.
    #[error("{place}: it does not run `{command}`: the request was refused")]
    CommandRefused {
        /// Which server.
        place: String,
        /// Which command.
        command: &'static str,
    },
    /// The connection ended before its work was done.
    #[error("{place}: the connection was closed during {phase}")]
    Closed {
        /// Which server.
        place: String,
        /// Where.
        phase: Phase,
    },
    /// It does not stop to write.
    #[error("{place}: the command wrote more than {MAX_OUTPUT_BYTES} bytes; the rest was not read")]
    TooMuchOutput {
        /// Which server.
        place: String,
    },
    /// The task of the session ended by itself.
    #[error("{place}: the session ended by a fault of this program: {problem}")]
    Broken {
        /// Which server.
        place: String,
        /// What is known.
        problem: String,
    },
}

impl SshError {
    /// Whether the command had been sent: it may have had its effect although nobody can say so.
    pub fn may_have_run(&self) -> bool {
        match self {
            Self::TimedOut { phase, .. } | Self::Closed { phase, .. } | Self::Protocol { phase, .. } => {
                matches!(phase, Phase::Output | Phase::Exit)
            }
            Self::TooMuchOutput { .. } | Self::Broken { .. } => true,
            _ => false,
        }
    }
}
