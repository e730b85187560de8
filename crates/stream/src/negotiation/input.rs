//! What negotiation is told.

use everpresent_session::row::TokenRow;
use everpresent_stanza::{Element, FullJid, StreamHeader};

use crate::bind::{BindError, Bound};
use crate::binding::ChannelBindings;
use crate::scram::Credentials;

/// Something that happened.
pub enum Input {
    /// The client opened its stream, or opened it again.
    StreamOpened(StreamHeader),
    /// The client sent a first-level element.
    Element(Element),
    /// The client closed its stream, or the connection is gone.
    StreamClosed,
    /// The TLS handshake that [`super::Output::StartTls`] asked for is done.
    TlsStarted(ChannelBindings),
    /// The answer to [`super::Output::LoadCredentials`]; `None` for a user who does not exist or may not sign in.
    Credentials(Option<Box<Credentials>>),
    /// The answer to [`super::Output::VerifyPassword`].
    PasswordVerified(bool),
    /// The answer to [`super::Output::LoadTokens`]; empty for a user who does not exist or may not sign in.
    Tokens(Vec<TokenRow>),
    /// Credentials or tokens cannot be looked up at present, or the account is throttled.
    Unavailable,
    /// The changes of [`super::Output::StoreTokens`] are confirmed.
    TokensStored,
    /// The resource of [`super::Output::Bind`] is bound, and that is confirmed.
    Bound(Box<Bound>),
    /// It could not be bound.
    BindFailed(BindError),
    /// The session of [`super::Output::Resume`] goes on with this connection, and that is confirmed.
    Resumed(Resumed),
    /// There is no such session of this user any more.
    ResumeFailed {
        /// How many of the client's stanzas it had handled, if that is known.
        handled: Option<u32>,
    },
}

impl Input {
    /// What happened, in a word for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StreamOpened(_) => "stream opened",
            Self::Element(_) => "element",
            Self::StreamClosed => "stream closed",
            Self::TlsStarted(_) => "tls started",
            Self::Credentials(_) => "credentials",
            Self::PasswordVerified(_) => "password verified",
            Self::Tokens(_) => "tokens",
            Self::Unavailable => "unavailable",
            Self::TokensStored => "tokens stored",
            Self::Bound(_) => "bound",
            Self::BindFailed(_) => "bind failed",
            Self::Resumed(_) => "resumed",
            Self::ResumeFailed { .. } => "resume failed",
        }
    }
}

/// Elements may hold a password: only the name is shown.
impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input({})", self.name())
    }
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// Its address.
    pub jid: FullJid,
    /// How many of the client's stanzas it has handled.
    pub handled: u32,
}
