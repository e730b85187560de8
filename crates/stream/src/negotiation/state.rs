//! Where a negotiation stands.

use everpresent_stanza::{BareJid, Element};

use crate::fast::HashedToken;
use crate::management::Resume;
use crate::mechanism::Mechanism;
use crate::sasl::{Password, Profile};
use crate::sasl2::Authenticate;
use crate::scram::server::{ClientFirst, ServerExchange};

/// Where a negotiation stands.
pub(super) enum State {
    /// A stream header comes next.
    ExpectHeader,
    /// Features for sign-in are out.
    Offered,
    /// The TLS handshake is going on.
    StartingTls,
    /// The client's next SASL message comes next.
    SigningIn(Box<SignIn>),
    /// The server looks something up for a sign-in.
    Checking(Box<SignIn>, Box<Check>),
    /// Signed in with SASL2; the server works on what was asked for inline.
    Completing(Box<Completion>),
    /// Signed in; bind or resume comes next.
    SignedIn,
    /// The server binds a resource, for the iq of this id.
    Binding(String),
    /// The server resumes a session.
    Resuming(Resume),
    /// Done.
    Established,
    /// Over.
    Closed,
}

impl State {
    /// Whether the server has to answer before the client may go on.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::StartingTls
                | Self::Checking(..)
                | Self::Completing(_)
                | Self::Binding(_)
                | Self::Resuming(_)
        )
    }
}

/// A sign-in that is going on.
pub(super) struct SignIn {
    pub(super) profile: Profile,
    pub(super) mechanism: Mechanism,
    /// What was asked for inline; empty for the classic profile.
    pub(super) request: Authenticate,
    /// Who it claims to be, once that was read.
    pub(super) user: Option<BareJid>,
    /// A SCRAM exchange that waits for the final message; `None` while the first message is awaited.
    pub(super) exchange: Option<ServerExchange>,
}

/// What the server looks up.
pub(super) enum Check {
    /// Credentials for a SCRAM challenge.
    Scram(BareJid, ClientFirst),
    /// Credentials for a password.
    Plain(BareJid, Password),
    /// Whether a password fits; `known` is false if the user does not exist, and then it must not.
    Password { user: BareJid, known: bool },
    /// Tokens.
    Token(BareJid, HashedToken),
}

/// A proved identity whose inline requests are carried out.
pub(super) struct Completion {
    pub(super) request: Authenticate,
    pub(super) user: BareJid,
    /// The mechanism's last data.
    pub(super) data: Option<Vec<u8>>,
    /// A new token for the client.
    pub(super) token: Option<Element>,
    /// The answer to a resume that failed.
    pub(super) resume_failed: Option<Element>,
    pub(super) step: Step,
}

/// What the server does for a completion.
pub(super) enum Step {
    /// It stores tokens.
    Tokens,
    /// It resumes a session.
    Resume(Resume),
    /// It binds a resource.
    Bind,
}

/// A proof that was accepted.
pub(super) struct Proved {
    pub(super) user: BareJid,
    /// The mechanism's last data.
    pub(super) data: Option<Vec<u8>>,
    /// The token that was used, if one was.
    pub(super) token: Option<crate::fast::AcceptedToken>,
}
