//! Entries as TOML for people: one key a line, one question a line.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::corpus::Entry;
use crate::corpus::load::date_text;

/// All entries as `[[entry]]` tables.
pub(super) fn write(entries: &[Entry], zone: &TimeZone) -> String {
    let mut text = String::new();
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str("[[entry]]\n");
        write_entry(&mut text, entry, zone);
    }
    text
}

fn write_entry(text: &mut String, entry: &Entry, zone: &TimeZone) {
    key(text, "id", &entry.id);
    key(text, "question", &entry.question);
    list(text, "similar", &entry.similar);
    list(text, "negative", &entry.negative);
    key(text, "answer", &entry.answer);
    if !entry.category.is_empty() {
        key(text, "category", &entry.category);
    }
    for (name, moment) in [("valid_from", entry.valid_from), ("valid_until", entry.valid_until)] {
        if let Some(moment) = moment {
            key(text, name, &date_text(moment, zone));
        }
    }
    list(text, "related", &entry.related);
    if !entry.enabled {
        text.push_str("enabled = false\n");
    }
    for (channel, answer) in &entry.answers {
        key(text, &format!("answers.{}", quoted(channel)), answer);
    }
}

/// `key = "text"`.
pub(super) fn key(text: &mut String, key: &str, value: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{key} = {}", quoted(value));
}

/// A list with one item a line; nothing where it is empty.
pub(super) fn list(text: &mut String, key: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(text, "{key} = [");
    for value in values {
        let _ = writeln!(text, "  {},", quoted(value));
    }
    text.push_str("]\n");
}

/// A basic string: escapes everything that TOML does not allow as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
