//! Bytes of a spreadsheet → rows of text cells, for whoever finds columns in them: corpus and ticket files.
//!
//! Knows encodings, CSV and XLSX; what a column means is not known here.

pub(crate) mod csv;
pub(crate) mod encoding;
mod lines;
mod row;
pub(crate) mod xlsx;

pub(crate) use self::lines::Lines;
pub(crate) use self::row::{Mark, Row, Unread};

/// Rows above the header that templates fill with titles and instructions.
pub(crate) const HEADER_SEARCH: usize = 10;

/// A column as spreadsheet programs name it: A, B … Z, AA …
pub(crate) fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_programs_show_them() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
