//! A table of cells → rows, for both spreadsheet formats: finds the header row and takes the columns it names.

use super::column::{self, COLUMNS, TicketColumn};
use super::label::LabelField;
use super::{Labels, Reader};
use crate::spreadsheet::{HEADER_SEARCH, Row, shown};

/// Reads one table. `separated` says that separators told the cells apart, so that a row with more of them than the
/// header has one inside a text.
pub(super) fn read(reader: &mut Reader<'_>, rows: &[Row], separated: bool) {
    let Some(first) = rows.iter().find(|row| !row.is_blank()) else { return };
    let Some((header, columns)) = find_header(rows, reader.field) else {
        let message =
            format!("缺少文本列，列名可以是 text、content、内容、正文 等；这里的表头是：{}", shown(&first.cells));
        return reader.issue(first.number, message);
    };
    let head = &rows[header];
    if columns[TicketColumn::Label as usize].is_none() && reader.labels == Labels::Required {
        let names = match reader.field {
            LabelField::SkillGroup => "缺少标签列，列名可以是 label、标签、技能组 等".to_owned(),
            field => format!("缺少{}列，列名可以是 {} 等", field.meaning(), field.columns().join("、")),
        };
        return reader.issue(head.number, format!("{names}；这里的表头是：{}", shown(&head.cells)));
    }
    for row in rows[header + 1..].iter().filter(|row| !row.is_blank()) {
        let surplus = row.cells.iter().skip(head.cells.len()).filter(|cell| !cell.trim().is_empty()).count();
        if separated && surplus > 0 {
            let message = format!("这一行比表头多 {surplus} 列：正文里有分隔符时请用双引号括起来");
            reader.issue(row.number, message);
            continue;
        }
        // A spreadsheet leaves out the empty cells at the end of a row.
        let cell = |at: usize| row.cells.get(at).cloned().unwrap_or_default();
        reader.row(row.number, columns.map(|column| column.map(cell)));
    }
}

/// The first of the first rows that names a text and a label, or else a text.
fn find_header(rows: &[Row], field: LabelField) -> Option<(usize, [Option<usize>; COLUMNS.len()])> {
    let candidates: Vec<_> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !row.is_blank())
        .take(HEADER_SEARCH)
        .map(|(at, row)| (at, column::find(row.cells.iter().map(String::as_str), field)))
        .filter(|(_, found)| found[TicketColumn::Text as usize].or(found[TicketColumn::Title as usize]).is_some())
        .collect();
    let labelled = candidates.iter().find(|(_, found)| found[TicketColumn::Label as usize].is_some());
    labelled.or(candidates.first()).copied()
}
