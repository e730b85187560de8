//! XMPP over WebSocket: the upgrade (RFC 7395 §3.1). What follows on the socket is the server's.

use std::pin::Pin;

use axum::Extension;
use axum::extract::FromRequestParts as _;
use axum::extract::Request;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::response::Response;

pub use axum::extract::ws::{Message, Utf8Bytes, WebSocket};

use crate::connection::Connection;
use crate::refusal::{Code, Refusal};
use crate::router::{Shared, State};

/// The subprotocol of XMPP.
const SUBPROTOCOL: &str = "xmpp";
/// Read and write buffer of a socket. The library's defaults cost 129 KiB for each connection, these 5 KiB.
const BUFFER_BYTES: usize = 4096;
/// What may wait to be written besides one largest message.
const WRITE_SLACK_BYTES: usize = 64 * 1024;

/// Takes clients' sockets.
pub trait WebSocketService: Send + Sync + 'static {
    /// Whether a connection is welcome, before anything is spent on it.
    ///
    /// # Errors
    /// The refusal that the client gets as the answer to its handshake.
    fn admit(&self, connection: &Connection) -> Result<(), Refusal>;

    /// Serves one socket to its end. The task that awaits it is not tracked here: the server ends it by ending this.
    fn serve(&self, socket: WebSocket, connection: Connection) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// `GET /xmpp-websocket`
pub(crate) async fn upgrade(
    shared: State,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Result<Response, Refusal> {
    let (mut parts, _) = request.into_parts();
    let service = shared.parts.websockets.clone();
    let service =
        service.ok_or_else(|| Refusal::not_found("WebSocket is switched off ([websocket] enabled)"))?;
    check_place(&shared, connection)?;
    let handshake = handshake(&mut parts).await?;
    service.admit(&connection)?;
    let largest = shared.settings.websocket_message_bytes;
    let handshake = handshake
        .protocols([SUBPROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(largest + WRITE_SLACK_BYTES)
        .max_message_size(largest)
        .max_frame_size(largest)
        .on_failed_upgrade(|error| tracing::debug!(%error, "websocket upgrade failed"));
    Ok(handshake.on_upgrade(move |socket| async move { service.serve(socket, connection).await }))
}

/// Passwords must not cross a network in clear.
fn check_place(shared: &Shared, connection: Connection) -> Result<(), Refusal> {
    if connection.encrypted || connection.is_loopback() || shared.settings.websocket_allow_plain_remote {
        return Ok(());
    }
    let message = "WebSocket connections from other machines must be encrypted: use wss://";
    Err(Refusal::new(Code::Forbidden, message))
}

async fn handshake(parts: &mut Parts) -> Result<WebSocketUpgrade, Refusal> {
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
    let offers = |name: &str| name.trim() == SUBPROTOCOL;
    let offered =
        upgrade.requested_protocols().any(|list| list.to_str().is_ok_and(|list| list.split(',').any(offers)));
    if !offered {
        return Err(Refusal::invalid("the handshake must offer the subprotocol `xmpp` (RFC 7395 §3.1)"));
    }
    Ok(upgrade)
}
