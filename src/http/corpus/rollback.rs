//! `POST /v1/corpus/rollback`: a kept version becomes the live one again.

use utoipa::ToSchema;

use crate::knowledge_base::ReloadReport;

use super::publishing::Change;
use crate::clock;
use crate::http::problem::{Problem, PublishingBody, Refusals};
use crate::http::request::Json;
use crate::record::AuditAction;

/// Longest name of a version, in characters.
const VERSION_CHARS: usize = 64;

/// Which version to publish.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents the request, which is read field by field")]
pub(crate) struct RollbackRequest {
    /// One of `GET /v1/corpus/versions`.
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    version: String,
}

/// Publishes a kept version again.
#[utoipa::path(post, path = "/corpus/rollback", operation_id = "roll_back_corpus", tag = "corpus", request_body = RollbackRequest,
    responses((status = 200, description = "What changed", body = ReloadReport), Refusals<PublishingBody>))]
pub(crate) async fn rollback(change: Change, Json(mut fields): Json) -> Result<axum::Json<ReloadReport>, Problem> {
    let version = fields.required("version", VERSION_CHARS);
    fields.finish()?;
    change.run(AuditAction::RolledBack, move |base, by| base.rollback(&version, &by, clock::now())).await
}
