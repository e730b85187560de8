//! `/ha`

use std::ops::RangeInclusive;

use axum::http::StatusCode;
use axum::{Extension, Json};

use super::extract::Body;
use crate::administration::{
    Finalized, HaDisableOrder, HaEnableOrder, HaMaintenanceOrder, HaNodeOrder, HaParameterChange,
    HaParameters, HaStatus,
};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// Longest name of a node or group. They are letters, digits, `_` and `-`.
const MAX_NAME_BYTES: usize = 128;
/// How long automatic failover may be held at once: who forgets to end it has it back the day after.
const MAINTENANCE_SECONDS: RangeInclusive<u64> = 1..=86_400;

/// State and reason of every node, and who owns which home.
#[utoipa::path(get, path = "/ha/status", tag = "ha",
    responses((status = 200, body = HaStatus), (status = "default", body = ErrorBody)))]
pub(super) async fn status(shared: State) -> Result<Json<HaStatus>, Refusal> {
    // Asked for many times a second by whoever waits for an order: no line for each.
    shared.parts.administration.ha_status().await.map(Json)
}

/// Lets the partner serve the users of a node, whose services then stop. Answered when it has begun.
#[utoipa::path(post, path = "/ha/failover", tag = "ha", request_body = HaNodeOrder,
    responses((status = 202, description = "Begun: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn failover(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaNodeOrder>,
) -> Result<StatusCode, Refusal> {
    check_name(&order.node)?;
    let begun = shared.parts.administration.failover(order.node.clone()).await;
    shared.audited_of("failover", &order.node, &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets a node that is failed over serve its users itself again. Answered when it has begun.
#[utoipa::path(post, path = "/ha/fallback", tag = "ha", request_body = HaNodeOrder,
    responses((status = 202, description = "Begun: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn fallback(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaNodeOrder>,
) -> Result<StatusCode, Refusal> {
    check_name(&order.node)?;
    let begun = shared.parts.administration.fallback(order.node.clone()).await;
    shared.audited_of("fallback", &order.node, &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Enables high availability in a group of two nodes.
#[utoipa::path(post, path = "/ha/enable", tag = "ha", request_body = HaEnableOrder,
    responses((status = 202, description = "Begun: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn enable(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaEnableOrder>,
) -> Result<StatusCode, Refusal> {
    order.group.as_deref().map(check_name).transpose()?;
    let begun = shared.parts.administration.enable_ha(order.group.clone()).await;
    shared.audited_of("ha_enable", order.group.as_deref().unwrap_or("-"), &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Disables high availability in a group: nobody stands in for anybody any more.
#[utoipa::path(post, path = "/ha/disable", tag = "ha", request_body = HaDisableOrder,
    responses((status = 202, description = "Begun: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn disable(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaDisableOrder>,
) -> Result<StatusCode, Refusal> {
    order.group.as_deref().map(check_name).transpose()?;
    let begun = shared.parts.administration.disable_ha(order.group.clone(), order.force).await;
    shared.audited_of("ha_disable", order.group.as_deref().unwrap_or("-"), &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets the nodes of a group out of failed mode.
#[utoipa::path(post, path = "/ha/recover", tag = "ha", request_body = HaEnableOrder,
    responses((status = 202, description = "Begun: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn recover(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaEnableOrder>,
) -> Result<StatusCode, Refusal> {
    order.group.as_deref().map(check_name).transpose()?;
    let begun = shared.parts.administration.recover(order.group.clone()).await;
    shared.audited_of("ha_recover", order.group.as_deref().unwrap_or("-"), &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Holds automatic failover for faults of the services of a node while somebody works on it. It ends by itself.
#[utoipa::path(post, path = "/ha/maintenance", tag = "ha", request_body = HaMaintenanceOrder,
    responses((status = 202, description = "Begun, or ended: see the status."),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn maintenance(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<HaMaintenanceOrder>,
) -> Result<StatusCode, Refusal> {
    check_name(&order.node)?;
    if order.seconds.is_some_and(|seconds| !MAINTENANCE_SECONDS.contains(&seconds)) {
        let (least, most) = MAINTENANCE_SECONDS.into_inner();
        return Err(Refusal::invalid(format!("maintenance lasts from {least} to {most} seconds")));
    }
    let begun = shared.parts.administration.maintenance(order.node.clone(), order.seconds).await;
    shared.audited_of("ha_maintenance", &order.node, &connection, begun)?;
    Ok(StatusCode::ACCEPTED)
}

/// Ends an upgrade: nodes of the version before can then no longer join.
#[utoipa::path(post, path = "/ha/finalize", tag = "ha",
    responses((status = 200, body = Finalized),
        (status = 409, body = ErrorBody, description = "Not all nodes run the same version, or nothing is to be ended."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn finalize(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<Finalized>, Refusal> {
    let finalized = shared.parts.administration.finalize().await;
    shared.audited("ha_finalize", None, &connection, finalized).map(Json)
}

/// The recovery parameters in force, with their defaults.
#[utoipa::path(get, path = "/ha/parameters", tag = "ha",
    responses((status = 200, body = HaParameters), (status = "default", body = ErrorBody)))]
pub(super) async fn parameters(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<HaParameters>, Refusal> {
    let parameters = shared.parts.administration.ha_parameters().await;
    shared.audited("ha_parameters", None, &connection, parameters).map(Json)
}

/// Changes recovery parameters for the whole cluster. Either all are taken or none.
#[utoipa::path(patch, path = "/ha/parameters", tag = "ha", request_body = HaParameterChange,
    responses((status = 200, body = HaParameters), (status = "default", body = ErrorBody)))]
pub(super) async fn set_parameters(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(change): Body<HaParameterChange>,
) -> Result<Json<HaParameters>, Refusal> {
    if change.preset.is_none() && change.values.is_empty() {
        return Err(Refusal::invalid("nothing is to be changed: give `values` or a `preset`"));
    }
    let changed = shared.parts.administration.set_ha_parameters(change).await;
    shared.audited("set_ha_parameters", None, &connection, changed).map(Json)
}

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.';
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(fits) {
        let message = format!("{name:?} is no name: write up to {MAX_NAME_BYTES} letters, digits, `_`, `-`");
        return Err(Refusal::invalid(message));
    }
    Ok(())
}
