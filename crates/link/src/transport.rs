//! Connections: what each is for, how large its windows are, and how TCP is set.

pub mod limits;

mod connector;

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint, Server, Uri};

pub(crate) use connector::Connector;
use limits::*;

/// What a connection is for. The windows of HTTP/2 are set for a whole connection, so streams that need other ones have
/// a connection of their own. Both ends know by the protocol that is agreed in the TLS handshake (ALPN).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Control and orders: nothing large is ahead of a heartbeat.
    Urgent,
    /// Replication, channels, renewal: large windows.
    Bulk,
    /// Carried clients: many streams with small windows.
    Carry,
    /// A node that has no certificate yet.
    Join,
}

impl Lane {
    pub(crate) const ALL: [Self; 4] = [Self::Urgent, Self::Bulk, Self::Carry, Self::Join];

    /// The name in the TLS handshake.
    pub(crate) fn protocol(self) -> &'static [u8] {
        match self {
            Self::Urgent => b"everpresent-urgent",
            Self::Bulk => b"everpresent-bulk",
            Self::Carry => b"everpresent-carry",
            Self::Join => b"everpresent-join",
        }
    }

    pub(crate) fn of_protocol(protocol: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.protocol() == protocol)
    }

    /// How much may be under way on one stream, and on the whole connection.
    fn window_bytes(self) -> (u32, u32) {
        match self {
            Self::Urgent => (URGENT_WINDOW_BYTES, URGENT_WINDOW_BYTES),
            Self::Bulk => (BULK_STREAM_WINDOW_BYTES, BULK_WINDOW_BYTES),
            Self::Carry => (CARRY_STREAM_WINDOW_BYTES, CARRY_WINDOW_BYTES),
            Self::Join => (JOIN_WINDOW_BYTES, JOIN_WINDOW_BYTES),
        }
    }

    fn streams(self) -> u32 {
        match self {
            Self::Carry => MAX_CARRIED_CLIENTS,
            Self::Urgent | Self::Bulk => MAX_STREAMS,
            Self::Join => 1,
        }
    }

    /// The largest message.
    pub(crate) fn message_bytes(self) -> usize {
        match self {
            Self::Urgent => MAX_URGENT_MESSAGE_BYTES,
            Self::Bulk | Self::Carry => MAX_MESSAGE_BYTES,
            Self::Join => MAX_JOIN_MESSAGE_BYTES,
        }
    }

    /// The settings of the end that listens. Streams that are given up in crowds are no attack among nodes that have
    /// proved their names: carried clients leave like that when their owner lets them go.
    pub(crate) fn server(self) -> Server {
        let (stream, connection) = self.window_bytes();
        Server::builder()
            .initial_stream_window_size(stream)
            .initial_connection_window_size(connection)
            .max_concurrent_streams(self.streams())
            .http2_max_pending_accept_reset_streams(Some(self.streams() as usize))
            .http2_max_local_error_reset_streams(None)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .http2_keepalive_interval(Some(Duration::from_secs(PING_SECONDS)))
            .http2_keepalive_timeout(Some(Duration::from_secs(PING_ANSWER_SECONDS)))
    }

    /// A connection that is made when it is needed, and again when it broke. Must be called within a tokio runtime.
    pub(crate) fn channel(self, connector: Connector) -> Channel {
        let (stream, connection) = self.window_bytes();
        // The address is the connector's affair; gRPC wants one for its headers.
        Endpoint::from(Uri::from_static("https://everpresent-link"))
            .initial_stream_window_size(stream)
            .initial_connection_window_size(connection)
            .http2_max_concurrent_reset_streams(self.streams() as usize)
            .http2_max_local_error_reset_streams(None)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .http2_keep_alive_interval(Duration::from_secs(PING_SECONDS))
            .keep_alive_timeout(Duration::from_secs(PING_ANSWER_SECONDS))
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
            .connect_with_connector_lazy(connector)
    }
}

/// Small messages go out at once, and a machine that is gone is noticed.
pub(crate) fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(PING_SECONDS))
        .with_interval(Duration::from_secs(PING_SECONDS));
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(Duration::from_secs(PING_SECONDS + PING_ANSWER_SECONDS)))
}
