//! The connection: a socket with or without TLS, what is waiting to be written, what has been read.
//!
//! One poll both writes and reads, so a client and a server that both have much to say never wait for each other.
//! An idle connection holds no buffers of its own.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::error::Error;
use crate::scanner::{Item, Scanner};

/// How much is read at a time.
const READ_CHUNK_BYTES: usize = 16 * 1024;
/// Reading ahead while a write is stuck stops here.
const MAX_READ_AHEAD_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug)]
pub(crate) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Transport {
    pub(crate) fn tls_version(&self) -> Option<&'static str> {
        let Self::Tls(stream) = self else { return None };
        match stream.get_ref().1.protocol_version()? {
            ProtocolVersion::TLSv1_3 => Some("TLS 1.3"),
            ProtocolVersion::TLSv1_2 => Some("TLS 1.2"),
            _ => None,
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_read(context, buffer),
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_flush(context),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Wire {
    transport: Transport,
    scanner: Scanner,
    inbound: BytesMut,
    pub(crate) outbound: BytesMut,
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_received: u64,
}

impl Wire {
    pub(crate) fn new(transport: Transport) -> Self {
        Self {
            transport,
            scanner: Scanner::default(),
            inbound: BytesMut::new(),
            outbound: BytesMut::new(),
            bytes_sent: 0,
            bytes_received: 0,
        }
    }

    /// Hands the transport back, to put TLS on it. What was read but not looked at must not be believed
    /// afterwards (it came unprotected), so it is dropped.
    pub(crate) fn into_transport(self) -> Transport {
        self.transport
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Expects a new stream header next (RFC 6120 §6.4.6).
    pub(crate) fn restart(&mut self) {
        self.scanner = Scanner::default();
        self.inbound.clear();
    }

    /// What has been read already, if it holds a complete item.
    pub(crate) fn buffered(&mut self) -> Result<Option<Item>, Error> {
        if self.inbound.is_empty() {
            return Ok(None);
        }
        let item = self.scanner.next(&mut self.inbound)?;
        if self.inbound.is_empty() {
            self.inbound = BytesMut::new();
        }
        Ok(item)
    }

    /// The next item; writes what is waiting on the way. Losing the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Item, Error> {
        loop {
            if let Some(item) = self.buffered()? {
                return Ok(item);
            }
            self.fill().await?;
        }
    }

    /// Writes what is waiting and reads at least one byte.
    pub(crate) async fn fill(&mut self) -> Result<(), Error> {
        let read = std::future::poll_fn(|context| {
            if let Poll::Ready(Err(error)) = self.poll_write(context) {
                return Poll::Ready(Err(error));
            }
            self.poll_read(context)
        });
        if read.await? == 0 { Err(Error::Disconnected) } else { Ok(()) }
    }

    /// Writes what is waiting, reading ahead meanwhile so that the server is not blocked either.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            loop {
                if let Poll::Ready(written) = self.poll_write(context) {
                    return Poll::Ready(written.map_err(Error::from));
                }
                if self.inbound.len() > MAX_READ_AHEAD_BYTES {
                    // The server has to read before it can say more; the writer wakes this task then.
                    return Poll::Pending;
                }
                if ready!(self.poll_read(context))? == 0 {
                    return Poll::Ready(Err(Error::Disconnected));
                }
            }
        })
        .await
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbound.is_empty() {
            let written = ready!(self.transport.poll_write(context, &self.outbound))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.bytes_sent += written as u64;
            self.outbound.advance(written);
        }
        if self.outbound.capacity() > 0 {
            // Nothing waits: give the memory back, after a flush (TLS may hold a record).
            ready!(self.transport.poll_flush(context))?;
            self.outbound = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [const { MaybeUninit::uninit() }; READ_CHUNK_BYTES];
        let mut buffer = ReadBuf::uninit(&mut chunk);
        ready!(self.transport.poll_read(context, &mut buffer))?;
        let filled = buffer.filled();
        self.inbound.extend_from_slice(filled);
        self.bytes_received += filled.len() as u64;
        Poll::Ready(Ok(filled.len()))
    }
}
