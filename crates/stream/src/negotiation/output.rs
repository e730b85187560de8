//! What negotiation asks for.

use everpresent_session::row::Row;
use everpresent_stanza::{BareJid, Element, StreamCondition};

use crate::bind::BindRequest;
use crate::error::FailureReason;
use crate::header::ResponseHeader;
use crate::management::Resume;
use crate::mechanism::Mechanism;
use crate::sasl::Password;
use crate::sasl2::UserAgent;
use crate::scram::Credentials;

/// Something to do, in the order given.
pub enum Output {
    /// Send the server's stream header.
    OpenStream(ResponseHeader),
    /// Send an element.
    Send(Element),
    /// Send what is there, forget every byte that was read already (it came in before the handshake and is not to be
    /// trusted), and start TLS. Answer with [`super::Input::TlsStarted`].
    StartTls,
    /// Read a new stream header next: the framing starts anew, on the same connection.
    RestartStream,
    /// Look up the credentials of a user. Answer with [`super::Input::Credentials`] or [`super::Input::Unavailable`].
    LoadCredentials {
        /// Who it claims to be.
        user: BareJid,
        /// The session that it wants to resume, for deciding who goes first; not proved.
        resume: Option<String>,
    },
    /// Check a password with [`crate::scram::verify_password`], on a thread for computing. Answer with
    /// [`super::Input::PasswordVerified`].
    VerifyPassword {
        /// What to check it against.
        credentials: Box<Credentials>,
        /// The password.
        password: Password,
    },
    /// Look up both tokens of a client installation. Answer with [`super::Input::Tokens`] or
    /// [`super::Input::Unavailable`].
    LoadTokens {
        /// Who it claims to be.
        user: BareJid,
        /// Which installation it claims to be.
        user_agent: String,
        /// As in [`Output::LoadCredentials`].
        resume: Option<String>,
    },
    /// Store changed tokens. Answer with [`super::Input::TokensStored`] once that is confirmed; if it cannot be, drop
    /// the connection without a word.
    StoreTokens(Vec<Row>),
    /// A sign-in failed: count it. The client has been told already.
    SignInFailed {
        /// Who it claimed to be, if it came so far.
        user: Option<BareJid>,
        /// With what, if it was something known.
        mechanism: Option<Mechanism>,
        /// Why.
        reason: FailureReason,
    },
    /// The client proved who it is. The session comes later.
    SignedIn {
        /// Who.
        user: BareJid,
        /// By what.
        mechanism: Mechanism,
        /// With what (empty outside SASL2).
        user_agent: UserAgent,
    },
    /// Bind a resource. Answer with [`super::Input::Bound`] once that is confirmed, or [`super::Input::BindFailed`].
    Bind(BindRequest),
    /// Resume a session of the user who signed in. Answer with [`super::Input::Resumed`] once that is confirmed, or
    /// [`super::Input::ResumeFailed`].
    Resume(ResumeRequest),
    /// The session is established: everything that follows is its own. After a resume, send the stanzas that the client
    /// has not acknowledged.
    Established {
        /// Whether a session was resumed.
        resumed: bool,
    },
    /// End the stream, with a stream error if there is one, and the connection.
    Close(Option<StreamCondition>),
}

impl Output {
    /// What to do, in a word for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenStream(_) => "open stream",
            Self::Send(_) => "send",
            Self::StartTls => "start tls",
            Self::RestartStream => "restart stream",
            Self::LoadCredentials { .. } => "load credentials",
            Self::VerifyPassword { .. } => "verify password",
            Self::LoadTokens { .. } => "load tokens",
            Self::StoreTokens(_) => "store tokens",
            Self::SignInFailed { .. } => "sign-in failed",
            Self::SignedIn { .. } => "signed in",
            Self::Bind(_) => "bind",
            Self::Resume(_) => "resume",
            Self::Established { .. } => "established",
            Self::Close(_) => "close",
        }
    }
}

/// Elements may hold a token: only the name is shown.
impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Output({})", self.name())
    }
}

/// A session to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeRequest {
    /// Who has signed in. The session must be of the same user.
    pub user: BareJid,
    /// Which session, and what the client has handled of it.
    pub resume: Resume,
    /// The client installation (empty outside SASL2).
    pub user_agent: UserAgent,
}
