//! `POST /v1/corpus/reload`: the corpus directory as it is now becomes the live one.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::knowledge_base::ReloadReport;

use super::extract::Query;
use super::knowledge_base::Base;
use super::problem::Problem;
use super::state::AppState;
use super::{message, publishing};

/// How to reload.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReloadQuery {
    /// Only say what would change.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// Loads, checks and publishes the corpus, or says every issue and changes nothing.
#[utoipa::path(post, path = "/corpus/reload", tag = "corpus", params(ReloadQuery),
    responses((status = 200, description = "What changed", body = ReloadReport)))]
pub(crate) async fn reload(
    State(app): State<AppState>,
    Base(base): Base,
    Query(query): Query<ReloadQuery>,
) -> Result<Json<ReloadReport>, Problem> {
    publishing::run(&app, base, move |base| base.reload(query.dry_run, message::now())).await
}
