//! The defined conditions by name.

/// Whether the sender of a stanza that failed should try again (RFC 6120 §8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorType {
    /// After proving who one is.
    Auth,
    /// Never.
    Cancel,
    /// It went on; this was a warning.
    Continue,
    /// After changing what was sent.
    Modify,
    /// After waiting.
    Wait,
}

impl ErrorType {
    /// The value of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Cancel => "cancel",
            Self::Continue => "continue",
            Self::Modify => "modify",
            Self::Wait => "wait",
        }
    }
}

macro_rules! stanza_conditions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $type:ident;)*) => {
        /// What was wrong with a stanza (RFC 6120 §8.3.3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCondition {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCondition {
            /// All conditions.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of the element.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The type that RFC 6120 gives with the condition; of two, the one that ends the matter for the sender.
            pub fn default_type(self) -> ErrorType {
                match self {
                    $(Self::$variant => ErrorType::$type,)*
                }
            }
        }
    };
}

stanza_conditions! {
    /// The sender made no sense.
    BadRequest = "bad-request", Modify;
    /// Something of that name is there already.
    Conflict = "conflict", Cancel;
    /// What was asked for is not implemented.
    FeatureNotImplemented = "feature-not-implemented", Cancel;
    /// The sender may not do that.
    Forbidden = "forbidden", Auth;
    /// The addressee is no longer at this address.
    Gone = "gone", Cancel;
    /// The server broke.
    InternalServerError = "internal-server-error", Cancel;
    /// No such item, or no such address.
    ItemNotFound = "item-not-found", Cancel;
    /// An address is not one.
    JidMalformed = "jid-malformed", Modify;
    /// Against the recipient's or server's criteria.
    NotAcceptable = "not-acceptable", Modify;
    /// Nobody may do that.
    NotAllowed = "not-allowed", Cancel;
    /// Credentials are missing or wrong.
    NotAuthorized = "not-authorized", Auth;
    /// Against a local policy.
    PolicyViolation = "policy-violation", Modify;
    /// The recipient cannot be reached for now.
    RecipientUnavailable = "recipient-unavailable", Wait;
    /// To be sent elsewhere.
    Redirect = "redirect", Modify;
    /// The sender has to register first.
    RegistrationRequired = "registration-required", Auth;
    /// There is no such server.
    RemoteServerNotFound = "remote-server-not-found", Cancel;
    /// That server does not answer.
    RemoteServerTimeout = "remote-server-timeout", Wait;
    /// The server has not the means at present.
    ResourceConstraint = "resource-constraint", Wait;
    /// The recipient offers no such service.
    ServiceUnavailable = "service-unavailable", Cancel;
    /// The sender has to subscribe first.
    SubscriptionRequired = "subscription-required", Auth;
    /// None of the others.
    UndefinedCondition = "undefined-condition", Cancel;
    /// The stanza came out of order.
    UnexpectedRequest = "unexpected-request", Wait;
}

macro_rules! stream_conditions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What was wrong with a stream (RFC 6120 §4.9.3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StreamCondition {
            $($(#[$doc])* $variant,)*
        }

        impl StreamCondition {
            /// All conditions.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of the element.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

stream_conditions! {
    /// XML that cannot be processed.
    BadFormat = "bad-format";
    /// A prefix that is not supported.
    BadNamespacePrefix = "bad-namespace-prefix";
    /// A newer stream has taken the place of this one.
    Conflict = "conflict";
    /// The peer was silent for too long.
    ConnectionTimeout = "connection-timeout";
    /// The domain is no longer served here.
    HostGone = "host-gone";
    /// The domain is not served here.
    HostUnknown = "host-unknown";
    /// A stanza lacks an address that it needs.
    ImproperAddressing = "improper-addressing";
    /// The server broke.
    InternalServerError = "internal-server-error";
    /// A sender's address that is not the stream's.
    InvalidFrom = "invalid-from";
    /// A namespace of the stream or its content that is not supported.
    InvalidNamespace = "invalid-namespace";
    /// XML that does not fit its schema.
    InvalidXml = "invalid-xml";
    /// Stanzas came before sign-in.
    NotAuthorized = "not-authorized";
    /// Not well-formed XML.
    NotWellFormed = "not-well-formed";
    /// Against a local policy.
    PolicyViolation = "policy-violation";
    /// Another server that is needed cannot be reached.
    RemoteConnectionFailed = "remote-connection-failed";
    /// To be opened anew.
    Reset = "reset";
    /// The server has not the means at present.
    ResourceConstraint = "resource-constraint";
    /// XML that XMPP forbids.
    RestrictedXml = "restricted-xml";
    /// To be opened at another host.
    SeeOtherHost = "see-other-host";
    /// The server goes down.
    SystemShutdown = "system-shutdown";
    /// None of the others.
    UndefinedCondition = "undefined-condition";
    /// Not UTF-8.
    UnsupportedEncoding = "unsupported-encoding";
    /// A feature that is mandatory for the peer is not supported.
    UnsupportedFeature = "unsupported-feature";
    /// An element that is no stanza.
    UnsupportedStanzaType = "unsupported-stanza-type";
    /// A version of XMPP that is not supported.
    UnsupportedVersion = "unsupported-version";
}
