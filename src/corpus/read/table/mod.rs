//! A table of cells → drafts, for every spreadsheet format: finds the heads, splits and joins cells.
//!
//! What is left out is said, once for each cause and not once for each row.

mod cell;
mod column;
mod column_names;
mod heads;
mod reader;

pub(super) use self::column::{Column, Field};
pub(in crate::corpus) use self::column::{VERBATIM, reads_as_channel};
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings, rows_text};
use crate::spreadsheet::{Row, shown};

/// What a table turned out to be.
#[derive(Debug)]
pub(super) enum Found {
    Drafts(Vec<Draft>),
    /// No row names a column of questions; where the table begins, and its first row.
    NoQuestions(Place, String),
    Nothing,
}

/// How a table is kept: whether separators tell cells apart (CSV), so that one too many is a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Separated,
    InCells,
}

/// The drafts of one table. Where its heads contradict each other nothing is read and an issue says so.
pub(super) fn read(file: &str, rows: &[Row], kept: Kept, findings: &mut Findings) -> Found {
    let Some(first) = rows.iter().find(|row| !row.is_blank()) else { return Found::Nothing };
    let Some(heads) = heads::find(rows) else {
        return Found::NoQuestions(Place::new(file, first.number), shown(&first.cells));
    };
    let place = Place::new(file, heads.number);
    let Some(heads) = heads.checked(&place, findings) else { return Found::Drafts(Vec::new()) };
    let mut table = reader::TableReader::new(file, &heads, kept, findings);
    for row in rows.iter().skip(heads.rows_above).filter(|row| !row.is_blank()) {
        table.row(row);
    }
    Found::Drafts(table.finish())
}

/// Said where no row names a column of questions; `heads` is what the first row says instead.
pub(super) fn no_questions(heads: &str) -> String {
    if heads.split('，').count() > 1 && known_headers(&heads.split('，').map(str::to_owned).collect::<Vec<_>>()) > 1 {
        return format!("列名之间是全角逗号（{heads}），请改成英文逗号“,”，每一行都要改");
    }
    format!("找不到问题列，表头是：{heads}。请在第一行写列名。{}", column::ACCEPTED)
}

/// Says which of the rows that were read nobody sees in the sheet.
pub(super) fn note_hidden_rows(file: &str, hidden: &[usize], findings: &mut Findings) {
    if !hidden.is_empty() {
        let place = Place::new(file, hidden.first().copied());
        findings.warn(&place, format!("表格里隐藏的行也读了（{}），不要的请删除", rows_text(hidden)));
    }
}

/// Bytes from which on a file without a line end at its end may be one that is still being copied.
const COPIED: usize = 1_024;

/// Says where a CSV file ends within a row, as one does that is still being copied.
pub(super) fn note_missing_end(file: &str, text: &str, rows: &[Row], findings: &mut Findings) {
    let Some((last, before)) = rows.split_last() else { return };
    if text.ends_with(['\n', '\r']) || text.len() < COPIED {
        return;
    }
    let width = before.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let place = Place::new(file, last.number);
    if last.cells.len() < width && before.iter().rev().take(3).all(|row| row.cells.len() == width) {
        let found = last.cells.len();
        findings
            .issue(&place, format!("最后一行只有 {found} 列，别的行有 {width} 列：文件可能还没有复制完，请重新复制"));
    } else {
        findings.warn(&place, "文件末尾没有换行：如果文件还没有复制完，最后一行会不完整，请核对");
    }
}

/// How many heads of a row are known; decides between separators of a CSV file.
pub(super) fn known_headers(cells: &[String]) -> usize {
    cells.iter().filter(|cell| Column::parse(cell).is_some()).count()
}

#[cfg(test)]
mod tests;
