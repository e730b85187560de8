//! What can go wrong with the database, and whether trying again may help.

use std::fmt;

/// The cause as the database or its driver told it. It names tables and settings, never what is in a row.
#[derive(Debug)]
pub struct Cause(String);

impl Cause {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A read or write that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is busy, full, restarting or out of reach: the same call may succeed later. A write that ended so
    /// may nevertheless have happened; writes here are such that repeating them is the same as once.
    #[error("could not {what} now: {cause}; trying again may help")]
    Retry {
        /// What was tried, as a verb phrase.
        what: &'static str,
        /// What the database said.
        cause: Cause,
    },
    /// Trying again gives the same answer: a broken file, an unreadable row, a statement that the database refuses.
    #[error("could not {what}: {cause}")]
    Broken {
        /// What was tried, as a verb phrase.
        what: &'static str,
        /// What the database said.
        cause: Cause,
    },
}

impl StoreError {
    /// Whether the same call may succeed later.
    pub fn retry_helps(&self) -> bool {
        matches!(self, Self::Retry { .. })
    }

    pub(crate) fn from_driver(what: &'static str, error: &sqlx::Error) -> Self {
        let cause = Cause(error.to_string());
        if is_temporary(error) { Self::Retry { what, cause } } else { Self::Broken { what, cause } }
    }

    pub(crate) fn late(what: &'static str) -> Self {
        Self::Retry { what, cause: Cause::new("the database did not answer in time") }
    }

    pub(crate) fn broken(what: &'static str, cause: impl Into<String>) -> Self {
        Self::Broken { what, cause: Cause::new(cause) }
    }
}

/// Whether SQLite says that another connection holds the lock, and so that nothing happened.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: u32 = 5;
    let sqlx::Error::Database(error) = error else { return false };
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == BUSY)
}

fn is_temporary(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => match error.code() {
            Some(code) if code.len() == 5 => is_temporary_sqlstate(&code),
            Some(code) => code.parse().is_ok_and(is_temporary_sqlite),
            None => false,
        },
        _ => false,
    }
}

/// SQLite's result code; its low byte is the primary code (<https://sqlite.org/rescode.html>).
fn is_temporary_sqlite(code: u32) -> bool {
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const NO_MEMORY: u32 = 7;
    const READ_ONLY: u32 = 8; // a file system that was remounted after an error
    const INTERRUPTED: u32 = 9;
    const IO_ERROR: u32 = 10;
    const FULL: u32 = 13;
    const CANNOT_OPEN: u32 = 14;
    const PROTOCOL: u32 = 15; // locking lost a race too often
    let temporary = [BUSY, LOCKED, NO_MEMORY, READ_ONLY, INTERRUPTED, IO_ERROR, FULL, CANNOT_OPEN, PROTOCOL];
    temporary.contains(&(code & 0xff))
}

/// PostgreSQL's SQLSTATE (PostgreSQL manual, appendix A).
fn is_temporary_sqlstate(code: &str) -> bool {
    const CONNECTION: &str = "08";
    const ROLLED_BACK: &str = "40"; // serialisation failure, deadlock
    const RESOURCES: &str = "53"; // disk full, out of memory, too many connections
    const OPERATOR: &str = "57"; // cancelled, statement timeout, shutting down, starting up
    const SYSTEM: &str = "58"; // I/O error
    const WHOLE_CODES: [&str; 4] = [
        "55P03", // lock not available
        "25P03", // idle in transaction for too long
        "25006", // read-only: a standby that is being promoted
        "55006", // object in use
    ];
    [CONNECTION, ROLLED_BACK, RESOURCES, OPERATOR, SYSTEM].contains(&&code[..2])
        || WHOLE_CODES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_busy_database_are_worth_a_retry_and_a_corrupt_file_is_not() {
        assert!(is_temporary_sqlite(13), "SQLITE_FULL");
        assert!(is_temporary_sqlite(5 | (2 << 8)), "SQLITE_BUSY_SNAPSHOT");
        assert!(is_temporary_sqlite(10 | (3 << 8)), "SQLITE_IOERR_WRITE");
        assert!(!is_temporary_sqlite(11), "SQLITE_CORRUPT");
        assert!(!is_temporary_sqlite(19 | (6 << 8)), "SQLITE_CONSTRAINT_UNIQUE");
    }

    #[test]
    fn a_full_or_restarting_server_is_worth_a_retry_and_a_wrong_statement_is_not() {
        for code in ["53100", "57P01", "57014", "40P01", "55P03", "08006", "58030"] {
            assert!(is_temporary_sqlstate(code), "{code}");
        }
        for code in ["42601", "23505", "28P01", "54000"] {
            assert!(!is_temporary_sqlstate(code), "{code}");
        }
    }
}
