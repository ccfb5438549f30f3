//! `*.xlsx`: every sheet as rows of what it shows, with merged cells filled and what cannot be read named.
//!
//! A reader of our own on `zip` and `quick-xml`: the libraries there are give values without their number formats, and
//! believe what a file claims about its size. Everything here is bounded: see [`limits`]. Formulas are not computed,
//! pictures not looked at, colours and fonts not known.

mod archive;
mod cells;
mod fault;
mod limits;
mod merged;
mod number_format;
mod number_text;
mod shared_strings;
mod styles;
mod workbook;

use self::archive::Archive;
use self::cells::CellReader;
use self::fault::Fault;
use self::limits::Memory;
use super::Row;

/// A sheet with its rows.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// Whether spreadsheet programs keep the sheet from view.
    pub(crate) hidden: bool,
    /// Rows that hold something, from the top; a merged cell's text stands in each of its cells.
    pub(crate) rows: Vec<Row>,
    /// Numbers of the rows that a filter or a person hid.
    pub(crate) hidden_rows: Vec<usize>,
}

/// Why a sheet, or the whole workbook, cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Absent where the workbook itself is meant.
    sheet: Option<String>,
    /// The cause and the cure, in Chinese.
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
    let unreadable =
        |sheet: Option<&str>, fault: &Fault| Unreadable { sheet: sheet.map(str::to_owned), message: fault.to_string() };
    let mut memory = Memory::default();
    let mut opened = match Opened::new(bytes, &mut memory) {
        Ok(opened) => opened,
        Err(fault) => return vec![Err(unreadable(None, &fault))],
    };
    let listed = std::mem::take(&mut opened.listed);
    let read = |sheet: workbook::Listed| {
        opened.sheet(&sheet, &mut memory).map_err(|fault| unreadable(Some(&sheet.name), &fault))
    };
    listed.into_iter().map(read).collect()
}

struct Opened<'a> {
    archive: Archive<'a>,
    listed: Vec<workbook::Listed>,
    reader: CellReader,
}

impl<'a> Opened<'a> {
    fn new(bytes: &'a [u8], memory: &mut Memory) -> Result<Self, Fault> {
        let mut archive = Archive::open(bytes)?;
        let workbook = workbook::read(&mut archive)?;
        let strings = match &workbook.shared_strings {
            Some(part) => shared_strings::read(&mut archive, part, memory)?,
            None => Vec::new(),
        };
        let formats = match &workbook.styles {
            Some(part) => styles::read(&mut archive, part)?,
            None => Vec::new(),
        };
        Ok(Self {
            archive,
            listed: workbook.sheets,
            reader: CellReader { strings, formats, counts_from_1904: workbook.counts_from_1904 },
        })
    }

    fn sheet(&mut self, listed: &workbook::Listed, memory: &mut Memory) -> Result<Sheet, Fault> {
        let cells = self.reader.read(&mut self.archive, &listed.part, memory)?;
        let (rows, hidden_rows) = merged::rows(cells, memory)?;
        Ok(Sheet { name: listed.name.clone(), hidden: listed.hidden, rows, hidden_rows })
    }
}

#[cfg(test)]
mod tests;
