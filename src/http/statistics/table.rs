//! Rows of numbers as CSV that spreadsheets open: UTF-8 with a byte order mark, nothing that runs as a formula.

use std::borrow::Cow;

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

/// The table, its header first.
pub(super) fn csv(by: &[Dimension], rows: &[StatisticsRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(by.iter().map(|dimension| dimension.name()).chain(MEASURES))?;
    for row in rows {
        let dimensions: Vec<Cow<'_, str>> =
            row.dimensions.iter().map(|value| harmless(value.as_deref().unwrap_or_default())).collect();
        writer.serialize((dimensions, &row.measures))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A value that a spreadsheet would take for a formula, made text: channels and ids are the client's to choose.
fn harmless(value: &str) -> Cow<'_, str> {
    match value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{value}")),
        false => Cow::Borrowed(value),
    }
}
