//! Probes: is the process alive, is it ready to answer.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Code, Problem};
use super::state::AppState;

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Says whether the knowledge bases are prepared.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn ready(State(app): State<AppState>) -> Result<Json<Health>, Problem> {
    match app.bases() {
        Some(_) => Ok(Json(Health { status: "ok" })),
        None => Err(Problem::new(Code::NotReady, "the knowledge bases are being prepared").retry_after(1)),
    }
}
