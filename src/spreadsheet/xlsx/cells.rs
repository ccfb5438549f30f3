//! A sheet's XML → its cells as they show, however far apart they stand.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, Part, attribute, push_text, unescape};
use super::fault::Fault;
use super::limits::{MAX_COLUMNS, MAX_ROWS, Memory};
use super::number_format::NumberFormat;
use super::number_text;
use super::shared_strings::rich_text;
use crate::spreadsheet::{Mark, Unread};

/// Function by which WPS puts a picture into a cell.
const PICTURE: &str = "DISPIMG(";

/// A cell that holds something.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// What the sheet shows.
    pub(super) text: String,
    pub(super) mark: Option<Mark>,
    /// Whether the text is that of the merged cell this one belongs to.
    pub(super) merged: bool,
}

/// What a sheet holds. Rows and columns are counted from 0.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Row → column → cell.
    pub(super) rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
    pub(super) hidden_rows: Vec<u32>,
    pub(super) merged: Vec<Region>,
}

/// A rectangle of cells, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) top: u32,
    pub(super) left: u32,
    pub(super) bottom: u32,
    pub(super) right: u32,
}

/// What cells refer to.
#[derive(Debug)]
pub(super) struct CellReader {
    pub(super) strings: Vec<String>,
    pub(super) formats: Vec<NumberFormat>,
    pub(super) counts_from_1904: bool,
}

/// A cell element as it is read.
#[derive(Debug, Default)]
struct Raw {
    kind: String,
    style: Option<usize>,
    value: String,
    inline: Option<String>,
    formula: Option<String>,
}

impl CellReader {
    pub(super) fn read(&self, archive: &mut Archive<'_>, part: &str, memory: &mut Memory) -> Result<Cells, Fault> {
        let mut part = archive.part(part)?;
        let mut cells = Cells::default();
        // Where the next row and cell stand if they do not say.
        let (mut row, mut next_row, mut next_column) = (0, 0, 0);
        loop {
            let Some(event) = part.next()? else { return Ok(cells) };
            let Event::Start(element) = event else { continue };
            match element.local_name().as_ref() {
                "row" => {
                    row = match attribute(&element, "r") {
                        Some(number) => row_index(&number)?,
                        None => next_row,
                    };
                    if row >= MAX_ROWS {
                        return Err(Fault::OutOfRange(format!("A{}", u64::from(row) + 1)));
                    }
                    (next_row, next_column) = (row + 1, 0);
                    if attribute(&element, "hidden").is_some_and(|yes| yes == "1" || yes == "true") {
                        memory.keep(size_of::<u32>())?;
                        cells.hidden_rows.push(row);
                    }
                }
                "c" => {
                    let place = attribute(&element, "r");
                    let (at_row, column) = match &place {
                        Some(place) => position(place)?,
                        None => (row, next_column),
                    };
                    if column >= MAX_COLUMNS {
                        return Err(Fault::OutOfRange(place.unwrap_or_default()));
                    }
                    next_column = column + 1;
                    let cell = self.cell(&element.to_owned(), &mut part)?;
                    if !cell.text.trim().is_empty() || cell.mark.is_some() {
                        memory.keep(cell.text.len() + 2 * size_of::<Cell>())?;
                        cells.rows.entry(at_row).or_default().insert(column, cell);
                    }
                }
                "mergeCell" => {
                    if let Some(region) = attribute(&element, "ref").and_then(|text| region(&text)) {
                        memory.keep(size_of::<Region>())?;
                        cells.merged.push(region);
                    }
                }
                _ => {}
            }
        }
    }

    fn cell(&self, element: &BytesStart<'_>, part: &mut Part<'_, '_>) -> Result<Cell, Fault> {
        let mut raw = Raw {
            kind: attribute(element, "t").unwrap_or_default(),
            style: attribute(element, "s").and_then(|style| style.parse().ok()),
            ..Raw::default()
        };
        loop {
            let Some(event) = part.next()? else { return Err(Fault::Cut) };
            let name = match &event {
                Event::Start(start) => start.local_name().as_ref().to_owned(),
                Event::End(end) if end.local_name().as_ref() == "c" => return self.shown(raw, part),
                _ => continue,
            };
            match name.as_str() {
                "v" => raw.value = plain_text(part, "v")?,
                "f" => raw.formula = Some(plain_text(part, "f")?),
                "is" => raw.inline = Some(rich_text(part, "is")?),
                _ => {}
            }
        }
    }

