//! `*.xlsx`: every sheet is a table of tickets; empty sheets are passed over.

use super::Reader;
use super::table;
use crate::corpus::{Issue, Place};
use crate::spreadsheet::xlsx::sheets;

pub(super) fn read(reader: &mut Reader<'_>, bytes: &[u8]) {
    for sheet in sheets(bytes) {
        match sheet {
            Ok(sheet) => {
                let Reader { file, labels, field, rows: found, issues } = reader;
                let file = format!("{file}#{}", sheet.name);
                table::read(
                    &mut Reader { file, labels: *labels, field: *field, rows: found, issues },
                    &sheet.rows,
                    false,
                );
            }
            Err(unreadable) => {
                let place = Place::new(unreadable.file(&reader.file), None);
                reader.issues.push(Issue::at(&place, unreadable.message));
            }
        }
    }
}
