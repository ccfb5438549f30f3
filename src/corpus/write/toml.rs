//! Entries as TOML for people: one key a line, one question a line, answers of several lines as they read.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::corpus::Entry;
use crate::corpus::draft::date_text;

/// A file of entries.
#[derive(Debug, Serialize)]
struct File<'a> {
    entry: Vec<Row<'a>>,
}

/// One `[[entry]]` table, in the order of its keys.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    question: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    similar: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    negative: &'a [String],
    answer: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    category: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    expired_answer: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    not_yet_answer: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    related: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    answers: &'a BTreeMap<String, String>,
}

/// All entries as `[[entry]]` tables; dates are written for `zone`.
///
/// # Errors
/// Never for entries: every one of their values has a form in TOML.
pub(super) fn write(entries: &[&Entry], zone: &TimeZone) -> Result<String, toml::ser::Error> {
    if entries.is_empty() {
        return Ok(String::new());
    }
    toml::to_string_pretty(&File { entry: entries.iter().map(|entry| row(entry, zone)).collect() })
}

fn row<'a>(entry: &'a Entry, zone: &TimeZone) -> Row<'a> {
    Row {
        id: &entry.id,
        number: entry.number,
        question: &entry.question,
        similar: &entry.similar,
        negative: &entry.negative,
        answer: &entry.answer,
        category: &entry.category,
        valid_from: entry.valid_from.map(|moment| date_text(moment, zone)),
        valid_until: entry.valid_until.map(|moment| date_text(moment, zone)),
        expired_answer: &entry.expired_answer,
        not_yet_answer: &entry.not_yet_answer,
        related: &entry.related,
        enabled: (!entry.enabled).then_some(false),
        answers: &entry.answers,
    }
}
