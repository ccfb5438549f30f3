//! One TOML or JSON record → a draft. Unknown fields and wrong kinds of value are issues; the rest is still read.

use super::node::{Node, Table, Value};
use super::spelling::unknown_key;
use super::table::{Column, Field};
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings, yes_or_no};

const FIELDS: [&str; 14] = [
    "id",
    "number",
    "question",
    "similar",
    "negative",
    "answer",
    "answers",
    "category",
    "valid_from",
    "valid_until",
    "expired_answer",
    "not_yet_answer",
    "related",
    "enabled",
];

/// The draft a record describes; its place is the record's line.
pub(super) fn draft(record: Table, place: Place, findings: &mut Findings) -> Draft {
    let mut draft = Draft { place, ..Draft::default() };
    for (key, line, node) in record {
        let mut reader = Reader { place: Place::new(draft.place.file.clone(), line), key: &key, findings };
        match key.as_str() {
            "id" => draft.id = reader.text(node),
            "number" => draft.number = reader.text(node),
            "question" => draft.question = reader.text(node),
            "similar" => draft.similar = reader.texts(node),
            "negative" => draft.negative = reader.texts(node),
            "answer" => draft.answer = reader.text(node),
            "answers" => draft.answers = reader.channels(node),
            "category" => draft.category = reader.text(node),
            "valid_from" => draft.valid_from = reader.text(node),
            "valid_until" => draft.valid_until = reader.text(node),
            "expired_answer" => draft.expired_answer = reader.text(node),
            "not_yet_answer" => draft.not_yet_answer = reader.text(node),
            "related" => draft.related = reader.texts(node),
            "enabled" => draft.enabled = reader.yes(node),
            unknown => {
                let meant = Column::parse(unknown).map(|column| field_key(&column.field));
                reader.findings.issue(&reader.place, unknown_key(unknown, &FIELDS, meant));
            }
        }
    }
    draft
}

/// The record key for what a spreadsheet header would mean.
fn field_key(field: &Field) -> &'static str {
    match field {
        Field::Id => "id",
        Field::Number => "number",
        Field::Question | Field::Title => "question",
        Field::Similar => "similar",
        Field::Negative => "negative",
        Field::Answer | Field::Content => "answer",
        Field::ChannelAnswer(_) => "answers",
        Field::Category | Field::Tag => "category",
        Field::ValidFrom => "valid_from",
        Field::ValidUntil => "valid_until",
        Field::ExpiredAnswer => "expired_answer",
        Field::NotYetAnswer => "not_yet_answer",
        Field::Related => "related",
        Field::Enabled | Field::Disabled => "enabled",
    }
}

/// Reads values of the expected kind and reports the others under their key.
pub(super) struct Reader<'a> {
    pub(super) place: Place,
    pub(super) key: &'a str,
    pub(super) findings: &'a mut Findings,
}

impl Reader<'_> {
    pub(super) fn text(&mut self, node: Node) -> String {
        match node.value {
            Value::Text(text) => text,
            Value::Nothing => String::new(),
            other @ (Value::Bool(_) | Value::List(_) | Value::Table(_)) => {
                self.wrong(node.line, "文本", &other);
                String::new()
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn texts(&mut self, node: Node) -> Vec<String> {
        match node.value {
            Value::Nothing => Vec::new(),
            Value::Text(text) => vec![text],
            Value::List(items) => items.into_iter().map(|item| self.text(item)).collect(),
            other @ (Value::Bool(_) | Value::Table(_)) => {
                self.wrong(node.line, "文本列表", &other);
                Vec::new()
            }
        }
    }

    pub(super) fn yes(&mut self, node: Node) -> Option<bool> {
        match &node.value {
            Value::Nothing => None,
            Value::Bool(yes) => Some(*yes),
            Value::Text(text) => {
                let yes = yes_or_no(text);
                if yes.is_none() {
                    self.findings.issue(&self.place, format!("{} 只能是 true 或 false，现在是“{text}”", self.key));
                }
                yes
            }
            Value::List(_) | Value::Table(_) => {
                self.wrong(node.line, "true 或 false", &node.value);
                None
            }
        }
    }

    fn channels(&mut self, node: Node) -> Vec<(String, String)> {
        match node.value {
            Value::Nothing => Vec::new(),
            Value::Table(fields) => fields.into_iter().map(|(key, _, value)| (key, self.text(value))).collect(),
            other @ (Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                self.wrong(node.line, "渠道到答案的表，例如 { wechat = \"…\" }", &other);
                Vec::new()
            }
        }
    }

    fn wrong(&mut self, line: usize, expected: &str, found: &Value) {
        let place = Place::new(self.place.file.clone(), line);
        self.findings.issue(&place, format!("{} 应为{expected}，现在是{}", self.key, found.kind()));
    }
}