    /// What a cell shows.
    fn shown(&self, raw: Raw, part: &Part<'_, '_>) -> Result<Cell, Fault> {
        let picture =
            |text: &str| text.trim_start_matches(['=', ' ']).trim_start_matches("_xlfn.").starts_with(PICTURE);
        let text = match raw.kind.as_str() {
            "s" if raw.value.is_empty() => String::new(),
            "s" => {
                let at: Option<usize> = raw.value.trim().parse().ok();
                let text = at.and_then(|at| self.strings.get(at));
                text.cloned().ok_or_else(|| part.damaged(format!("没有第 {} 个文本", raw.value.trim())))?
            }
            "inlineStr" => raw.inline.unwrap_or_default(),
            "str" | "d" => unescape(&raw.value),
            "b" => if raw.value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "e" => return Ok(unread(Unread::Error(raw.value.trim().to_owned()))),
            _ => return Ok(self.number(&raw, raw.formula.as_deref().is_some_and(picture))),
        };
        if raw.formula.as_deref().is_some_and(picture) || (text.trim_start().starts_with('=') && picture(&text)) {
            return Ok(unread(Unread::Picture));
        }
        if text.trim().is_empty() && raw.formula.is_some() && raw.kind != "str" {
            return Ok(unread(Unread::Formula));
        }
        Ok(Cell { text, ..Cell::default() })
    }

    fn number(&self, raw: &Raw, picture: bool) -> Cell {
        if picture {
            return unread(Unread::Picture);
        }
        let Ok(value) = raw.value.trim().parse::<f64>() else {
            return if raw.formula.is_some() { unread(Unread::Formula) } else { Cell::default() };
        };
        let format = raw.style.and_then(|style| self.formats.get(style));
        let Some(format) = format else { return Cell { text: number_text::general(value), ..Cell::default() } };
        let date = format.exact_date(value, self.counts_from_1904);
        Cell { text: format.show(value, self.counts_from_1904), mark: date.map(Mark::Date), merged: false }
    }
}

fn unread(why: Unread) -> Cell {
    Cell { mark: Some(Mark::Unread(why)), ..Cell::default() }
}

fn plain_text(part: &mut Part<'_, '_>, element: &str) -> Result<String, Fault> {
    let mut text = String::new();
    loop {
        let Some(event) = part.next()? else { return Err(Fault::Cut) };
        match &event {
            Event::End(end) if end.local_name().as_ref() == element => return Ok(text),
            event => push_text(event, &mut text),
        }
    }
}

fn row_index(number: &str) -> Result<u32, Fault> {
    let row: u64 = number.trim().parse().unwrap_or(u64::MAX);
    if (1..=u64::from(MAX_ROWS)).contains(&row) {
        u32::try_from(row - 1).map_err(|_| Fault::OutOfRange(number.to_owned()))
    } else {
        Err(Fault::OutOfRange(format!("A{}", number.chars().take(20).collect::<String>())))
    }
}

/// Row and column of `AB12`.
fn position(place: &str) -> Result<(u32, u32), Fault> {
    let out = || Fault::OutOfRange(place.chars().take(20).collect());
    let digits = place.find(|c: char| c.is_ascii_digit()).ok_or_else(out)?;
    let (letters, number) = place.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(out());
    }
    let column = letters.bytes().fold(0, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1) - 1;
    let row = row_index(number).map_err(|_| out())?;
    if column < MAX_COLUMNS { Ok((row, column)) } else { Err(out()) }
}

/// The region of `A1:B3`; none where it cannot be read.
fn region(text: &str) -> Option<Region> {
    let (first, last) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (position(first).ok()?, position(last).ok()?);
    (top <= bottom && left <= right).then_some(Region { top, left, bottom, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_cells_are_read_within_the_sheet() {
        assert_eq!(position("A1").unwrap(), (0, 0));
        assert_eq!(position("XFD1048576").unwrap(), (1_048_575, 16_383));
        for place in ["XFE1", "A1048577", "ZZZZZZZZZ3", "A0", "7", "A", "", "A99999999999999999999"] {
            assert!(position(place).is_err(), "{place}");
        }
    }
}
