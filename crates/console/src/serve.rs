//! From an accepted connection to requests.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::connection::Connection;
use crate::router::Console;

/// Longest wait for the header of a request; also how long an idle connection is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest life of a connection that does not become a WebSocket: longer than the longest request.
const CONNECTION_LIFETIME: Duration = Duration::from_secs(600);
/// How long requests may take to end after a stop.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the system refuses to accept (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Largest header of a request.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// Connections of one listener that are not (or not yet) WebSockets.
const MAX_CONNECTIONS: usize = 1024;

impl Console {
    /// Serves one accepted connection until it ends, becomes a WebSocket, or `stop` is ready; then the request in
    /// hand is still answered.
    pub async fn serve_connection<I>(
        &self,
        io: I,
        connection: Connection,
        stop: impl Future<Output = ()> + Send,
    ) where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(connection);
            router.clone().oneshot(request.map(axum::body::Body::new))
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        builder.max_buf_size(MAX_HEADER_BYTES).max_headers(MAX_HEADERS);
        let mut http = pin!(builder.serve_connection(TokioIo::new(io), service).with_upgrades());
        let result = tokio::select! {
            result = http.as_mut() => result,
            () = stop => {
                http.as_mut().graceful_shutdown();
                tokio::time::timeout(STOP_GRACE, http).await.unwrap_or(Ok(()))
            }
            () = tokio::time::sleep(CONNECTION_LIFETIME) => {
                http.as_mut().graceful_shutdown();
                tokio::time::timeout(STOP_GRACE, http).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, "http connection ended");
        }
    }

    /// Accepts unencrypted connections until `stop` is ready; returns when the last has ended, 5 s later at most.
    ///
    /// # Errors
    /// The listener is broken. What passes by itself (no file descriptors left) is waited out.
    pub async fn listen(&self, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = stop.as_mut() => break,
                _ = connections.join_next(), if !connections.is_empty() => continue,
                accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => accepted,
            };
            match accepted {
                Ok((socket, peer)) => {
                    let (console, mut stopped) = (self.clone(), stopped.clone());
                    connections.spawn(async move {
                        let stop = async move {
                            // An error means that the sender is gone: the listener has ended too.
                            let _ = stopped.wait_for(|stopped| *stopped).await;
                        };
                        let _ = socket.set_nodelay(true);
                        console.serve_connection(socket, Connection { peer, encrypted: false }, stop).await;
                    });
                }
                Err(error) if passes(&error) => tokio::time::sleep(ACCEPT_PAUSE).await,
                Err(error) => return Err(error),
            }
        }
        stopping.send_replace(true);
        while connections.join_next().await.is_some() {}
        Ok(())
    }
}

/// Whether an error of `accept` concerns one connection or passes with time.
fn passes(error: &io::Error) -> bool {
    /// Too many open files, in the process and in the system (Linux).
    const EMFILE_ENFILE: [i32; 2] = [24, 23];
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, OutOfMemory, WouldBlock};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | OutOfMemory | WouldBlock)
        || error.raw_os_error().is_some_and(|code| EMFILE_ENFILE.contains(&code))
}
