//! `GET /v1/suggest`: completion while the customer types.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Related;
use crate::clock;
use crate::config::Limits;
use crate::http::decided::Decided;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Problem, Querying, Refusals};
use crate::http::request::Query;

/// Questions of the corpus, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestResponse {
    suggestions: Vec<Related>,
    corpus_version: String,
}

/// Completes what is being typed, in the corpus's own questions.
#[utoipa::path(get, path = "/suggest", tag = "answering",
    params(
        ("q" = String, Query, description = "Characters or pinyin, 1..=500 characters after trimming", example = "tuikuan",
            min_length = 1, max_length = 500, pattern = r"\S"),
        ("top" = Option<u64>, Query, description = "How many questions; 8 where absent", minimum = 1, maximum = 20),
    ),
    responses((status = 200, description = "Questions to offer", body = SuggestResponse), Refusals<Querying>))]
pub(crate) async fn suggest(
    State(limits): State<Limits>,
    State(admission): State<Arc<Admission>>,
    Current(snapshot): Current,
    Query(mut fields): Query,
) -> Result<Decided, Problem> {
    let typed = fields.required("q", limits.question_chars);
    let top = fields.top(8);
    fields.finish()?;
    let now = clock::now();
    let complete = move || {
        let suggestions = crate::answer::suggest(&snapshot, &typed, top, now);
        Decided::new(None, &SuggestResponse { suggestions, corpus_version: snapshot.corpus.version.clone() })
    };
    admission.work(move |_| complete()).await?
}
