//! Workbooks as people make them, and as they are made to do harm.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::spreadsheet::Unread;

fn sheet(bytes: &[u8]) -> Sheet {
    sheets(bytes).remove(0).unwrap()
}

#[test]
fn cells_are_what_the_sheet_shows() {
    let mut book = Workbook::new();
    let sheet_out = book.add_worksheet();
    let rows: [(f64, &str, &str); 8] = [
        (0.06, "0%", "6%"),
        (0.375, "h:mm", "9:00"),
        (1_299.0, "\"¥\"#,##0.00", "¥1,299.00"),
        (12_345.0, "000000", "012345"),
        (4_008_001_234.0, "000-000-0000", "400-800-1234"),
        (46_337.0, "m\"月\"d\"日\"", "11月11日"),
        (0.3, "0.0", "0.3"),
        (17.0, "General", "17"),
    ];
    for (row, (value, code, _)) in (0_u32..).zip(rows) {
        sheet_out.write_number_with_format(row, 0, value, &Format::new().set_num_format(code)).unwrap();
    }
    sheet_out.write_boolean(8, 0, true).unwrap();
    let read = sheet(&book.save_to_buffer().unwrap());
    let shown: Vec<&str> = read.rows.iter().map(|row| row.cells[0].as_str()).collect();
    let expected: Vec<&str> = rows.iter().map(|(.., shown)| *shown).chain(["TRUE"]).collect();
    assert_eq!(shown, expected);
    assert_eq!(read.rows[5].date(0), Some("2026-11-11"));
    assert_eq!(read.rows[1].date(0), None);
}

#[test]
fn merged_hidden_and_unreadable_cells_are_told() {
    let mut book = Workbook::new();
    let plain = Format::new();
    let out = book.add_worksheet();
    out.merge_range(0, 1, 0, 2, "相似问", &plain).unwrap();
    out.merge_range(1, 0, 2, 0, "售后", &plain).unwrap();
    out.write_string(1, 1, "a").unwrap();
    out.write_string(2, 1, "b").unwrap();
    out.write_formula(3, 0, Formula::new("D9").set_result("")).unwrap();
    out.write_formula(3, 1, Formula::new("NA()").set_result("#N/A")).unwrap();
    out.write_formula(3, 2, Formula::new("_xlfn.DISPIMG(\"ID_01\",1)").set_result("=DISPIMG(\"ID_01\",1)")).unwrap();
    out.set_row_hidden(2).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_hidden(true);
    hidden.write_string(0, 0, "去年").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let read = sheet(&bytes);
    assert_eq!(read.rows[0].cells, ["", "相似问", "相似问"]);
    assert!(read.rows[0].is_merged(2) && !read.rows[0].is_merged(1));
    assert!(read.rows[2].is_merged(0) && read.rows[2].cells[0] == "售后");
    assert_eq!(read.hidden_rows, [3]);
    assert_eq!(read.rows[3].unread(1), Some(&Unread::Error("#N/A".to_owned())));
    assert_eq!(read.rows[3].unread(2), Some(&Unread::Picture));
    assert!(sheets(&bytes)[1].as_ref().unwrap().hidden);
}

#[test]
fn dates_with_a_time_keep_it() {
    let mut book = Workbook::new();
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let at = ExcelDateTime::from_ymd(2026, 11, 10).unwrap().and_hms(20, 0, 0).unwrap();
    book.add_worksheet().write_datetime_with_format(0, 0, at, &moment).unwrap();
    let read = sheet(&book.save_to_buffer().unwrap());
    assert_eq!(
        (read.rows[0].cells[0].as_str(), read.rows[0].date(0)),
        ("2026-11-10 20:00", Some("2026-11-10 20:00:00"))
    );
}

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of one sheet with this XML for its rows and its texts.
fn crafted(rows: &[u8], texts: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, bytes: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    };
    part(
        "xl/workbook.xml",
        format!("<workbook xmlns:r=\"{RELATIONSHIPS}\"><sheets><sheet name=\"s\" r:id=\"r1\"/></sheets></workbook>")
            .as_bytes(),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{RELATIONSHIPS}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{RELATIONSHIPS}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
        )
        .as_bytes(),
    );
    part("xl/sharedStrings.xml", texts);
    part("xl/worksheets/sheet1.xml", &[b"<worksheet><sheetData>", rows, b"</sheetData></worksheet>"].concat());
    zip.finish().unwrap().into_inner()
}

fn message(bytes: &[u8]) -> String {
    sheets(bytes).remove(0).unwrap_err().message
}

#[test]
fn claims_are_not_believed() {
    // A count that no memory holds is not looked at.
    for count in ["10000000000000", "9223372036854775807"] {
        let texts = format!("<sst count=\"{count}\" uniqueCount=\"{count}\"><si><t>退款</t></si></sst>");
        let bytes = crafted(b"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", texts.as_bytes());
        assert_eq!(sheet(&bytes).rows[0].cells, ["退款"]);
    }
    // Places beyond the sheet are refused.
    for place in ["ZZZZZZZZZ3", "XFE1", "A1048577", "A99999999999"] {
        let bytes = crafted(format!("<row><c r=\"{place}\"><v>1</v></c></row>").as_bytes(), b"<sst/>");
        assert!(message(&bytes).contains("超出表格的范围"), "{place}");
    }
    let bytes = crafted(b"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>", b"<sst/>");
    assert!(message(&bytes).contains("没有第 7 个文本"));
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    // Cells far to the right in every row, honest or not.
    let far: String = (1..=20_000).map(|row| format!("<row><c r=\"XFD{row}\"><v>1</v></c></row>")).collect();
    assert!(message(&crafted(far.as_bytes(), b"<sst/>")).contains("展开后太大"));
    // A small file that unfolds into a large one.
    let mut bomb = b"<sst><si><t>".to_vec();
    bomb.resize(300 * 1024 * 1024, b'a');
    let bytes = crafted(b"", &bomb);
    assert!(bytes.len() < 1024 * 1024);
    assert!(message(&bytes).contains("展开后太大"));
    // A long text in a merged region that covers the sheet.
    let rows: String = (1..=2_000).map(|row| format!("<row><c r=\"XFD{row}\"><v>1</v></c></row>")).collect();
    let text = format!("<row><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>", "长".repeat(30_000));
    let merged =
        format!("{text}{rows}</sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells><sheetData>");
    assert!(message(&crafted(merged.as_bytes(), b"<sst/>")).contains("展开后太大"));
}

#[test]
fn files_that_are_not_whole_say_so() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "问题").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert!(message(&bytes[..bytes.len() / 2]).contains("可能还没有复制完"));
    assert!(message(b"no workbook").contains("不是可读的 xlsx"));
    assert!(message(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]).contains("旧的 .xls"));
    let torn = crafted(b"<row r=\"1\"><c r=\"A1\"><v>1", b"<sst/>");
    assert!(sheets(&torn)[0].is_err());
}
