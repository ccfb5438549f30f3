//! `GET /v1/suggest`: completion while the customer types.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::usage::Usage;
use crate::answer::Completed;
use crate::clock;
use crate::config::Limits;
use crate::http::decided::Decided;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Problem, Querying, Refusals};
use crate::http::request::Query;

/// Questions of the corpus, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestResponse {
    suggestions: Vec<Completed>,
    corpus_version: String,
}

/// Completes what is being typed, in the corpus's own questions: in characters, pinyin or its initials, words apart, and
/// but for one slip. What is asked often comes first.
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
    State(usage): State<Arc<Usage>>,
    Base(base): Base,
    Query(mut fields): Query,
) -> Result<Decided, Problem> {
    let typed = fields.required("q", limits.question_chars);
    let top = fields.top(8);
    fields.finish()?;
    let now = clock::now();
    let complete = move || {
        let snapshot = base.snapshot();
        let uses = |faq_id: &str| usage.of(base.name(), faq_id);
        let suggestions = crate::answer::suggest(&snapshot, &typed, top, now, uses);
        Decided::new(None, &SuggestResponse { suggestions, corpus_version: snapshot.corpus.version.clone() })
    };
    admission.work(move |_| complete()).await?
}
