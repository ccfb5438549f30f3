//! `GET /v1/suggest`: completion while the customer types.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Related;
use crate::clock;
use crate::config::Limits;
use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Problem, Querying, Refusals};
use crate::http::request::{Checks, Params};

/// What has been typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestQuery {
    q: String,
    top: Option<usize>,
}

/// Questions of the corpus, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestResponse {
    suggestions: Vec<Related>,
    corpus_version: String,
}

/// Completes what is being typed, in the corpus's own questions.
#[utoipa::path(get, path = "/suggest", tag = "answering", 
    params(
        ("q" = String, Query, description = "Characters or pinyin, 1..=500 characters after trimming", example = "tuikuan"),
        ("top" = Option<usize>, Query, description = "How many questions; 8 where absent", minimum = 1, maximum = 20),
    ),
    responses((status = 200, description = "Questions to offer", body = SuggestResponse), Refusals<Querying>))]
pub(crate) async fn suggest(
    State(limits): State<Limits>,
    Current(snapshot): Current,
    Params(query): Params<SuggestQuery>,
) -> Result<Json<SuggestResponse>, Problem> {
    let mut checks = Checks::default();
    let typed = checks.text("q", &query.q, limits.question_chars);
    let top = checks.top("top", query.top, 8);
    checks.finish()?;
    let suggestions = crate::answer::suggest(&snapshot, typed, top, clock::now());
    Ok(Json(SuggestResponse { suggestions, corpus_version: snapshot.corpus.version.clone() }))
}
