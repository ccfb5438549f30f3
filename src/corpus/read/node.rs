//! The common shape of TOML and JSON records: text, yes/no, lists and tables, each with its line.
//!
//! Numbers and dates become text, because every scalar of a corpus file is one in the end (an id may be written `17`).

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::spreadsheet::Lines;

/// A value with the line it stands in.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
}

/// Keys with the line of the key.
pub(super) type Table = Vec<(String, usize, Node)>;

impl Value {
    /// What the value is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "空值",
            Self::Text(_) => "文本",
            Self::Bool(_) => "布尔值",
            Self::List(_) => "列表",
            Self::Table(_) => "表",
        }
    }
}

/// A JSON value; everything in it stands in one line, because JSON Lines records do.
pub(super) fn from_json(value: serde_json::Value, line: usize) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Nothing,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => Value::Text(n.to_string()),
        serde_json::Value::String(s) => Value::Text(s),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(|item| from_json(item, line)).collect()),
        serde_json::Value::Object(fields) => {
            Value::Table(fields.into_iter().map(|(key, value)| (key, line, from_json(value, line))).collect())
        }
    };
    Node { line, value }
}

/// A TOML document's tables; the lines come from the spans the parser keeps.
pub(super) fn from_toml(document: DeTable<'_>, lines: &Lines) -> Table {
    document
        .into_iter()
        .map(|(key, value)| {
            let line = lines.of(&key.span());
            (key.into_inner().into_owned(), line, toml_node(value.span(), value.into_inner(), lines))
        })
        .collect()
}

fn toml_node(span: Range<usize>, value: DeValue<'_>, lines: &Lines) -> Node {
    let line = lines.of(&span);
    let value = match value {
        DeValue::String(s) => Value::Text(s.into_owned()),
        DeValue::Integer(i) => Value::Text(i.as_str().to_owned()),
        DeValue::Float(f) => Value::Text(f.as_str().to_owned()),
        DeValue::Boolean(b) => Value::Bool(b),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(items) => {
            Value::List(items.into_iter().map(|item| toml_node(item.span(), item.into_inner(), lines)).collect())
        }
        DeValue::Table(table) => Value::Table(from_toml(table, lines)),
    };
    Node { line, value }
}
