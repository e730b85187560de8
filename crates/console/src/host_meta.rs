//! Where clients find the WebSocket (XEP-0156 §4).

use axum::Extension;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use serde_json::json;

use crate::connection::Connection;
use crate::refusal::Refusal;
use crate::router::{Shared, State};

/// The relation of a WebSocket link.
const WEBSOCKET_RELATION: &str = "urn:xmpp:alt-connections:websocket";
/// Longest `Host` header that is believed.
const MAX_HOST_BYTES: usize = 300;

/// `GET /.well-known/host-meta`
pub(crate) async fn xml(
    shared: State,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let url = websocket_url(&shared, connection, &headers)?;
    let escaped = url.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;");
    let body = format!(
        "<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n  \
         <Link rel='{WEBSOCKET_RELATION}' href='{escaped}'/>\n</XRD>\n"
    );
    Ok((headers_for("application/xrd+xml; charset=utf-8"), body))
}

/// `GET /.well-known/host-meta.json`
pub(crate) async fn json(
    shared: State,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let url = websocket_url(&shared, connection, &headers)?;
    let body = json!({ "links": [{ "rel": WEBSOCKET_RELATION, "href": url }] });
    Ok((headers_for("application/json"), body.to_string()))
}

/// Web clients of other origins may read it (XEP-0156 §4.1), and may keep it for a while.
fn headers_for(content_type: &'static str) -> [(HeaderName, &'static str); 3] {
    [(CONTENT_TYPE, content_type), (ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CACHE_CONTROL, "max-age=300")]
}

fn websocket_url(shared: &Shared, connection: Connection, headers: &HeaderMap) -> Result<String, Refusal> {
    if shared.parts.websockets.is_none() {
        return Err(Refusal::not_found("WebSocket is switched off ([websocket] enabled)"));
    }
    if let Some(url) = &shared.settings.websocket_url {
        return Ok(url.clone());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
    let host = host.ok_or_else(|| Refusal::invalid("the Host header is missing or malformed"))?;
    let scheme = if connection.encrypted { "wss" } else { "ws" };
    Ok(format!("{scheme}://{host}/xmpp-websocket"))
}

/// Whether it is a name or an address, with or without a port: nothing that could break out of a document.
fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.len() <= MAX_HOST_BYTES && text.bytes().all(allowed)
}
