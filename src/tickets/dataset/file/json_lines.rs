//! `*.jsonl`: one object a line, its fields named as the columns of a spreadsheet may be.

use serde_json::{Map, Value};

use super::column::{self, COLUMNS, TicketColumn};
use super::label::LabelField;
use super::{Labels, Reader};

/// Fields named in a message at most.
const MOST_NAMED: usize = 10;

pub(super) fn read(reader: &mut Reader<'_>, text: &str) {
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Value>>(content) {
            Ok(fields) => row(reader, line, &fields),
            Err(error) => reader.issue(line, format!("不是一个 JSON 对象（第 {} 列）：{error}", error.column())),
        }
    }
}

fn row(reader: &mut Reader<'_>, line: usize, fields: &Map<String, Value>) {
    let mut values = [const { None }; COLUMNS.len()];
    let found = column::find(fields.keys().map(String::as_str), reader.field);
    for ((value, place), column) in values.iter_mut().zip(found).zip(COLUMNS) {
        let Some((name, given)) = place.and_then(|at| fields.iter().nth(at)) else { continue };
        *value = match given {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if column == TicketColumn::Label => Some(number.to_string()),
            Value::Bool(yes) if column == TicketColumn::Label && reader.field == LabelField::Complaint => {
                Some(yes.to_string())
            }
            other => return reader.issue(line, format!("字段 {name} 应为字符串，这里是{}", kind(other))),
        };
    }
    if values[TicketColumn::Title as usize].is_none() && values[TicketColumn::Text as usize].is_none() {
        let names: Vec<&str> = fields.keys().take(MOST_NAMED).map(String::as_str).collect();
        return reader.issue(line, format!("缺少 text（工单正文），这一行的字段有：{}", names.join("、")));
    }
    let label = TicketColumn::Label;
    if found[label as usize].is_none() && reader.labels == Labels::Required {
        let fields = fields.keys().map(String::as_str);
        if let Some((written, meant)) = column::nearly(fields, label, reader.field) {
            return reader.issue(
                line,
                format!("缺少 {meant}（{}）：字段 {written} 是不是想写 {meant}？", reader.field.meaning()),
            );
        }
    }
    reader.row(line, values);
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "空值",
        Value::Bool(_) => "布尔值",
        Value::Number(_) => "数字",
        Value::String(_) => "字符串",
        Value::Array(_) => "列表",
        Value::Object(_) => "对象",
    }
}
