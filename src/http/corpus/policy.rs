//! `GET /v1/policy`: the thresholds in force and the evidence behind them.

use axum::Json;

use crate::policy::PolicyStatement;

use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Reading, Refusals};

/// Shows the thresholds, whether the target precision is promised, on what evidence, and what evidence is missing.
#[utoipa::path(get, path = "/policy", operation_id = "show_policy", tag = "corpus",
    responses((status = 200, description = "The policy of the live snapshot", body = PolicyStatement), Refusals<Reading>))]
pub(crate) async fn show(Current(snapshot): Current) -> Json<PolicyStatement> {
    Json(snapshot.statement.clone())
}
