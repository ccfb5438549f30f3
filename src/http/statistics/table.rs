//! Rows of numbers as CSV that spreadsheets open: UTF-8 with a byte order mark, nothing that runs as a formula.

use std::borrow::Cow;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::http::problem::{Code, Problem};
use crate::store::{Dimension, StatisticsRow};

/// Names of the measures, in the order in which a row holds them.
const MEASURES: [&str; 30] = [
    "decisions",
    "answer",
    "suggest",
    "handoff",
    "smalltalk",
    "route",
    "review",
    "direct_answer_rate",
    "conversations",
    "self_served",
    "self_service_rate",
    "good",
    "bad",
    "corrected",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "reviewed",
    "reviewed_right",
    "reviewed_precision",
    "reviewed_low",
    "reviewed_high",
    "nps_ratings",
    "nps",
    "resolution_ratings",
    "resolved",
    "clicked",
    "ordered",
    "conversion",
    "seats_saved",
];

/// Combinations of dimensions as a reply.
pub(super) fn of_statistics(by: &[Dimension], rows: &[StatisticsRow]) -> Result<Response, Problem> {
    let header: Vec<&str> = by.iter().map(|dimension| dimension.name()).chain(MEASURES).collect();
    let rows = rows.iter().map(|row| {
        let dimensions: Vec<Cow<'_, str>> =
            row.dimensions.iter().map(|value| harmless(value.as_deref().unwrap_or_default())).collect();
        (dimensions, &row.measures)
    });
    sent("stats.csv", &header, rows)
}

/// A table as a reply that is saved under a name.
pub(super) fn sent<R: Serialize>(
    name: &str,
    header: &[&str],
    rows: impl Iterator<Item = R>,
) -> Result<Response, Problem> {
    let table = csv(header, rows).map_err(|error| {
        tracing::error!(%error, "a table could not be written");
        Problem::new(Code::Internal, "the table could not be written; the log names it under the request id")
    })?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    Ok((headers, table).into_response())
}

fn csv<R: Serialize>(header: &[&str], rows: impl Iterator<Item = R>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(header)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A value that a spreadsheet would take for a formula, made text: channels and ids are the client's to choose.
pub(super) fn harmless(value: &str) -> Cow<'_, str> {
    match value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{value}")),
        false => Cow::Borrowed(value),
    }
}
