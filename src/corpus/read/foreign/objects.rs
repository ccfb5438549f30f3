//! Objects of JSON or YAML files that are not ours → the rows of a table, so that one table of heads reads both.

use rustc_hash::FxHashMap;

use crate::corpus::read::node::{Node, Table, Value};
use crate::corpus::read::table::{Column, Field};
use crate::spreadsheet::Row;
use crate::text::is_han;

/// Cells of all rows at most: objects of which each has other keys would make a table without end.
const MAX_CELLS: usize = 4_000_000;

/// A head row and a row for each object; `None` where there are too many different keys. Lists become several values of
/// a cell; tables become a column for each key.
pub(super) fn rows(objects: Vec<(usize, Table)>) -> Option<Vec<Row>> {
    let mut heads = Heads::default();
    let mut rows = vec![Row::default()];
    let mut cells = 0;
    for (line, fields) in objects {
        let mut row = Row { number: line, ..Row::default() };
        for (key, _, node) in fields {
            match node.value {
                Value::Table(below) => {
                    for (name, _, node) in below {
                        put(&mut heads, &mut row, format!("{key}_{name}"), node);
                    }
                }
                _ => put(&mut heads, &mut row, key, node),
            }
        }
        cells += row.cells.len();
        if cells > MAX_CELLS {
            return None;
        }
        rows.push(row);
    }
    if let Some(first) = rows.first_mut() {
        *first = Row { number: 1, cells: heads.names, ..Row::default() };
    }
    Some(rows)
}

/// Keys in the order they were met.
#[derive(Debug, Default)]
struct Heads {
    names: Vec<String>,
    positions: FxHashMap<String, usize>,
}

fn put(heads: &mut Heads, row: &mut Row, head: String, node: Node) {
    let answers = Column::parse(&head).is_some_and(|column| column.field == Field::Answer);
    let text = match node.value {
        Value::Nothing | Value::Table(_) => return,
        Value::Text(text) => text,
        Value::Bool(yes) => yes.to_string(),
        Value::List(items) => {
            let texts: Vec<String> = items.into_iter().filter_map(scalar).collect();
            texts.join(if answers { "##" } else { "\n" })
        }
    };
    let at = *heads.positions.entry(head).or_insert_with_key(|head| {
        heads.names.push(head.clone());
        heads.names.len() - 1
    });
    if row.cells.len() <= at {
        row.cells.resize(at + 1, String::new());
    }
    if let Some(cell) = row.cells.get_mut(at) {
        *cell = text;
    }
}

fn scalar(node: Node) -> Option<String> {
    match node.value {
        Value::Text(text) => Some(text),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Nothing | Value::List(_) | Value::Table(_) => None,
    }
}

/// The objects of a value: a list of them, an object that holds such a list, or one object of questions and answers.
pub(super) fn of(root: Node) -> Vec<(usize, Table)> {
    match root.value {
        Value::List(items) => items.into_iter().filter_map(object).collect(),
        Value::Table(fields) => {
            let texts = fields.iter().all(|(_, _, node)| matches!(node.value, Value::Text(_)));
            let is_entry = fields.iter().any(|(key, ..)| Column::parse(key).is_some());
            if texts && is_entry {
                return vec![(root.line, fields)];
            }
            // Settings of other programs are tables of texts too; their keys are no questions.
            if texts && fields.iter().all(|(key, ..)| key.chars().any(is_han)) {
                return fields.into_iter().map(pair).collect();
            }
            let mut lists = fields.into_iter().map(|(_, _, node)| of_list(node));
            lists.find(|objects| !objects.is_empty()).unwrap_or_default()
        }
        Value::Nothing | Value::Text(_) | Value::Bool(_) => Vec::new(),
    }
}

fn of_list(node: Node) -> Vec<(usize, Table)> {
    match node.value {
        Value::List(items) => items.into_iter().filter_map(object).collect(),
        Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::Table(_) => Vec::new(),
    }
}

fn object(node: Node) -> Option<(usize, Table)> {
    match node.value {
        Value::Table(fields) => Some((node.line, fields)),
        Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_) => None,
    }
}

/// `"question": "answer"`.
fn pair((question, line, answer): (String, usize, Node)) -> (usize, Table) {
    let question = Node { line, value: Value::Text(question) };
    (line, vec![("question".to_owned(), line, question), ("answer".to_owned(), line, answer)])
}
