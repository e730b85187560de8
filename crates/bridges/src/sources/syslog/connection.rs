//! One syslog connection, from its first byte to its end.

use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::{Instant, timeout_at};

use super::super::{Inlet, Origin};
use super::frames::{FrameError, Frames};

/// Bytes that are read at once.
const READ_BYTES: usize = 16 * 1024;

/// How patient a receiver is.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A connection over which nothing comes for so long is cut: its other end may be gone without a word. A Call Bridge
    /// writes every five minutes.
    pub idle: Duration,
    /// A message that has begun must be whole after so long.
    pub message: Duration,
    /// A TLS handshake must be over after so long.
    pub handshake: Duration,
    /// Most connections at once.
    pub connections: usize,
    /// Most connections at once from one address.
    pub connections_per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(900),
            message: Duration::from_secs(60),
            handshake: Duration::from_secs(10),
            connections: 256,
            connections_per_address: 8,
        }
    }
}

/// Why a connection was ended from this side.
#[derive(Debug, Error)]
pub(super) enum CutError {
    /// TLS did not come about.
    #[error("TLS handshake: {0}")]
    Handshake(String),
    /// Nothing came.
    #[error("nothing came for {} s", .0.as_secs())]
    Idle(Duration),
    /// A message did not end.
    #[error("a message was not whole after {} s", .0.as_secs())]
    Slow(Duration),
    /// The framing is broken.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The network says so.
    #[error(transparent)]
    Read(#[from] std::io::Error),
}

/// Reads until the peer or a limit ends it. While the queue is full nothing is read, so the peer has to wait; that time does not
/// count against it.
pub(super) async fn serve(
    mut stream: impl AsyncRead + Unpin,
    origin: &Origin,
    limits: &Limits,
    inlet: &Inlet,
) -> Result<(), CutError> {
    let (mut frames, mut buffer) = (Frames::default(), vec![0; READ_BYTES]);
    // When the message that has begun, if any, began.
    let mut begun: Option<Instant> = None;
    loop {
        let (until, error) = match begun {
            Some(begun) => (begun + limits.message, CutError::Slow(limits.message)),
            None => (Instant::now() + limits.idle, CutError::Idle(limits.idle)),
        };
        let Ok(read) = timeout_at(until, stream.read(&mut buffer)).await else { return Err(error) };
        let read = read?;
        let mut lines = Vec::new();
        let mut each = |line: &[u8], cut| lines.push(inlet.line(origin, line, cut, true));
        let framed = if read == 0 {
            frames.finish(&mut each);
            Ok(())
        } else {
            frames.feed(&buffer[..read], &mut each)
        };
        let came = !lines.is_empty();
        for line in lines {
            if inlet.push(line).await.is_err() {
                return Ok(());
            }
        }
        framed?;
        if read == 0 {
            return Ok(());
        }
        begun = match begun {
            _ if !frames.is_within_message() => None,
            // The message that began then is over; another one has begun now.
            Some(_) if came => Some(Instant::now()),
            Some(begun) => Some(begun),
            None => Some(Instant::now()),
        };
    }
}
