//! How a command fails: one sentence for people, one number for scripts.

use std::fmt;
use std::process::ExitCode;

use everpresent_console::{Code, Refusal};
use everpresent_link::pki::PkiError;
use everpresent_server::config::ConfigErrors;

/// What the exit code says. 0 is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did not work.
    Failed = 1,
    /// The server refused: no such user, exists already, not allowed.
    Refused = 2,
    /// The command line makes no sense (`EX_USAGE` of sysexits.h).
    Usage = 64,
    /// A file that was named cannot be read (`EX_NOINPUT`).
    NoInput = 66,
    /// The server is not there or cannot answer now (`EX_UNAVAILABLE`).
    Unreachable = 69,
    /// The configuration is wrong (`EX_CONFIG`).
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// It did not work.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// Tells the user, in colour on a terminal, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        anstream::eprintln!("\u{1b}[1;31merror:\u{1b}[0m {}", self.message);
        self.exit.into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.code {
            Code::Unavailable => Exit::Unreachable,
            Code::Internal | Code::Timeout => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::new(exit, refusal.message)
    }
}

impl From<PkiError> for Failure {
    fn from(error: PkiError) -> Self {
        let exit = match &error {
            PkiError::Name { .. } | PkiError::Address { .. } | PkiError::Token(_) => Exit::Usage,
            PkiError::Link(problem) if problem.may_pass() => Exit::Unreachable,
            PkiError::File { .. } | PkiError::Certificate(_) => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::new(Exit::Config, format!("the configuration is refused\n{errors}"))
    }
}
