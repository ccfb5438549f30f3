//! `GET /v1/corpus`: what is live.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::Issue;

use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Reading, Refusals};

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
    warnings: Vec<Issue>,
}

/// Shows the live corpus.
#[utoipa::path(get, path = "/corpus", operation_id = "show_corpus", tag = "corpus",
    responses((status = 200, description = "The live corpus", body = CorpusResponse), Refusals<Reading>))]
pub(crate) async fn show(Current(snapshot): Current) -> Json<CorpusResponse> {
    let corpus = &snapshot.corpus;
    Json(CorpusResponse {
        version: corpus.version.clone(),
        generation: snapshot.generation,
        published_at: snapshot.published_at.to_string(),
        entries: corpus.entries.len(),
        questions: snapshot.questions(),
        model_version: snapshot.model_version.clone(),
        warnings: corpus.warnings.clone(),
    })
}
