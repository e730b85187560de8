//! What a client needs to come back at the right time and to the right place.

use axum::Json;
use axum::http::HeaderName;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};

use crate::administration::ClientProfile;
use crate::router::State;

/// `GET /client-profile.json`: for everybody, web clients of other origins included, as host-meta is. Kept for a minute:
/// computed bounds follow the number of sessions.
pub(crate) async fn json(shared: State) -> ([(HeaderName, &'static str); 2], Json<ClientProfile>) {
    let headers = [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CACHE_CONTROL, "max-age=60")];
    (headers, Json(shared.parts.administration.client_profile()))
}
