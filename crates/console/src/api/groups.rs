//! `/groups`

use axum::extract::Path;
use axum::http::StatusCode;
use axum::{Extension, Json};

use super::extract::Body;
use super::ha::check_name;
use crate::administration::{AssignOrder, AssignReport, GroupChange, Groups, NewGroup, NewGroupNode};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// Most users in one order; the command line sends more in several.
const MAX_ASSIGN_USERS: usize = 1000;

/// The redundancy groups with their nodes.
#[utoipa::path(get, path = "/groups", tag = "groups",
    responses((status = 200, body = Groups), (status = "default", body = ErrorBody)))]
pub(super) async fn list_groups(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<Groups>, Refusal> {
    let groups = shared.parts.administration.list_groups().await;
    shared.audited("list_groups", None, &connection, groups).map(Json)
}

/// Makes an empty group.
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup,
    responses((status = 201, description = "Made."), (status = "default", body = ErrorBody)))]
pub(super) async fn create_group(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(group): Body<NewGroup>,
) -> Result<StatusCode, Refusal> {
    check_new_name(&group.name)?;
    let name = group.name.clone();
    let made = shared.parts.administration.create_group(group).await;
    shared.audited_of("create_group", &name, &connection, made)?;
    Ok(StatusCode::CREATED)
}

/// Says how new users of a group are shared out. Nobody is moved.
#[utoipa::path(patch, path = "/groups/{group}", tag = "groups", request_body = GroupChange,
    params(("group" = String, Path, description = "Name of the group")),
    responses((status = 204, description = "Set."), (status = "default", body = ErrorBody)))]
pub(super) async fn change_group(
    shared: State,
    Extension(connection): Extension<Connection>,
    Path(group): Path<String>,
    Body(change): Body<GroupChange>,
) -> Result<StatusCode, Refusal> {
    check_name(&group)?;
    let changed = shared.parts.administration.change_group(group.clone(), change).await;
    shared.audited_of("change_group", &group, &connection, changed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a group that has no nodes.
#[utoipa::path(delete, path = "/groups/{group}", tag = "groups",
    params(("group" = String, Path, description = "Name of the group")),
    responses((status = 204, description = "Removed."), (status = "default", body = ErrorBody)))]
pub(super) async fn remove_group(
    shared: State,
    Extension(connection): Extension<Connection>,
    Path(group): Path<String>,
) -> Result<StatusCode, Refusal> {
    check_name(&group)?;
    let removed = shared.parts.administration.remove_group(group.clone()).await;
    shared.audited_of("remove_group", &group, &connection, removed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a place in a group for a node that has not started yet.
#[utoipa::path(post, path = "/groups/{group}/nodes", tag = "groups", request_body = NewGroupNode,
    params(("group" = String, Path, description = "Name of the group")),
    responses((status = 201, description = "Added."), (status = "default", body = ErrorBody)))]
pub(super) async fn add_node(
    shared: State,
    Extension(connection): Extension<Connection>,
    Path(group): Path<String>,
    Body(NewGroupNode { node }): Body<NewGroupNode>,
) -> Result<StatusCode, Refusal> {
    check_name(&group)?;
    check_new_name(&node)?;
    let added = shared.parts.administration.add_node(group, node.clone()).await;
    shared.audited_of("add_node", &node, &connection, added)?;
    Ok(StatusCode::CREATED)
}

/// Takes a node out of its group: one that has stopped and has no users.
#[utoipa::path(delete, path = "/groups/{group}/nodes/{node}", tag = "groups",
    params(("group" = String, Path, description = "Name of the group"),
        ("node" = String, Path, description = "Name of the node")),
    responses((status = 204, description = "Removed."), (status = "default", body = ErrorBody)))]
pub(super) async fn remove_node(
    shared: State,
    Extension(connection): Extension<Connection>,
    Path((group, node)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    check_name(&group)?;
    check_name(&node)?;
    let removed = shared.parts.administration.remove_node(group, node.clone()).await;
    shared.audited_of("remove_node", &node, &connection, removed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Assigns users to another node. Those who cannot be moved, because they have sessions for instance, are named.
#[utoipa::path(post, path = "/groups/assign", tag = "groups", request_body = AssignOrder,
    responses((status = 200, body = AssignReport),
        (status = 409, body = ErrorBody, description = "It makes no sense in the present state."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn assign_users(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(order): Body<AssignOrder>,
) -> Result<Json<AssignReport>, Refusal> {
    let subject = match &order {
        AssignOrder::To { node, users } => {
            check_name(node)?;
            if users.len() > MAX_ASSIGN_USERS {
                let message = format!("more than {MAX_ASSIGN_USERS} users in one request: send several");
                return Err(Refusal::invalid(message));
            }
            node.clone()
        }
        AssignOrder::Balanced { group } => {
            group.as_deref().map(check_name).transpose()?;
            group.clone().unwrap_or_else(|| "-".to_owned())
        }
    };
    let report = shared.parts.administration.assign_users(order).await;
    shared.audited_of("assign_users", &subject, &connection, report).map(Json)
}

/// Names that are made now are of letters, digits, `_` and `-`; older ones may hold a dot.
fn check_new_name(name: &str) -> Result<(), Refusal> {
    check_name(name)?;
    let message = || format!("{name:?} is no name for it: a name has no dots");
    if name.contains('.') { Err(Refusal::invalid(message())) } else { Ok(()) }
}
