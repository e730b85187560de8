//! What a stream runs over, and the TLS channel bindings that it offers.

/// A type of channel binding that this server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// `tls-exporter` (RFC 9266): unique to the connection.
    Exporter,
    /// `tls-server-end-point` (RFC 5929 §4): the hash of the server's certificate.
    EndPoint,
}

impl BindingKind {
    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exporter => "tls-exporter",
            Self::EndPoint => "tls-server-end-point",
        }
    }

    /// The type of this registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Exporter, Self::EndPoint].into_iter().find(|kind| kind.name() == name)
    }
}

/// The channel-binding data of one TLS connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChannelBindings {
    /// 32 bytes of keying material under the label `EXPORTER-Channel-Binding` (RFC 9266 §4.2). Give it for TLS 1.3
    /// only: in TLS 1.2 it is not unique without the extended master secret.
    pub exporter: Option<Vec<u8>>,
    /// The hash of the certificate that was shown (RFC 5929 §4.1).
    pub end_point: Option<Vec<u8>>,
}

impl ChannelBindings {
    /// The data of one type, if the connection has it.
    pub fn data(&self, kind: BindingKind) -> Option<&[u8]> {
        match kind {
            BindingKind::Exporter => self.exporter.as_deref(),
            BindingKind::EndPoint => self.end_point.as_deref(),
        }
    }

    /// The types that there is data for, strongest first.
    pub fn kinds(&self) -> impl Iterator<Item = BindingKind> + '_ {
        [BindingKind::Exporter, BindingKind::EndPoint].into_iter().filter(|kind| self.data(*kind).is_some())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kinds().next().is_none()
    }
}

/// How elements travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// One XML stream over TCP (RFC 6120 §4).
    Tcp,
    /// One element per WebSocket message (RFC 7395).
    WebSocket,
}

/// What a stream runs over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// How elements travel.
    pub transport: Transport,
    /// The TLS connection below, `None` if there is none. Behind a proxy that ends TLS there are no bindings:
    /// `Some(ChannelBindings::default())`.
    pub tls: Option<ChannelBindings>,
}

impl Channel {
    /// TCP without TLS, for STARTTLS.
    pub fn plain() -> Self {
        Self { transport: Transport::Tcp, tls: None }
    }

    /// TCP inside TLS (XEP-0368).
    pub fn direct_tls(bindings: ChannelBindings) -> Self {
        Self { transport: Transport::Tcp, tls: Some(bindings) }
    }

    /// A WebSocket; `tls` as in [`Channel::tls`].
    pub fn web_socket(tls: Option<ChannelBindings>) -> Self {
        Self { transport: Transport::WebSocket, tls }
    }

    /// Whether TLS protects it.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some()
    }
}
