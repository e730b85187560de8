//! Why sign-ins fail.

use crate::scram::ScramError;

/// Why a sign-in failed: for throttling, counting and logs. It never tells whether the account exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FailureReason {
    /// Wrong password, wrong token, no such user, or a user who may not sign in.
    #[error("no such user, or wrong password or token")]
    Credentials,
    /// The right token, but too old.
    #[error("the token has expired")]
    TokenExpired,
    /// The right token, with a count that was used before (XEP-0484 §3.4).
    #[error("the token was replayed")]
    TokenReplayed,
    /// Channel bindings differ: the two ends see different TLS connections.
    #[error("the channel bindings differ")]
    BindingDiffers,
    /// A channel binding that was not offered, or a flag that does not fit the mechanism.
    #[error("this channel binding was not offered")]
    BindingNotOffered,
    /// The list of mechanisms was changed on the way to the client.
    #[error("the list of mechanisms was changed on the way")]
    Downgraded,
    /// The client wants to act as somebody else.
    #[error("acting as another user is not allowed")]
    OtherIdentity,
    /// The mechanism was not offered on this stream.
    #[error("this mechanism was not offered")]
    UnknownMechanism,
    /// Not base64, or too long.
    #[error("the data is not base64, or too long")]
    Encoding,
    /// The message does not follow the mechanism's grammar.
    #[error("the message is malformed")]
    Malformed,
    /// The client gave up.
    #[error("the client gave up")]
    Aborted,
    /// The server cannot check at present.
    #[error("the server cannot check at present")]
    Unavailable,
}

impl FailureReason {
    /// The SASL condition that the client is told (RFC 6120 §6.5).
    pub fn condition(self) -> &'static str {
        match self {
            Self::Credentials
            | Self::TokenReplayed
            | Self::BindingDiffers
            | Self::BindingNotOffered
            | Self::Downgraded => "not-authorized",
            Self::TokenExpired => "credentials-expired",
            Self::OtherIdentity => "invalid-authzid",
            Self::UnknownMechanism => "invalid-mechanism",
            Self::Encoding => "incorrect-encoding",
            Self::Malformed => "malformed-request",
            Self::Aborted => "aborted",
            Self::Unavailable => "temporary-auth-failure",
        }
    }
}

impl From<ScramError> for FailureReason {
    fn from(error: ScramError) -> Self {
        match error {
            ScramError::Malformed | ScramError::BindingFlag => Self::Malformed,
            ScramError::BindingNotOffered => Self::BindingNotOffered,
            ScramError::Downgraded => Self::Downgraded,
            ScramError::BindingDiffers => Self::BindingDiffers,
            ScramError::Proof | ScramError::Server => Self::Credentials,
        }
    }
}
