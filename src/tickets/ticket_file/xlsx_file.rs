//! `*.xlsx`: every sheet is a table of tickets; empty sheets are passed over.

use super::Reader;
use super::table;
use crate::corpus::Issue;
use crate::corpus::load::xlsx_file::sheets;

pub(super) fn read(reader: &mut Reader<'_>, bytes: &[u8]) {
    for sheet in sheets(&reader.file, bytes) {
        match sheet {
            Ok((name, rows)) => {
                let Reader { labels, field, rows: found, issues, .. } = reader;
                let mut sheet = Reader { file: name, labels: *labels, field: *field, rows: found, issues };
                table::read(&mut sheet, &rows, false);
            }
            Err((place, message)) => reader.issues.push(Issue::at(&place, message)),
        }
    }
}
