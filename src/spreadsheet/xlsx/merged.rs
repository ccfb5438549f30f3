//! Cells wherever they stand → rows without holes; what a merged cell shows stands in each of its cells.

use super::cells::{Cell, Cells, Region};
use super::fault::Fault;
use super::limits::{MAX_FILLED, Memory};
use crate::spreadsheet::{Mark, Row};

/// The rows that hold something, and which of them are hidden.
pub(super) fn rows(mut cells: Cells, memory: &mut Memory) -> Result<(Vec<Row>, Vec<usize>), Fault> {
    fill(&mut cells, memory)?;
    let mut rows = Vec::with_capacity(cells.rows.len());
    for (number, found) in cells.rows {
        let width = found.last_key_value().map_or(0, |(last, _)| *last as usize + 1);
        // A cell far to the right makes room for all before it.
        memory.keep(width * size_of::<String>())?;
        let mut row = Row { number: number as usize + 1, cells: vec![String::new(); width], marks: Vec::new() };
        for (column, cell) in found {
            let column = column as usize;
            if let Some(slot) = row.cells.get_mut(column) {
                *slot = cell.text;
            }
            row.marks.extend(cell.mark.map(|mark| (column, mark)));
            row.marks.extend(cell.merged.then_some((column, Mark::Merged)));
        }
        rows.push(row);
    }
    let hidden = cells.hidden_rows.iter().map(|row| *row as usize + 1);
    let hidden = hidden.filter(|number| rows.binary_search_by_key(number, |row| row.number).is_ok()).collect();
    Ok((rows, hidden))
}

/// Writes each merged cell's text into the cells it covers, in rows that hold something of their own.
fn fill(cells: &mut Cells, memory: &mut Memory) -> Result<(), Fault> {
    let mut filled = 0;
    for Region { top, left, bottom, right } in std::mem::take(&mut cells.merged) {
        let first = cells.rows.get(&top).and_then(|row| row.get(&left)).cloned();
        let Some(first) = first.filter(|cell| !cell.text.is_empty()) else { continue };
        let covered = Cell { merged: true, ..first };
        for (row, columns) in cells.rows.range_mut(top..=bottom) {
            for column in (left..=right).filter(|column| (*row, *column) != (top, left)) {
                filled += 1;
                if filled > MAX_FILLED {
                    return Err(Fault::TooLarge);
                }
                memory.keep(covered.text.len() + size_of::<Cell>())?;
                columns.entry(column).or_insert_with(|| covered.clone());
            }
        }
    }
    Ok(())
}
