//! `POST /v1/corpus/rollback`: a kept version becomes the live one again.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::knowledge_base::ReloadReport;

use super::publishing;
use crate::clock;
use crate::http::metrics::Metrics;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Problem, PublishingBody, Refusals};
use crate::http::request::{Checks, Json};

/// Which version to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackRequest {
    /// One of `GET /v1/corpus/versions`.
    #[schema(max_length = 64)]
    version: String,
}

/// Publishes a kept version again.
#[utoipa::path(post, path = "/corpus/rollback", operation_id = "roll_back_corpus", tag = "corpus", request_body = RollbackRequest,
    responses((status = 200, description = "What changed", body = ReloadReport), Refusals<PublishingBody>))]
pub(crate) async fn rollback(
    State(metrics): State<Arc<Metrics>>,
    Base(base): Base,
    Json(request): Json<RollbackRequest>,
) -> Result<axum::Json<ReloadReport>, Problem> {
    let mut checks = Checks::default();
    let version = checks.text("version", &request.version, 64).to_owned();
    checks.finish()?;
    publishing::run(&metrics, base, move |base| base.rollback(&version, clock::now())).await
}
