//! `GET /v1/suggest`: completion while the customer types.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Related;

use super::extract::Params;
use super::knowledge_base::Current;
use super::message;
use super::problem::Problem;
use super::state::AppState;
use super::validate::Checks;

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
    responses((status = 200, description = "Questions to offer", body = SuggestResponse)))]
pub(crate) async fn suggest(
    State(app): State<AppState>,
    Current(snapshot): Current,
    Params(query): Params<SuggestQuery>,
) -> Result<Json<SuggestResponse>, Problem> {
    let mut checks = Checks::default();
    let typed = checks.text("q", &query.q, app.config.limits.question_chars);
    let top = checks.top("top", query.top, 8);
    checks.finish()?;
    let suggestions = crate::answer::suggest(&snapshot, typed, top, message::now());
    Ok(Json(SuggestResponse { suggestions, corpus_version: snapshot.corpus.version.clone() }))
}
