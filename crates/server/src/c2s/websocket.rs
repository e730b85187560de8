//! A client connected over a WebSocket (RFC 7395): one element per message.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use everpresent_console::{Message, Utf8Bytes, WebSocket};
use everpresent_stanza::{FrameError, Limits, parse_document};
use everpresent_stream::ChannelBindings;
use futures_core::Stream;
use futures_sink::Sink;

use super::pace::Pace;
use super::wire::WireEvent;

/// While more than this waits to be written, nothing further is read.
const READ_PAUSE_BYTES: usize = 256 * 1024;
/// The header of a small frame from a client (RFC 6455 §5.2).
const FRAME_BYTES: usize = 6;
/// How long the last words to a client may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A client's WebSocket.
#[derive(Debug)]
pub struct WebSocketWire {
    socket: WebSocket,
    output: VecDeque<Bytes>,
    output_bytes: usize,
    flushing: bool,
    limits: Limits,
    pace: Pace,
    peer: SocketAddr,
    bindings: Option<ChannelBindings>,
}

impl WebSocketWire {
    /// A socket after its handshake: encrypted by this process or by a proxy on this machine; the HTTP side refuses
    /// anything else unless the operator says that the network is safe.
    pub fn new(socket: WebSocket, peer: SocketAddr, limits: Limits, pace: Pace) -> Self {
        // The HTTP side ends TLS, if it is there at all: nothing is seen of it here that could be bound to.
        let bindings = Some(ChannelBindings::default());
        Self {
            socket,
            output: VecDeque::new(),
            output_bytes: 0,
            flushing: false,
            limits,
            pace,
            peer,
            bindings,
        }
    }

    /// See [`super::wire::Wire::poll`].
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<WireEvent> {
        if self.pending() > 0 {
            match self.poll_write(context) {
                Poll::Ready(Ok(())) => return Poll::Ready(WireEvent::Drained),
                Poll::Ready(Err(())) => return Poll::Ready(WireEvent::Gone),
                Poll::Pending if self.output_bytes > READ_PAUSE_BYTES => return Poll::Pending,
                Poll::Pending => {}
            }
        }
        loop {
            ready!(self.pace.poll_ready(context));
            let message = match ready!(Pin::new(&mut self.socket).poll_next(context)) {
                Some(Ok(message)) => message,
                Some(Err(_)) | None => return Poll::Ready(WireEvent::Gone),
            };
            match message {
                Message::Text(text) => {
                    self.pace.count(text.len());
                    return Poll::Ready(match parse_document(&Bytes::from(text), &self.limits) {
                        Ok(frame) => WireEvent::Frame(frame),
                        Err(error) => WireEvent::Malformed(error.condition()),
                    });
                }
                // Only text frames carry XMPP (RFC 7395 §3.2).
                Message::Binary(_) => {
                    return Poll::Ready(WireEvent::Malformed(FrameError::NotOneDocument.condition()));
                }
                Message::Close(_) => return Poll::Ready(WireEvent::Gone),
                // The library answers pings by itself.
                Message::Ping(data) | Message::Pong(data) => self.pace.count(FRAME_BYTES + data.len()),
            }
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let mut socket = Pin::new(&mut self.socket);
        while let Some(next) = self.output.front() {
            ready!(socket.as_mut().poll_ready(context)).map_err(drop)?;
            // Elements are written by this server, so they are UTF-8.
            let text = Utf8Bytes::try_from(next.clone()).map_err(drop)?;
            self.output_bytes -= next.len();
            self.output.pop_front();
            socket.as_mut().start_send(Message::Text(text)).map_err(drop)?;
            self.flushing = true;
        }
        if self.flushing {
            ready!(socket.poll_flush(context)).map_err(drop)?;
            self.flushing = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Adds an element to what is to be written.
    pub fn queue(&mut self, element: Bytes) {
        self.output_bytes += element.len();
        self.output.push_back(element);
    }

    /// How many bytes wait to be written, at least 1 while the last ones are on their way.
    pub fn pending(&self) -> usize {
        self.output_bytes.max(usize::from(self.flushing))
    }

    /// Changes how much is accepted at once.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The address of the other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The channel bindings of the TLS connection, `None` without one.
    pub fn bindings(&self) -> Option<&ChannelBindings> {
        self.bindings.as_ref()
    }

    /// Ends the connection.
    pub async fn close(&mut self) {
        let last_words = async {
            let _ = std::future::poll_fn(|context| self.poll_write(context)).await;
            let _ = std::future::poll_fn(|context| Pin::new(&mut self.socket).poll_close(context)).await;
        };
        // Nothing more can be done for a client that does not listen.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, last_words).await;
    }
}
