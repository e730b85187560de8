//! HTTP over TLS, for browsers that speak WebSocket to the node itself.

use std::sync::Arc;
use std::time::Duration;

use everpresent_console::{Connection, Console};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::tls::Certificates;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait when the system refuses to accept (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Connections of one listener at once.
const MAX_CONNECTIONS: usize = 100_000;

/// Serves until `stop`.
pub(crate) async fn listen(
    console: Console,
    certificates: Arc<Certificates>,
    listener: TcpListener,
    stop: CancellationToken,
) {
    let places = Arc::new(tokio::sync::Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "an HTTPS connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        let acceptor = TlsAcceptor::from(certificates.web_config());
        let (console, stop) = (console.clone(), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
                let connection = Connection { peer, encrypted: true };
                console.serve_connection(stream, connection, stop.cancelled_owned()).await;
            }
        });
    }
}
