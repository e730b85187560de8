//! The admin API under `/api/v1`, and its description.

mod extract;
mod groups;
mod ha;
mod node;
mod services;
mod sessions;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard;
use crate::router::Shared;

/// Where the API lives.
const PREFIX: &str = "/api/v1";
/// Name of the token in the description.
const TOKEN_SCHEME: &str = "token";

fn documented() -> OpenApiRouter<Arc<Shared>> {
    let import = OpenApiRouter::new()
        .routes(routes!(users::import_users))
        .layer(DefaultBodyLimit::max(guard::MAX_IMPORT_BYTES));
    let others = OpenApiRouter::new()
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::remove_user))
        .routes(routes!(users::set_password))
        .routes(routes!(users::enable_user))
        .routes(routes!(users::disable_user))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::audit_sessions))
        .routes(routes!(sessions::end_sessions))
        .routes(routes!(node::status))
        .routes(routes!(node::reload))
        .routes(routes!(ha::status))
        .routes(routes!(ha::failover))
        .routes(routes!(ha::fallback))
        .routes(routes!(ha::enable))
        .routes(routes!(ha::disable))
        .routes(routes!(ha::recover))
        .routes(routes!(ha::maintenance))
        .routes(routes!(ha::finalize))
        .routes(routes!(services::list))
        .routes(routes!(services::order))
        .routes(routes!(ha::parameters, ha::set_parameters))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::change_group, groups::remove_group))
        .routes(routes!(groups::add_node))
        .routes(routes!(groups::remove_node))
        .routes(routes!(groups::assign_users))
        .layer(DefaultBodyLimit::max(guard::MAX_BODY_BYTES));
    OpenApiRouter::with_openapi(head()).nest(PREFIX, others.merge(import))
}

fn head() -> OpenApi {
    let info = InfoBuilder::new().title("Everpresent admin API").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Users, sessions and state of one node, and its redundancy group. Every request needs the node's token (`admin.token` in its data folder).",
    ));
    let token =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The admin token.")).build();
    OpenApiBuilder::new()
        .info(info.build())
        .components(Some(
            ComponentsBuilder::new().security_scheme(TOKEN_SCHEME, SecurityScheme::Http(token)).build(),
        ))
        .security(Some([SecurityRequirement::new(TOKEN_SCHEME, Vec::<String>::new())]))
        .build()
}

/// The routes of the API behind their guards. The description itself holds no secret and needs no token.
pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let (api, document) = documented().split_for_parts();
    let json = render(&document);
    let document_path = format!("{PREFIX}/openapi.json");
    let serve = move || async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], json) };
    api.route_layer(from_fn_with_state(shared.clone(), guard::token))
        .route(&document_path, get(serve))
        .route_layer(from_fn_with_state(shared.clone(), guard::admin_place))
}

/// The OpenAPI description of the admin API, as JSON.
pub fn openapi_json() -> String {
    render(&documented().into_openapi())
}

fn render(document: &OpenApi) -> String {
    document.to_pretty_json().unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
