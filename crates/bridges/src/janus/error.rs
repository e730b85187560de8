//! What can go wrong with a Janus server.

use thiserror::Error;

/// Why a Janus server could not be asked, or refused.
#[derive(Debug, Error)]
pub enum JanusError {
    /// The address is of no known kind.
    #[error(
        "{url:?} is no address of an Admin API: http://HOST:7088/admin, https://…, unix:/PATH or unix-dgram:/PATH"
    )]
    Address {
        /// As it was given.
        url: String,
    },
    /// It is not there, or does not answer in time.
    #[error("Janus at {place} does not answer: {problem}; is its Admin API enabled there?")]
    Unreachable {
        /// Its address.
        place: String,
        /// What the system says.
        problem: String,
    },
    /// What came is no answer of an Admin API.
    #[error("what is at {place} does not answer like the Admin API of Janus 1.x: {problem}")]
    Strange {
        /// Its address.
        place: String,
        /// What was wrong with it.
        problem: String,
    },
    /// It refuses.
    #[error("Janus at {place} refuses {request}: {reason} (code {code}){}", advice(*.code))]
    Refused {
        /// Its address.
        place: String,
        /// What was asked.
        request: &'static str,
        /// Its number for the reason.
        code: i64,
        /// Its words.
        reason: String,
    },
}

/// `JANUS_ERROR_UNAUTHORIZED`
const UNAUTHORIZED: i64 = 403;
/// `JANUS_ERROR_SESSION_NOT_FOUND`
const NO_SUCH_SESSION: i64 = 458;
/// `JANUS_ERROR_HANDLE_NOT_FOUND`
const NO_SUCH_HANDLE: i64 = 459;

impl JanusError {
    /// Whether the session or handle that was asked for is gone.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { code: NO_SUCH_SESSION | NO_SUCH_HANDLE, .. })
    }
}

fn advice(code: i64) -> &'static str {
    if code == UNAUTHORIZED { "; the admin secret is `admin_secret` in its janus.jcfg" } else { "" }
}
