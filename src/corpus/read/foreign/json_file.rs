//! `*.json`: a list of question-and-answer objects, as other products export them. Our own form is JSON Lines.

use serde_json::value::RawValue;

use crate::corpus::read::node::{Node, Value, parse_json};
use crate::spreadsheet::Lines;

/// The file's value, with the line of each item of the outermost list.
///
/// # Errors
/// Line and cause where the text is no JSON.
pub(super) fn read(text: &str) -> Result<Node, (usize, String)> {
    let lines = Lines::new(text);
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let nodes = items.into_iter().map(|item| {
            // The item is a part of the text, so its place in memory tells its place in the text.
            let start = (item.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let line = lines.of(&(start..start));
            parse_json(item.get(), line).map_err(|error| (line, error.to_string()))
        });
        return Ok(Node { line: 1, value: Value::List(nodes.collect::<Result<_, _>>()?) });
    }
    parse_json(text, 1).map_err(|error| (error.line(), error.to_string()))
}
