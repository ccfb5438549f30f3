//! `*.csv` and `*.tsv`: a table whose separator is told from its header row.

use super::Reader;
use super::column;
use super::table;
use crate::spreadsheet::csv::{OPEN_QUOTE, rows};

pub(super) fn read(reader: &mut Reader<'_>, text: &str) {
    let field = reader.field;
    let known = |cells: &[String]| column::find(cells.iter().map(String::as_str), field).iter().flatten().count();
    match rows(text, known) {
        Ok(rows) => table::read(reader, &rows, true),
        Err(line) => reader.issue(line.unwrap_or(0), OPEN_QUOTE),
    }
}
