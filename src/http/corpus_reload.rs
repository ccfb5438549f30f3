//! `POST /v1/corpus/reload`: the corpus directory as it is now becomes the live one.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::knowledge_base::ReloadReport;

use super::extract::Params;
use super::knowledge_base::Base;
use super::problem::Problem;
use super::state::AppState;
use super::{message, publishing};

/// How to reload.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReloadQuery {
    #[serde(default)]
    dry_run: bool,
}

/// Loads, checks and publishes the corpus, or says every issue and changes nothing.
#[utoipa::path(post, path = "/corpus/reload", operation_id = "reload_corpus", tag = "corpus", 
    params(("dry_run" = Option<bool>, Query, description = "Only say what would change; false where absent")),
    responses((status = 200, description = "What changed", body = ReloadReport)))]
pub(crate) async fn reload(
    State(app): State<AppState>,
    Base(base): Base,
    Params(query): Params<ReloadQuery>,
) -> Result<Json<ReloadReport>, Problem> {
    publishing::run(&app, base, move |base| base.reload(query.dry_run, message::now())).await
}
