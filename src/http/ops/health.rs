//! Probes: is the process alive, is it ready to answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::bases::Bases;
use crate::http::problem::{Probe, Problem, ReadinessProbe, Refusals};

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "operation",
    responses((status = 200, description = "The process is alive", body = Health), Refusals<Probe>))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Says whether the knowledge bases are prepared.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operation",
    responses((status = 200, description = "Requests are answered", body = Health), Refusals<ReadinessProbe>))]
pub(crate) async fn ready(State(bases): State<Arc<Bases>>) -> Result<Json<Health>, Problem> {
    bases.ready()?;
    Ok(Json(Health { status: "ok" }))
}
