//! `*.xlsx`: every sheet is a table. Cells are streamed, because files claim far more rows than they fill.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::Row;

/// A sheet with its rows.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
}

/// Why a sheet, or the whole workbook, cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Absent where the workbook itself is meant.
    sheet: Option<String>,
    pub(crate) message: String,
}

impl Unreadable {
    /// The sheet as `file#name`, or the file.
    pub(crate) fn file(&self, file: &str) -> String {
        self.sheet.as_ref().map_or_else(|| file.to_owned(), |sheet| format!("{file}#{sheet}"))
    }
}

/// Every sheet of a workbook; one failure where the workbook itself cannot be read.
pub(crate) fn sheets(bytes: &[u8]) -> Vec<Result<Sheet, Unreadable>> {
    let mut workbook = match Xlsx::new(Cursor::new(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => {
            let message = format!("不是可读的 xlsx 文件（{error}），请用表格软件另存为 .xlsx 后再试");
            return vec![Err(Unreadable { sheet: None, message })];
        }
    };
    let names = workbook.sheet_names();
    let read = |name: String| match rows(&mut workbook, &name) {
        Ok(rows) => Ok(Sheet { name, rows }),
        Err(error) => Err(Unreadable { sheet: Some(name), message: format!("工作表读不出来：{error}") }),
    };
    names.into_iter().map(read).collect()
}

fn rows(workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Vec<Row>, XlsxError> {
    // A chart sheet has no cells to read.
    let mut cells = match workbook.worksheet_cells_reader(sheet) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
        other => other?,
    };
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell()? {
        let text = cell_text(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (number, column) = (row as usize + 1, column as usize);
        if rows.last().is_none_or(|last| last.number != number) {
            rows.push(Row { number, cells: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, String::new());
            }
            if let Some(slot) = last.cells.get_mut(column) {
                *slot = text;
            }
        }
    }
    Ok(rows)
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Rust prints whole floats without a fraction: 17, not 17.0, so that an id stays what people see.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => date_text(moment),
    }
}

/// A date cell as text; without a time where it is a whole day, so that "until" means through that day.
fn date_text(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
