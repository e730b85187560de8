//! Who may ask, how much at a time, and for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::connection::Connection;
use crate::refusal::{Code, Refusal};
use crate::router::Shared;

/// Requests that are worked on at the same time; further ones are refused.
pub(crate) const MAX_REQUESTS: usize = 64;
/// Longest time for a request.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time for an import, which derives keys for every account.
pub(crate) const IMPORT_TIMEOUT: Duration = Duration::from_secs(300);
/// Largest body of a request.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// Largest body of an import.
pub(crate) const MAX_IMPORT_BYTES: usize = 1024 * 1024;

/// Finds out where a request comes from, once for all that follows.
pub(crate) async fn know_connection(mut request: Request, next: Next) -> Response {
    let accepted = request.extensions().get::<Connection>().copied().unwrap_or(Connection::UNKNOWN);
    let connection = accepted.with_headers(request.headers());
    request.extensions_mut().insert(connection);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Bounds the number of requests and their time.
pub(crate) async fn bounds(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Ok(_place) = shared.places.try_acquire() else {
        return Refusal::unavailable("too many requests at the same time").into_response();
    };
    let limit =
        if request.uri().path().ends_with("/users/import") { IMPORT_TIMEOUT } else { REQUEST_TIMEOUT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = format!("no answer within {} s; it may still happen", limit.as_secs());
            Refusal::new(Code::Timeout, message).into_response()
        }
    }
}

/// Lets the admin API be used from this machine only, unless set otherwise.
pub(crate) async fn admin_place(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if connection.is_loopback() || shared.settings.admin_allow_remote {
        return Ok(next.run(request).await);
    }
    let message = "the admin API answers this machine only ([admin] allow_remote = true opens it)";
    Err(Refusal::new(Code::Forbidden, message))
}

/// The same for metrics.
pub(crate) async fn metrics_place(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if connection.is_loopback() || shared.settings.metrics_allow_remote {
        return Ok(next.run(request).await);
    }
    let message = "metrics are for this machine only ([metrics] allow_remote = true opens them)";
    Err(Refusal::new(Code::Forbidden, message))
}

/// Asks for the token (RFC 6750 §2.1).
pub(crate) async fn token(
    State(shared): State<Arc<Shared>>,
    request: Request<Body>,
    next: Next,
) -> Result<Response, Refusal> {
    let offered = bearer(request.headers());
    if offered.is_some_and(|offered| shared.parts.token.is(offered)) {
        return Ok(next.run(request).await);
    }
    let how = if offered.is_some() { "wrong" } else { "missing" };
    tracing::warn!(target: "everpresent::audit", path = request.uri().path(), "admin token is {how}");
    Err(Refusal::new(
        Code::Unauthorized,
        format!("the admin token is {how}: send `Authorization: Bearer TOKEN`"),
    ))
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

pub(crate) async fn not_found(uri: Uri) -> Refusal {
    Refusal::not_found(format!("there is nothing at {}", uri.path()))
}

pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Refusal {
    Refusal::new(Code::MethodNotAllowed, format!("{method} is not for {}", uri.path()))
}
