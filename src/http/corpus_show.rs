//! `GET /v1/corpus`: what is live.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::snapshot::IssueView;

use super::knowledge_base::Current;

/// The live corpus and model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorpusResponse {
    version: String,
    generation: u64,
    /// RFC 3339.
    published_at: String,
    entries: usize,
    questions: usize,
    model_version: String,
    /// Findings that do not stop the corpus from serving.
    warnings: Vec<IssueView>,
}

/// Shows the live corpus.
#[utoipa::path(get, path = "/corpus", operation_id = "show_corpus", tag = "corpus",
    responses((status = 200, description = "The live corpus", body = CorpusResponse)))]
pub(crate) async fn show(Current(snapshot): Current) -> Json<CorpusResponse> {
    let corpus = &snapshot.corpus;
    let view = |issue: &crate::corpus::Issue| IssueView {
        file: issue.file.clone(),
        line: issue.line,
        message: issue.message.clone(),
    };
    Json(CorpusResponse {
        version: corpus.version.clone(),
        generation: snapshot.generation,
        published_at: snapshot.published_at.to_string(),
        entries: corpus.entries.len(),
        questions: corpus.entries.iter().map(|entry| entry.questions().count()).sum(),
        model_version: snapshot.router.version().to_owned(),
        warnings: corpus.warnings.iter().map(view).collect(),
    })
}
