//! Why a measurement could not be made.

use std::io;

/// A measurement that could not be made at all. What goes wrong during one is counted in its report instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refused something.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A client could not be signed in, or failed in a step that the measurement rests on.
    #[error("user {user}: {cause}")]
    Client {
        /// Whose client it was.
        user: String,
        /// What happened to it.
        cause: everpresent_client::Error,
    },
    /// The arguments do not fit together, or a file named in them cannot be used.
    #[error("{0}")]
    Arguments(String),
    /// The server did not do what the measurement needs.
    #[error("the server did not get ready: {0}")]
    Preparation(String),
}

impl Error {
    pub(crate) fn client(user: &str, cause: everpresent_client::Error) -> Self {
        Self::Client { user: user.to_owned(), cause }
    }
}
