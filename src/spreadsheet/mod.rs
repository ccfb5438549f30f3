//! Bytes of a spreadsheet → rows of text cells, for whoever finds columns in them: corpus and ticket files.
//!
//! Knows encodings, CSV and XLSX; what a column means is not known here.

pub(crate) mod csv;
pub(crate) mod encoding;
mod lines;
pub(crate) mod xlsx;

pub(crate) use self::lines::Lines;

/// One row: its 1-based number in the file, and its cells from the first column on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: usize,
    pub(crate) cells: Vec<String>,
}

impl Row {
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Rows above the header that templates fill with titles and instructions.
pub(crate) const HEADER_SEARCH: usize = 10;

/// Headers for a message: none that is empty, each cut short.
pub(crate) fn shown(cells: &[String]) -> String {
    let names: Vec<_> = cells
        .iter()
        .filter(|cell| !cell.trim().is_empty())
        .map(|cell| cell.trim().chars().take(20).collect::<String>())
        .take(20)
        .collect();
    names.join("、")
}
