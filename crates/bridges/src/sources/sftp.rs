//! The file `log` on a server's MMP, read over SFTP.
//!
//! An MMP has no way to follow its log, so it is visited from time to time: each visit reads what was added since the last one. Version 3 of
//! the protocol (draft-ietf-secsh-filexfer-02), of which four requests are needed: open, fstat, read, close. The channel is opened
//! by the caller, who has checked the host key.

mod session;
mod tail;
mod wire;

pub use session::SftpError;
pub use tail::{FIRST_BYTES, MAX_VISIT_BYTES, Tail};

/// The name of the log on an MMP.
pub const LOG: &str = "log";

#[cfg(test)]
mod tests;
