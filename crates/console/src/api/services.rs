//! `/services`

use axum::extract::Path;
use axum::{Extension, Json};

use crate::administration::{ServiceAct, ServiceList};
use crate::connection::Connection;
use crate::refusal::{ErrorBody, Refusal};
use crate::router::State;

/// The monitored services of this node.
#[utoipa::path(get, path = "/services", tag = "services",
    responses((status = 200, body = ServiceList), (status = "default", body = ErrorBody)))]
pub(super) async fn list(
    shared: State,
    Extension(connection): Extension<Connection>,
) -> Result<Json<ServiceList>, Refusal> {
    let services = shared.parts.administration.services().await;
    shared.audited("services", None, &connection, services).map(Json)
}

/// Starts, stops or restarts a service, or breaks it to rehearse what follows.
#[utoipa::path(post, path = "/services/{name}/{act}", tag = "services",
    params(("name" = String, Path, description = "The service."),
        ("act" = String, Path, description = "`start`, `stop`, `restart`, `crash` or `stick`.")),
    responses((status = 200, body = ServiceList, description = "How the services are right after it."),
        (status = 404, body = ErrorBody, description = "There is no such service."),
        (status = 409, body = ErrorBody, description = "It makes no sense at present."),
        (status = "default", body = ErrorBody)))]
pub(super) async fn order(
    shared: State,
    Extension(connection): Extension<Connection>,
    Path((name, act)): Path<(String, ServiceAct)>,
) -> Result<Json<ServiceList>, Refusal> {
    let done = shared.parts.administration.service_order(name.clone(), act).await;
    shared.audited_of(audited_name(act), &name, &connection, done).map(Json)
}

fn audited_name(act: ServiceAct) -> &'static str {
    match act {
        ServiceAct::Start => "service_start",
        ServiceAct::Stop => "service_stop",
        ServiceAct::Restart => "service_restart",
        ServiceAct::Crash => "service_crash",
        ServiceAct::Stick => "service_stick",
    }
}
