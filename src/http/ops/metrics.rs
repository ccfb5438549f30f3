//! `GET /metrics`: what the server has counted.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use crate::config::{Config, Role};
use crate::http::bases::Bases;
use crate::http::metrics::Metrics;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::auth::Keyring;
use crate::http::problem::{Code, Guarded, Problem, Refusals};
use crate::http::state::App;

/// What is counted, and who may see it.
#[derive(Debug)]
pub(crate) struct Counted {
    config: Arc<Config>,
    keyring: Arc<Keyring>,
    admission: Arc<Admission>,
    metrics: Arc<Metrics>,
    bases: Arc<Bases>,
}

impl FromRef<App> for Counted {
    fn from_ref(app: &App) -> Self {
        Self { config: app.part(), keyring: app.part(), admission: app.part(), metrics: app.part(), bases: app.part() }
    }
}

/// Shows the metrics.
///
/// Text in the Prometheus exposition format. Needs a staff key unless `metrics_public` is set.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operation",
    responses((status = 200, description = "Prometheus metrics", body = String, content_type = "text/plain"),
        Refusals<Guarded>))]
pub(crate) async fn show(State(counted): State<Counted>, headers: HeaderMap) -> Result<Response, Problem> {
    if !counted.config.metrics_public
        && let Some(caller) = counted.keyring.identify(&headers)?
        && caller.key.role != Role::Staff
    {
        return Err(Problem::new(Code::Forbidden, "metrics need a key with the role staff"));
    }
    let text = counted.metrics.render(counted.admission.in_flight(), counted.bases.ready().ok());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
