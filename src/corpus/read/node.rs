//! The common shape of TOML and JSON records: text, yes/no, lists and tables, each with its line.
//!
//! Numbers and dates become text, because every scalar of a corpus file is one in the end (an id may be written `17`).

use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
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

/// A JSON value that stands in one line. A key that is written twice is kept twice.
///
/// # Errors
/// Where the text is no JSON.
pub(super) fn parse_json(text: &str, line: usize) -> serde_json::Result<Node> {
    let mut json = serde_json::Deserializer::from_str(text);
    let node = InLine(line).deserialize(&mut json)?;
    json.end()?;
    Ok(node)
}

/// Builds the node of a value that stands in this line.
#[derive(Clone, Copy)]
struct InLine(usize);

impl InLine {
    fn node<E>(self, value: Value) -> Result<Node, E> {
        Ok(Node { line: self.0, value })
    }
}

impl<'de> DeserializeSeed<'de> for InLine {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for InLine {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        self.node(Value::Nothing)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Node, E> {
        self.node(Value::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        self.node(Value::Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        self.node(Value::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        self.node(Value::Text(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        self.node(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        self.node(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        self.node(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut table = Table::new();
        while let Some(key) = fields.next_key::<String>()? {
            table.push((key, self.0, fields.next_value_seed(self)?));
        }
        self.node(Value::Table(table))
    }
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
