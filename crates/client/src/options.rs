//! What a client needs to know to connect and sign in.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use crate::scram::KeyCache;

/// How long connecting, signing in and single answers may take unless told otherwise.
const DEFAULT_TIMEOUT_SECONDS: u64 = 30;

/// How the connection is protected.
#[derive(Clone, Debug)]
pub enum Security {
    /// No TLS. For measurements on loopback only: the password proof is safe, the messages are not.
    None,
    /// TLS after `<starttls/>` (RFC 6120 §5).
    StartTls(Arc<ClientConfig>),
    /// TLS from the first byte (XEP-0368).
    Direct(Arc<ClientConfig>),
}

/// Whether stream management (XEP-0198) is switched on after binding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamManagement {
    /// Not used.
    Off,
    /// Acknowledgements only.
    Acknowledge,
    /// Acknowledgements, and the session can be resumed.
    Resumable,
}

/// A SASL mechanism that the client can use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mechanism {
    /// RFC 5802
    ScramSha1,
    /// RFC 7677
    ScramSha256,
}

impl Mechanism {
    /// The registered name, without `-PLUS`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
        }
    }
}

/// Where and as whom to sign in. Cheap to clone and change for the next user.
#[derive(Clone, Debug)]
pub struct Options {
    /// Host name or address of the server's listener.
    pub host: String,
    /// TCP port of that listener.
    pub port: u16,
    /// The XMPP domain, also the name that the server's certificate must carry.
    pub domain: String,
    /// Local part of the account's address.
    pub user: String,
    /// The account's password.
    pub password: String,
    /// Resource to ask for; `None` lets the server choose.
    pub resource: Option<String>,
    /// TLS or not.
    pub security: Security,
    /// Stream management or not.
    pub stream_management: StreamManagement,
    /// The only mechanism to use; `None` takes the strongest offered.
    pub mechanism: Option<Mechanism>,
    /// Whether to bind the sign-in to the TLS channel where the server offers it with `tls-exporter` (RFC 9266).
    pub channel_binding: bool,
    /// Bound for connecting and signing in together, and for each single answer waited for later.
    pub timeout: Duration,
    /// Local address to connect from; `None` lets the system choose.
    pub source: Option<IpAddr>,
    /// Keys derived from passwords, kept for the next sign-in; `None` derives them each time.
    pub keys: Option<Arc<KeyCache>>,
}

impl Options {
    /// Plain TCP without stream management; change what is needed with the methods or fields.
    pub fn new(host: &str, port: u16, domain: &str, user: &str, password: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            domain: domain.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            resource: None,
            security: Security::None,
            stream_management: StreamManagement::Off,
            mechanism: None,
            channel_binding: false,
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECONDS),
            source: None,
            keys: None,
        }
    }

    /// Sets how the connection is protected.
    #[must_use]
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Sets the resource to ask for.
    #[must_use]
    pub fn resource(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// Sets whether stream management is used.
    #[must_use]
    pub fn stream_management(mut self, stream_management: StreamManagement) -> Self {
        self.stream_management = stream_management;
        self
    }

    /// Sets who signs in.
    #[must_use]
    pub fn account(mut self, user: &str, password: &str) -> Self {
        self.user = user.to_owned();
        self.password = password.to_owned();
        self
    }
}
