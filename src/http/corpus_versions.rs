//! `GET /v1/corpus/versions`: what a rollback can publish.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::snapshot::VersionInfo;

use super::knowledge_base::Base;

/// Kept versions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionsResponse {
    versions: Vec<VersionInfo>,
}

/// Lists the kept versions.
#[utoipa::path(get, path = "/corpus/versions", operation_id = "list_corpus_versions", tag = "corpus",
    responses((status = 200, description = "Kept versions", body = VersionsResponse)))]
pub(crate) async fn list(Base(base): Base) -> Json<VersionsResponse> {
    Json(VersionsResponse { versions: base.versions() })
}
