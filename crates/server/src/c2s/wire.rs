//! The ways in which clients are connected, behind one face: frames in, elements out.

use std::net::SocketAddr;
use std::task::{Context, Poll};

use bytes::Bytes;
use everpresent_stanza::{Frame, Limits, StreamCondition, StreamError, build, with_client_namespace};
use everpresent_stream::{ChannelBindings, ResponseHeader, Transport};

use super::carried::CarriedWire;
use super::tcp::TcpWire;
use crate::c2s::websocket::WebSocketWire;

/// Something that a connection did.
#[derive(Debug)]
pub enum WireEvent {
    /// A frame came.
    Frame(Frame),
    /// What was to be written is written; asked for with [`Wire::poll`] only while something is.
    Drained,
    /// What came is no stream; the client is told this.
    Malformed(StreamCondition),
    /// The connection is gone.
    Gone,
}

/// A client's connection.
#[derive(Debug)]
pub enum Wire {
    /// One XML stream over TCP, with or without TLS.
    Tcp(Box<TcpWire>),
    /// One element per message (RFC 7395).
    WebSocket(Box<WebSocketWire>),
    /// Connected to another node, which carries what it sends and gets (signed in already).
    Carried(Box<CarriedWire>),
}

impl Wire {
    /// Writes what waits, and waits for the next frame.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<WireEvent> {
        match self {
            Self::Tcp(wire) => wire.poll(context),
            Self::WebSocket(wire) => wire.poll(context),
            Self::Carried(wire) => wire.poll(context),
        }
    }

    /// The next thing that the connection does. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> WireEvent {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Adds an element in TCP form to what is to be written.
    pub fn queue(&mut self, element: &Bytes) {
        match self {
            Self::Tcp(wire) => wire.queue(element),
            Self::WebSocket(wire) => wire.queue(with_client_namespace(element)),
            Self::Carried(wire) => wire.queue(element.clone()),
        }
    }

    /// Adds the server's stream header.
    pub fn queue_header(&mut self, header: &ResponseHeader) {
        match self {
            Self::Tcp(wire) => wire.queue(&header.to_bytes(Transport::Tcp)),
            Self::WebSocket(wire) => wire.queue(header.to_bytes(Transport::WebSocket)),
            // The carrier has sent one.
            Self::Carried(_) => {}
        }
    }

    /// Adds the end of the stream.
    pub fn queue_close(&mut self) {
        match self {
            Self::Tcp(wire) => wire.queue(build::STREAM_CLOSE.as_bytes()),
            Self::WebSocket(wire) => wire.queue(Bytes::from_static(build::WEBSOCKET_CLOSE.as_bytes())),
            Self::Carried(wire) => wire.queue_close(),
        }
    }

    /// Adds a stream error and the end of the stream.
    pub fn queue_error(&mut self, error: &StreamError) {
        let element = error.to_bytes();
        match self {
            Self::Carried(wire) => wire.queue_error(element),
            Self::Tcp(_) | Self::WebSocket(_) => {
                self.queue(&element);
                self.queue_close();
            }
        }
    }

    /// How many bytes wait to be written.
    pub fn pending(&self) -> usize {
        match self {
            Self::Tcp(wire) => wire.pending(),
            Self::WebSocket(wire) => wire.pending(),
            Self::Carried(wire) => wire.pending(),
        }
    }

    /// Begins a new stream on the same connection.
    pub fn restart(&mut self) {
        if let Self::Tcp(wire) = self {
            wire.restart();
        }
    }

    /// Changes how much is accepted at once.
    pub fn set_limits(&mut self, limits: Limits) {
        match self {
            Self::Tcp(wire) => wire.set_limits(limits),
            Self::WebSocket(wire) => wire.set_limits(limits),
            // The carrier keeps them.
            Self::Carried(_) => {}
        }
    }

    /// The address of the other end.
    pub fn peer(&self) -> SocketAddr {
        match self {
            Self::Tcp(wire) => wire.peer(),
            Self::WebSocket(wire) => wire.peer(),
            Self::Carried(wire) => wire.peer(),
        }
    }

    /// How the client is connected, for operators.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Tcp(wire) if wire.bindings().is_some() => "tls",
            Self::Tcp(_) => "tcp",
            Self::WebSocket(_) => "websocket",
            Self::Carried(_) => "carried",
        }
    }

    /// The channel bindings of the TLS connection, `None` without one.
    pub fn bindings(&self) -> Option<&ChannelBindings> {
        match self {
            Self::Tcp(wire) => wire.bindings(),
            Self::WebSocket(wire) => wire.bindings(),
            Self::Carried(_) => None,
        }
    }

    /// Ends the connection, after what waits was written or the other end did not take it in time.
    pub async fn close(&mut self) {
        match self {
            Self::Tcp(wire) => wire.close().await,
            Self::WebSocket(wire) => wire.close().await,
            Self::Carried(wire) => wire.close().await,
        }
    }
}
