//! `GET /v1/stats`: any combination of dimensions, as JSON or CSV.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::{Format, read, zone_of};
use super::table;
use crate::clock;
use crate::config::Config;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{ErrorItem, Problem, RecallingQuery, Refusals};
use crate::http::request::Query;
use crate::store::{Dimension, StatisticsRow};

/// Rows shown at most.
const MOST_ROWS: usize = 50_000;

/// The numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatisticsResponse {
    /// RFC 3339, the first moment counted.
    from: String,
    /// RFC 3339, the first moment not counted any more.
    to: String,
    /// In which hours, days and weeks begin.
    zone: String,
    /// Names of the `dimensions` of each row, in their order.
    by: Vec<Dimension>,
    /// One row for each combination that occurs, in the order of the dimensions.
    rows: Vec<StatisticsRow>,
}

/// Counts decisions over a time, by any combination of dimensions.
///
/// Any dimension that is none of time may be given a value as a parameter of its name; only decisions with that value
/// are counted then. The measures and their formulas are described at the rows.
#[utoipa::path(get, path = "/stats", operation_id = "show_statistics", tag = "statistics",
    params(
        ("from" = Option<String>, Query, description = "A date, a local time or a moment; the beginning of the seventh day \
            up to the end where absent", example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "The same; a date is meant whole, a moment is not counted itself; now \
            where absent", example = "2026-11-30"),
        ("by" = Option<String>, Query, description = "Dimensions, separated by commas: hour, day, week, channel, \
            skill_group, category, faq_id, decision, reason, customer_tier, input_type, corpus_version, model_version, \
            key. One row over everything where absent", example = "day,channel"),
        ("format" = Option<String>, Query, description = "json or csv; json where absent", example = "json"),
        ("zone" = Option<String>, Query, description = "IANA name; that of the knowledge base where absent",
            example = "Asia/Shanghai"),
        ("handling_minutes" = Option<u32>, Query, description = "Minutes that a person needs for a conversation, 1 to \
            1440, for `seats_saved`; 6 where absent", example = 6),
        ("seat_hours" = Option<u32>, Query, description = "Hours a day that a person is at work on conversations, 1 to \
            24; 7 where absent", example = 7),
        ("channel" = Option<String>, Query, description = "Only this channel"),
        ("skill_group" = Option<String>, Query, description = "Only this group"),
        ("category" = Option<String>, Query, description = "Only this category"),
        ("faq_id" = Option<String>, Query, description = "Only this entry"),
        ("decision" = Option<String>, Query, description = "Only this decision"),
        ("reason" = Option<String>, Query, description = "Only this reason"),
        ("customer_tier" = Option<String>, Query, description = "Only this tier"),
        ("input_type" = Option<String>, Query, description = "Only this way of asking"),
        ("corpus_version" = Option<String>, Query, description = "Only this version of the corpus"),
        ("model_version" = Option<String>, Query, description = "Only this version of the model"),
        ("key" = Option<String>, Query, description = "Only this API key, by its name"),
    ),
    responses((status = 200, description = "The numbers; with `format=csv` a table with a header", content(
        (StatisticsResponse = "application/json"), (String = "text/csv"))), Refusals<RecallingQuery>))]
pub(crate) async fn show(
    State(config): State<Arc<Config>>,
    keeping: Keeping,
    Query(mut fields): Query,
) -> Result<Response, Problem> {
    let (query, format) = read(&mut fields, &zone_of(&config, keeping.kb()), clock::now());
    fields.finish()?;
    // What was decided just now is counted too; numbers of a database that is far behind are still numbers.
    let _ = keeping.store.caught_up().await;
    let rows = keeping.store.statistics(keeping.kb(), &query).await.map_err(|error| failed(&error))?;
    if rows.len() > MOST_ROWS {
        let message =
            format!("gives {} rows, more than {MOST_ROWS}; ask for fewer dimensions or less time", rows.len());
        return Err(Problem::fields(vec![ErrorItem::field("by", message)]));
    }
    if format == Format::Json {
        return Ok(Json(StatisticsResponse {
            from: query.from.to_string(),
            to: query.to.to_string(),
            zone: query.zone.iana_name().unwrap_or("UTC").to_owned(),
            by: query.by,
            rows,
        })
        .into_response());
    }
    table::of_statistics(&query.by, &rows)
}
