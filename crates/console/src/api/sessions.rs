//! `/sessions`

use axum::{Extension, Json};

use super::extract::{Address, Parameters, account, address, check_limit};
use crate::administration::{AuditReport, Ended, SessionPage, SessionQuery};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// Lists sessions in the order of their addresses.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(SessionQuery),
    responses((status = 200, body = SessionPage), (status = "default", body = ErrorBody)))]
pub(super) async fn list_sessions(
    shared: State,
    Extension(connection): Extension<Connection>,
    Parameters(query): Parameters<SessionQuery>,
) -> Result<Json<SessionPage>, Refusal> {
    check_limit(query.limit)?;
    query.user.as_deref().map(account).transpose()?;
    query.after.as_deref().map(address).transpose()?;
    let page = shared.parts.administration.list_sessions(query).await;
    shared.audited("list_sessions", None, &connection, page).map(Json)
}

/// Counts transports, sessions and presences against each other and names every difference.
#[utoipa::path(post, path = "/sessions/audit", tag = "sessions",
    responses((status = 200, body = AuditReport), (status = "default", body = ErrorBody)))]
pub(super) async fn audit_sessions(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<AuditReport>, Refusal> {
    let report = shared.parts.administration.audit_sessions().await;
    shared.audited("audit_sessions", None, &connection, report).map(Json)
}

/// Ends one session (full JID) or all sessions of a user (bare JID).
#[utoipa::path(delete, path = "/sessions/{jid}", tag = "sessions",
    params(("jid" = String, Path, description = "Full or bare JID, percent-encoded")),
    responses((status = 200, body = Ended), (status = "default", body = ErrorBody)))]
pub(super) async fn end_sessions(
    shared: State,
    Extension(connection): Extension<Connection>,
    Address(jid): Address,
) -> Result<Json<Ended>, Refusal> {
    let ended = shared.parts.administration.end_sessions(jid.clone()).await;
    shared.audited("end_sessions", Some(&jid), &connection, ended).map(Json)
}
