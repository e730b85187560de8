//! One client, from the node that holds its connection (the carrier) to the owner of its home.

use std::net::SocketAddr;

use bytes::Bytes;
use everpresent_session::row::Row;
use everpresent_stanza::{BareJid, FullJid};

/// What the owner is told of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How the client is connected; shown to operators.
    pub kind: String,
    /// From where.
    pub address: SocketAddr,
}

/// From the carrier to the owner: first what signs the client in, then what it sends.
#[derive(Debug, Clone, PartialEq)]
pub enum ToOwner {
    /// Keep these tokens before the client is told that it is signed in.
    StoreTokens(Vec<Row>),
    /// A new session.
    Bind(Box<Bind>),
    /// Back to a session (XEP-0198 §5).
    Resume {
        /// Who signed in.
        user: BareJid,
        /// The id that the client named.
        id: String,
        /// How many stanzas it has.
        h: u32,
    },
    /// A stanza or stream-management element, in the form that a TCP stream carries.
    Stanza(Bytes),
    /// The client closed its stream.
    StreamClose,
    /// The connection is gone.
    Gone,
    /// The client sent something that no stream may hold.
    Malformed {
        /// The stream error condition that fits (RFC 6120 §4.9.3).
        condition: String,
    },
}

/// A session to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The address.
    pub jid: FullJid,
    /// The client installation, if it named itself (XEP-0388 user-agent id).
    pub user_agent: Option<String>,
    /// Set if stream management is wanted: whether with resumption.
    pub enable: Option<bool>,
    /// Whether carbons are wanted (XEP-0280).
    pub carbons: bool,
    /// Whether nobody looks at the client (XEP-0352).
    pub inactive: bool,
}

/// From the owner to the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToCarrier {
    /// The tokens are kept.
    TokensStored,
    /// The session is open.
    Bound {
        /// Its address.
        jid: FullJid,
        /// Set if stream management is on.
        enabled: Option<Enabled>,
    },
    /// The session cannot be opened.
    BindFailed {
        /// Why; the server knows the numbers.
        code: u8,
    },
    /// The client is back in its session.
    Resumed {
        /// Its address.
        jid: FullJid,
        /// How many of its stanzas were handled.
        handled: u32,
    },
    /// There is no such session.
    ResumeFailed {
        /// How many stanzas were handled in it, if that is known.
        handled: Option<u32>,
    },
    /// The client says that it has more than it was sent.
    TooHigh {
        /// What it said.
        h: u32,
        /// What it was sent.
        sent: u32,
    },
    /// The node does not own the home.
    NotOwner,
    /// For the client, in the form that a TCP stream carries.
    Output(Bytes),
    /// Nothing more comes.
    Ending(Ending),
}

/// What the client is told about stream management (XEP-0198 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enabled {
    /// By which id it may resume, if it may.
    pub id: Option<String>,
    /// For how many seconds at most.
    pub max_seconds: Option<u32>,
}

/// How the client's connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Closed as TCP: the session lives on.
    LetGo,
    /// Closed as a stream.
    Closed,
    /// With this stream error.
    Error(Bytes),
}
