//! Whether the node lives, whether clients should come, and its numbers.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::refusal::Refusal;
use crate::router::State;

/// Format of the answer at `/metrics`.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /health/live`: the process answers. Nothing else is looked at: a restart must be able to help.
pub(crate) async fn live() -> Json<serde_json::Value> {
    Json(json!({ "live": true }))
}

/// `GET /health/ready`: whether clients should be sent here; 503 with the reasons if not.
pub(crate) async fn ready(shared: State) -> Response {
    let readiness = shared.parts.administration.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// `GET /metrics`.
pub(crate) async fn metrics(shared: State) -> Result<impl IntoResponse, Refusal> {
    let handle = shared.parts.metrics.as_ref();
    let handle = handle.ok_or_else(|| Refusal::not_found("metrics are switched off ([metrics] enabled)"))?;
    Ok(([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], handle.render()))
}
