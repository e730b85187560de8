//! A client connected over TCP, with or without TLS.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use everpresent_stanza::{Framer, Limits};
use everpresent_stream::ChannelBindings;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::pace::Pace;
use super::wire::WireEvent;
use crate::tls::Certificates;

/// How much is read at once, into memory that all connections of a thread share.
const READ_BYTES: usize = 16 * 1024;
/// While more than this waits to be written, nothing further is read: a client that asks must also listen.
const READ_PAUSE_BYTES: usize = 256 * 1024;
/// An output buffer above this is given back when it has been written.
const KEEP_OUTPUT_BYTES: usize = 4 * 1024;
/// How long the last words to a client may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long, and up to how many bytes, a client is listened to after the last words to it.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(500);
const DRAIN_BYTES: usize = 1024 * 1024;
/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

thread_local! {
    static READ_BUFFER: RefCell<Box<[u8; READ_BYTES]>> = RefCell::new(Box::new([0; READ_BYTES]));
}

/// A client's TCP connection.
#[derive(Debug)]
pub struct TcpWire {
    stream: Stream,
    framer: Framer,
    output: BytesMut,
    /// The other end takes the output, but has not taken all of it yet.
    flushing: bool,
    pace: Pace,
    peer: SocketAddr,
    bindings: Option<ChannelBindings>,
    allow_plain_text: bool,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Between both, or after a failed handshake.
    Gone,
}

impl TcpWire {
    /// A connection as it was accepted.
    pub fn plain(stream: TcpStream, peer: SocketAddr, limits: Limits, pace: Pace) -> Self {
        Self {
            stream: Stream::Plain(stream),
            framer: Framer::new(limits),
            output: BytesMut::new(),
            flushing: false,
            pace,
            peer,
            bindings: None,
            allow_plain_text: false,
        }
    }

    /// The connection came in where sign-in without TLS is allowed.
    pub fn allow_plain_text(&mut self) {
        self.allow_plain_text = true;
    }

    /// Whether sign-in without TLS is allowed here.
    pub fn allows_plain_text(&self) -> bool {
        self.allow_plain_text && self.bindings.is_none()
    }

    /// Waits for the client's first bytes; they stay where they are. Returns false if none will come.
    pub async fn spoken(&self) -> bool {
        let Stream::Plain(stream) = &self.stream else { return true };
        matches!(stream.peek(&mut [0]).await, Ok(1))
    }

    /// Makes the TLS handshake. Bytes that came before it are forgotten: nobody vouches for them.
    ///
    /// # Errors
    /// When the handshake fails or takes too long; the connection is gone then.
    pub async fn start_tls(
        &mut self,
        certificates: &Arc<Certificates>,
        limits: Limits,
    ) -> io::Result<ChannelBindings> {
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        self.framer = Framer::new(limits);
        let acceptor = TlsAcceptor::from(certificates.server_config());
        let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
        let stream = handshake.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let bindings = certificates.bindings(stream.get_ref().1);
        self.bindings = Some(bindings.clone());
        self.stream = Stream::Tls(Box::new(stream));
        Ok(bindings)
    }

    /// See [`super::wire::Wire::poll`].
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<WireEvent> {
        if self.pending() > 0 {
            match self.poll_write(context) {
                Poll::Ready(Ok(())) => return Poll::Ready(WireEvent::Drained),
                Poll::Ready(Err(_)) => return Poll::Ready(WireEvent::Gone),
                Poll::Pending if self.output.len() > READ_PAUSE_BYTES => return Poll::Pending,
                Poll::Pending => {}
            }
        }
        loop {
            match self.framer.next_frame() {
                Ok(Some(frame)) => return Poll::Ready(WireEvent::Frame(frame)),
                Ok(None) => {}
                Err(error) => return Poll::Ready(WireEvent::Malformed(error.condition())),
            }
            ready!(self.pace.poll_ready(context));
            match ready!(self.poll_read(context, true)) {
                Ok(0) | Err(_) => return Poll::Ready(WireEvent::Gone),
                Ok(read) => self.pace.count(read),
            }
        }
    }

    /// Reads once, into the framer if it is to be kept.
    fn poll_read(&mut self, context: &mut Context<'_>, keep: bool) -> Poll<io::Result<usize>> {
        READ_BUFFER.with_borrow_mut(|memory| {
            let mut buffer = ReadBuf::new(memory.as_mut_slice());
            ready!(match &mut self.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_read(context, &mut buffer),
                Stream::Tls(stream) => Pin::new(stream).poll_read(context, &mut buffer),
                Stream::Gone => Poll::Ready(Ok(())),
            })?;
            if keep {
                self.framer.push(buffer.filled());
            }
            Poll::Ready(Ok(buffer.filled().len()))
        })
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            let written = ready!(match &mut self.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_write(context, &self.output),
                Stream::Tls(stream) => Pin::new(stream).poll_write(context, &self.output),
                Stream::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            })?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.output.advance(written);
            self.flushing = true;
        }
        if self.flushing {
            ready!(match &mut self.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
                Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
                Stream::Gone => Poll::Ready(Ok(())),
            })?;
            self.flushing = false;
        }
        if self.output.capacity() > KEEP_OUTPUT_BYTES {
            self.output = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }

    /// Adds bytes to what is to be written.
    pub fn queue(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    /// How many bytes wait to be written, at least 1 while the last ones are on their way.
    pub fn pending(&self) -> usize {
        self.output.len().max(usize::from(self.flushing))
    }

    /// Begins a new stream on the same connection.
    pub fn restart(&mut self) {
        self.framer.restart();
    }

    /// Changes how much is accepted at once.
    pub fn set_limits(&mut self, limits: Limits) {
        self.framer.set_limits(limits);
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
            std::future::poll_fn(|context| self.poll_write(context)).await?;
            match &mut self.stream {
                Stream::Plain(stream) => stream.shutdown().await,
                Stream::Tls(stream) => stream.shutdown().await,
                Stream::Gone => Ok(()),
            }
        };
        // Nothing more can be done for a client that does not listen.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, last_words).await;
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, self.drain()).await;
        self.stream = Stream::Gone;
    }

    /// Reads what the client was still sending, until it closes too: a socket that is closed with unread input is reset,
    /// and the reset may overtake the last words.
    async fn drain(&mut self) {
        let mut left = DRAIN_BYTES;
        while left > 0 {
            match std::future::poll_fn(|context| self.poll_read(context, false)).await {
                Ok(0) | Err(_) => return,
                Ok(read) => left = left.saturating_sub(read),
            }
        }
    }
}
