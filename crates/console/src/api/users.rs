//! `/users`

use axum::Extension;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Account, Body, Parameters, account, check_limit};
use crate::administration::{ImportReport, NewUser, Password, UserPage, UserQuery};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// Most accounts in one import; the command line sends more in several.
const MAX_IMPORT_USERS: usize = 1000;

/// A new password.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password.
    password: Password,
}

/// Accounts to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportRequest {
    /// At most 1000.
    #[schema(max_items = 1000)]
    users: Vec<NewUser>,
}

/// Lists users in the order of their addresses.
#[utoipa::path(get, path = "/users", tag = "users", params(UserQuery),
    responses((status = 200, body = UserPage), (status = "default", body = ErrorBody)))]
pub(super) async fn list_users(
    shared: State,
    Extension(connection): Extension<Connection>,
    Parameters(query): Parameters<UserQuery>,
) -> Result<axum::Json<UserPage>, Refusal> {
    check_limit(query.limit)?;
    let page = shared.parts.administration.list_users(query).await;
    shared.audited("list_users", None, &connection, page).map(axum::Json)
}

/// Makes an account.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, description = "Made."), (status = "default", body = ErrorBody)))]
pub(super) async fn create_user(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(user): Body<NewUser>,
) -> Result<StatusCode, Refusal> {
    let jid = account(&user.jid)?;
    user.password.check()?;
    let made = shared.parts.administration.create_user(jid.clone(), user.password).await;
    shared.audited("create_user", Some(&jid), &connection, made)?;
    Ok(StatusCode::CREATED)
}

/// Sets a password.
#[utoipa::path(put, path = "/users/{jid}/password", tag = "users", request_body = NewPassword,
    params(("jid" = String, Path, description = "Bare JID")),
    responses((status = 204, description = "Set."), (status = "default", body = ErrorBody)))]
pub(super) async fn set_password(
    shared: State,
    Extension(connection): Extension<Connection>,
    Account(jid): Account,
    Body(new): Body<NewPassword>,
) -> Result<StatusCode, Refusal> {
    new.password.check()?;
    let set = shared.parts.administration.set_password(jid.clone(), new.password).await;
    shared.audited("set_password", Some(&jid), &connection, set)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a disabled user sign in again.
#[utoipa::path(post, path = "/users/{jid}/enable", tag = "users",
    params(("jid" = String, Path, description = "Bare JID")),
    responses((status = 204, description = "Enabled."), (status = "default", body = ErrorBody)))]
pub(super) async fn enable_user(
    shared: State,
    Extension(connection): Extension<Connection>,
    Account(jid): Account,
) -> Result<StatusCode, Refusal> {
    let set = shared.parts.administration.set_enabled(jid.clone(), true).await;
    shared.audited("enable_user", Some(&jid), &connection, set)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a user from signing in and ends the user's sessions. Nothing is deleted.
#[utoipa::path(post, path = "/users/{jid}/disable", tag = "users",
    params(("jid" = String, Path, description = "Bare JID")),
    responses((status = 204, description = "Disabled."), (status = "default", body = ErrorBody)))]
pub(super) async fn disable_user(
    shared: State,
    Extension(connection): Extension<Connection>,
    Account(jid): Account,
) -> Result<StatusCode, Refusal> {
    let set = shared.parts.administration.set_enabled(jid.clone(), false).await;
    shared.audited("disable_user", Some(&jid), &connection, set)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a user with sessions, roster, archive and offline messages.
#[utoipa::path(delete, path = "/users/{jid}", tag = "users",
    params(("jid" = String, Path, description = "Bare JID")),
    responses((status = 204, description = "Removed."), (status = "default", body = ErrorBody)))]
pub(super) async fn remove_user(
    shared: State,
    Extension(connection): Extension<Connection>,
    Account(jid): Account,
) -> Result<StatusCode, Refusal> {
    let removed = shared.parts.administration.remove_user(jid.clone()).await;
    shared.audited("remove_user", Some(&jid), &connection, removed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes many accounts. Those that cannot be made are named; the others are made all the same.
#[utoipa::path(post, path = "/users/import", tag = "users", request_body = ImportRequest,
    responses((status = 200, body = ImportReport), (status = "default", body = ErrorBody)))]
pub(super) async fn import_users(
    shared: State,
    Extension(connection): Extension<Connection>,
    Body(request): Body<ImportRequest>,
) -> Result<axum::Json<ImportReport>, Refusal> {
    if request.users.len() > MAX_IMPORT_USERS {
        return Err(Refusal::invalid(format!(
            "more than {MAX_IMPORT_USERS} users in one request: send several"
        )));
    }
    let report = shared.parts.administration.import_users(request.users).await;
    shared.audited("import_users", None, &connection, report).map(axum::Json)
}
