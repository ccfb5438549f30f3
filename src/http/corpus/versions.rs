//! `GET /v1/corpus/versions`: what a rollback can publish.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::knowledge_base::VersionInfo;

use super::OneAtATime;
use super::publishing;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Code, Problem, Reading, Refusals};

/// Kept versions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionsResponse {
    versions: Vec<VersionInfo>,
}

/// Lists the kept versions.
#[utoipa::path(get, path = "/corpus/versions", operation_id = "list_corpus_versions", tag = "corpus",
    responses((status = 200, description = "Kept versions", body = VersionsResponse), Refusals<Reading>))]
pub(crate) async fn list(
    State(turns): State<Arc<OneAtATime>>,
    Base(base): Base,
) -> Result<Json<VersionsResponse>, Problem> {
    // Never closed, so that it always gives a place.
    let _place = turns.lists.acquire().await;
    // Reading the kept versions touches the disk.
    let listed = tokio::task::spawn_blocking(move || base.versions()).await;
    match listed {
        Ok(Ok(versions)) => Ok(Json(VersionsResponse { versions })),
        Ok(Err(error)) => Err(publishing::problem(&error)),
        Err(_) => Err(Problem::new(Code::Internal, "listing failed; the log names it under the request id")),
    }
}
