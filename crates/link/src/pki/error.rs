//! What goes wrong with certificates, and what to do then.

use std::path::PathBuf;

use thiserror::Error;

use crate::LinkError;

/// What goes wrong with certificates.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PkiError {
    /// A file cannot be read, written or understood.
    #[error("{path}: {problem}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is a cluster already.
    #[error(
        "{path} exists already: this node belongs to a cluster. To begin anew, stop the node and move the folder away; \
         the other nodes then have to join again"
    )]
    Exists {
        /// What was found.
        path: PathBuf,
    },
    /// The folder holds no certificate.
    #[error(
        "{dir} holds no certificate of a cluster: `everpresent cluster init` makes a cluster, `everpresent cluster join` \
         joins one"
    )]
    NoCluster {
        /// The folder.
        dir: PathBuf,
    },
    /// Another node holds the key of the cluster.
    #[error(
        "{path} is missing: only the node on which `everpresent cluster init` was run holds the key of the cluster; do \
         this there"
    )]
    NoAuthority {
        /// What was looked for.
        path: PathBuf,
    },
    /// No name of a node.
    #[error(
        "{name:?} cannot be the name of a node: it must be 1 to 63 of a-z, 0-9 and hyphen, not only digits, with \
             no hyphen at either end"
    )]
    Name {
        /// As given.
        name: String,
    },
    /// No address of a node.
    #[error("{address:?} is no address for other nodes: write host:port")]
    Address {
        /// As given.
        address: String,
    },
    /// No token, or part of one.
    #[error("this is not a whole invitation: {0}; copy all of what `everpresent cluster invite` printed")]
    Token(&'static str),
    /// The token is for another node.
    #[error(
        "the invitation is for node {invited}, but this node is called {node}: invite {node}, or change `name` in [node]"
    )]
    WrongNode {
        /// Whom it is for.
        invited: String,
        /// Who came.
        node: String,
    },
    /// The inviting node does not know the secret.
    #[error(
        "the invitation is not known: it was used, it is more than an hour old, or it was made on another node; \
         `everpresent cluster invite` makes a new one"
    )]
    NotInvited,
    /// Too many are open.
    #[error("{0} invitations are open already; the oldest ends within the hour")]
    TooManyInvitations(usize),
    /// A certificate is not what it should be.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// The other node could not be asked.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<rcgen::Error> for PkiError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}

impl From<rustls::Error> for PkiError {
    fn from(error: rustls::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
