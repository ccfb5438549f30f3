//! `GET /v1/audit`: who changed what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::keeping::{Keeping, failed};
use super::problem::{Problem, RecallingQuery, Refusals};
use super::request::Query;
use super::statistics::{Period, period, zone_of};
use crate::clock;
use crate::config::Config;
use crate::record::AuditEvent;

/// Events shown where no number is given, and at most.
const USUAL: u32 = 200;
const MOST: u64 = 5_000;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditResponse {
    /// RFC 3339, the first moment shown.
    from: String,
    /// RFC 3339, the first moment not shown any more.
    to: String,
    /// The newest first.
    events: Vec<AuditEvent>,
}

/// Shows who published, rolled back, handed out and forgot, and which version every start served.
#[utoipa::path(get, path = "/audit", operation_id = "show_audit", tag = "corpus",
    params(
        ("from" = Option<String>, Query, description = "A date, a local time or a moment; the beginning of the seventh day \
            up to the end where absent", example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "The same; a date is meant whole, a moment is not shown itself; now \
            where absent", example = "2026-11-30"),
        ("zone" = Option<String>, Query, description = "IANA name; that of the knowledge base where absent",
            example = "Asia/Shanghai"),
        ("limit" = Option<u32>, Query, description = "Events at most, 1 to 5000; 200 where absent", minimum = 1, maximum = 5000,
            example = 50),
    ),
    responses((status = 200, description = "What was done", body = AuditResponse), Refusals<RecallingQuery>))]
pub(crate) async fn show(
    State(config): State<Arc<Config>>,
    keeping: Keeping,
    Query(mut fields): Query,
) -> Result<Json<AuditResponse>, Problem> {
    let Period { from, to, .. } = period(&mut fields, &zone_of(&config, keeping.kb()), clock::now());
    let limit = fields.integer("limit", 1..=MOST).and_then(|limit| u32::try_from(limit).ok());
    fields.finish()?;
    let events = keeping.store.audited(keeping.kb(), (from, to), limit.unwrap_or(USUAL)).await;
    let events = events.map_err(|error| failed(&error))?;
    Ok(Json(AuditResponse { from: from.to_string(), to: to.to_string(), events }))
}
