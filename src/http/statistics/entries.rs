//! `GET /v1/stats/entries`: every live entry and how often it answered, those that never did included.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::{Format, Period, format, period, zone_of};
use super::table;
use crate::clock;
use crate::config::Config;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Problem, RecallingQuery, Refusals};
use crate::http::request::Query;
use crate::store::{Dimension, Seat, StatisticsQuery};

/// Every entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntriesResponse {
    /// RFC 3339, the first moment counted.
    from: String,
    /// RFC 3339, the first moment not counted any more.
    to: String,
    /// Entries that answered nothing in this time.
    never: usize,
    /// The one that answered most first; of the same number by id.
    entries: Vec<EntryStatistics>,
}

/// How often an entry answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryStatistics {
    faq_id: String,
    question: String,
    category: String,
    /// Direct answers with it.
    answered: i64,
    /// Of these, the ones whose last feedback is good.
    good: i64,
    bad: i64,
}

/// Lists every entry of the live corpus with how often it answered directly: the hot, the cold and those that never did.
#[utoipa::path(get, path = "/stats/entries", operation_id = "show_entry_statistics", tag = "statistics",
    params(
        ("from" = Option<String>, Query, description = "A date, a local time or a moment; the beginning of the seventh day \
            up to the end where absent", example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "The same; a date is meant whole, a moment is not counted itself; now \
            where absent", example = "2026-11-30"),
        ("format" = Option<String>, Query, description = "json or csv; json where absent", example = "json"),
        ("zone" = Option<String>, Query, description = "IANA name; that of the knowledge base where absent",
            example = "Asia/Shanghai"),
    ),
    responses((status = 200, description = "Every entry; with `format=csv` a table with a header", content(
        (EntriesResponse = "application/json"), (String = "text/csv"))), Refusals<RecallingQuery>))]
pub(crate) async fn show(
    State(config): State<Arc<Config>>,
    keeping: Keeping,
    Query(mut fields): Query,
) -> Result<Response, Problem> {
    let Period { from, to, zone } = period(&mut fields, &zone_of(&config, keeping.kb()), clock::now());
    let format = format(&mut fields);
    fields.finish()?;
    let only = vec![(Dimension::Decision, "answer".to_owned())];
    let query = StatisticsQuery { from, to, by: vec![Dimension::FaqId], zone, only, seat: Seat::default() };
    let _ = keeping.store.caught_up().await;
    let rows = keeping.store.statistics(keeping.kb(), &query).await.map_err(|error| failed(&error))?;
    let counted: BTreeMap<&str, (i64, i64, i64)> = rows
        .iter()
        .filter_map(|row| {
            let measures = &row.measures;
            Some((row.dimensions.first()?.as_deref()?, (measures.answer, measures.good, measures.bad)))
        })
        .collect();
    let snapshot = keeping.base.snapshot();
    let of = |entry: &crate::corpus::Entry| {
        let (answered, good, bad) = counted.get(entry.id.as_str()).copied().unwrap_or_default();
        let (faq_id, question) = (entry.id.clone(), entry.question.clone());
        EntryStatistics { faq_id, question, category: entry.category.clone(), answered, good, bad }
    };
    let mut entries: Vec<EntryStatistics> = snapshot.corpus.entries.iter().map(of).collect();
    entries.sort_by(|a, b| b.answered.cmp(&a.answered).then_with(|| a.faq_id.cmp(&b.faq_id)));
    if format == Format::Csv {
        return table::sent(
            "entries.csv",
            &["faq_id", "question", "category", "answered", "good", "bad"],
            entries.iter().map(|entry| {
                let texts = [&entry.faq_id, &entry.question, &entry.category].map(|text| table::harmless(text));
                (texts, entry.answered, entry.good, entry.bad)
            }),
        );
    }
    let never = entries.iter().filter(|entry| entry.answered == 0).count();
    Ok(Json(EntriesResponse { from: from.to_string(), to: to.to_string(), never, entries }).into_response())
}
