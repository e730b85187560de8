//! What can go wrong for a client.

use std::io;

use crate::management::SavedSession;

/// Why a connection could not be made, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The socket, or the TLS layer on it, failed.
    #[error("connection failed: {0}")]
    Io(#[from] io::Error),
    /// The TLS settings or the server's name cannot be used.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The connection ended without `</stream:stream>`.
    #[error("the server closed the connection without ending the stream")]
    Disconnected,
    /// A step took longer than [`Options::timeout`](crate::Options::timeout) allows.
    #[error("no answer within the time allowed while {0}")]
    Timeout(&'static str),
    /// What the server sent makes no sense at this point.
    #[error("unexpected answer while {during}: {received}")]
    Unexpected {
        /// What the client was doing.
        during: &'static str,
        /// The beginning of what came instead.
        received: String,
    },
    /// Something needed is not among the stream features.
    #[error("the server does not offer {0}")]
    NotOffered(String),
    /// The server refused the credentials, with its SASL condition (RFC 6120 §6.5).
    #[error("sign-in refused: {0}")]
    SignInRefused(String),
    /// The SCRAM exchange is broken, or the server failed to prove that it knows the password (RFC 5802).
    #[error("SCRAM failed: {0}")]
    Scram(&'static str),
    /// The server sent a stream error (RFC 6120 §4.9); its defined condition.
    #[error("stream error from the server: {0}")]
    Stream(String),
    /// The server refused to resume the session (XEP-0198 §5). What was saved comes back.
    #[error("the session could not be resumed: {condition}")]
    NotResumed {
        /// The stanza error condition, usually `item-not-found`.
        condition: String,
        /// The server's `h`, if it still knew how much it had handled.
        handled: Option<u32>,
        /// The session as saved; what `handled` covers has been taken out of its queue.
        saved: Box<SavedSession>,
    },
    /// More stanzas wait for an acknowledgement than a client keeps.
    #[error("more than {0} stanzas wait to be acknowledged")]
    TooManyUnacknowledged(usize),
    /// The server acknowledged stanzas that were never sent (XEP-0198 §4).
    #[error("the server acknowledged {handled} stanzas, only {sent} were sent")]
    AcknowledgedTooMuch {
        /// The `h` received.
        handled: u32,
        /// How many stanzas the client has sent, modulo 2^32.
        sent: u32,
    },
    /// One element or its nesting is larger than a client takes.
    #[error("the server sent an element larger than {0}")]
    TooLarge(&'static str),
    /// What was read ahead while waiting for one answer exceeds the bound.
    #[error("more than {0} events came in while waiting for an answer")]
    TooManyPending(usize),
}
