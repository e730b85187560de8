//! `/node`

use axum::{Extension, Json};

use crate::administration::{NodeStatus, ReloadReport};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// The state of the node, and why.
#[utoipa::path(get, path = "/node", tag = "node",
    responses((status = 200, body = NodeStatus), (status = "default", body = ErrorBody)))]
pub(super) async fn status(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<NodeStatus>, Refusal> {
    let status = shared.parts.administration.node_status().await;
    shared.audited("node_status", None, &connection, status).map(Json)
}

/// Reads the certificate and what else can change at run time again, as SIGHUP does.
#[utoipa::path(post, path = "/node/reload", tag = "node",
    responses((status = 200, body = ReloadReport), (status = "default", body = ErrorBody)))]
pub(super) async fn reload(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<ReloadReport>, Refusal> {
    let report = shared.parts.administration.reload().await;
    shared.audited("reload", None, &connection, report).map(Json)
}
