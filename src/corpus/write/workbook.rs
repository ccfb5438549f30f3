//! Entries as a workbook to read and edit: a sheet for each file they came from, heads that stay in sight and filter.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::ExportError;
use super::table::table;
use crate::corpus::Entry;

/// Sheets at most; entries of more files than anyone leafs through stand in one.
const MAX_SHEETS: usize = 200;
/// Characters of a sheet's name at most.
const NAME_CHARS: usize = 31;

/// Every cell is text, so that ids and numbers stay as they are.
pub(super) fn xlsx(entries: &[&Entry], zone: &TimeZone) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let mut names = BTreeSet::new();
    for (file, entries) in sheets(entries) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(file, &mut names))?;
        write(sheet, &table(entries, zone))?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The entries of each file; all of them at once where there are too many files or none.
fn sheets<'a, 'b>(entries: &'b [&'a Entry]) -> Vec<(&'a str, &'b [&'a Entry])> {
    let groups: Vec<_> = entries.chunk_by(|a, b| a.place.file == b.place.file).collect();
    if groups.is_empty() || groups.len() > MAX_SHEETS {
        return vec![("", entries)];
    }
    let named = |group: &'b [&'a Entry]| (group.first().map_or("", |first| first.place.file.as_str()), group);
    groups.into_iter().map(named).collect()
}

/// The sheet or file the entries came from, as a name that a sheet may have and no other has.
fn sheet_name(file: &str, taken: &mut BTreeSet<String>) -> String {
    let source = file.rsplit_once('#').map_or_else(
        || file.rsplit('/').next().unwrap_or(file).rsplit_once('.').map_or(file, |(stem, _)| stem),
        |(_, sheet)| sheet,
    );
    let plain: String =
        source.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { '_' } else { c }).collect();
    let plain = plain.trim_matches(['\'', ' ']);
    let base = if plain.is_empty() { "常见问题" } else { plain };
    let numbered = (2..).map(|number| format!("{}-{number}", cut(base, NAME_CHARS - 5)));
    let mut names = std::iter::once(cut(base, NAME_CHARS)).chain(numbered);
    // Programs do not tell upper from lower case in names.
    names.find(|name| taken.insert(name.to_lowercase())).unwrap_or_default()
}

/// The first characters of a text, counted as programs count them.
fn cut(text: &str, chars: usize) -> String {
    let mut left = chars;
    text.chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect()
}

fn write(sheet: &mut Worksheet, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_background_color("#DDEBF7").set_align(FormatAlign::Top).set_text_wrap();
    let body = Format::new().set_num_format("@").set_align(FormatAlign::Top).set_text_wrap();
    for (row, cells) in (0_u32..).zip(rows) {
        let format = if row == 0 { &head } else { &body };
        for (column, cell) in (0_u16..).zip(cells) {
            if !cell.is_empty() {
                sheet.write_string_with_format(row, column, cell, format)?;
            }
        }
    }
    let Some(heads) = rows.first() else { return Ok(()) };
    for (column, name) in (0_u16..).zip(heads) {
        sheet.set_column_width(column, width(name))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_row = u32::try_from(rows.len().saturating_sub(1)).unwrap_or(u32::MAX);
    if let Some(last_column) = heads.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    Ok(())
}

/// Width of a column by its head, in characters.
fn width(head: &str) -> f64 {
    match head {
        "编号" | "分类" | "生效时间" | "失效时间" => 20.0,
        "数字编号" | "启用" => 9.0,
        "标准问" => 32.0,
        head if head.starts_with("答案") || head.ends_with("答案") => 60.0,
        _ => 36.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_named_after_where_entries_came_from() {
        let mut taken = BTreeSet::new();
        let rows = [
            ("faq.xlsx#售后", "售后"),
            ("sub/售后.toml", "售后-2"),
            ("a/b.csv", "b"),
            ("", "常见问题"),
            ("x.xlsx#[1]:*", "_1___"),
        ];
        for (file, name) in rows {
            assert_eq!(sheet_name(file, &mut taken), name);
        }
        assert_eq!(sheet_name(&format!("{}.toml", "长".repeat(50)), &mut taken), "长".repeat(31));
    }
}
