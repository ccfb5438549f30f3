//! `*.csv` and `*.tsv`: separators are told from the header row; quoting follows RFC 4180.

use super::{HEADER_SEARCH, Lines, Row};

/// Appended behind the text: when the parser does not see it as a row of its own, a quote was left open.
const END: &str = "\u{1}end";

/// Said where a quote was left open.
pub(crate) const OPEN_QUOTE: &str = "从这一行起有一个双引号没有闭合，后面的内容都读不出来，请补上 \"";

/// The rows of a CSV file; `known` counts the cells of a row that are headers, which tells the separator.
///
/// # Errors
/// The line from which a quote is left open, where it can be told.
pub(crate) fn rows(text: &str, known: impl Fn(&[String]) -> usize) -> Result<Vec<Row>, Option<usize>> {
    let score = |separator: &u8| parse(text, *separator, HEADER_SEARCH).iter().map(|row| known(&row.cells)).max();
    // The comma wins ties; max_by_key would give the last of equals.
    let separator = [b';', b'\t', b','].into_iter().max_by_key(score).unwrap_or(b',');
    let mut rows = parse(text, separator, usize::MAX);
    let last = rows.pop();
    if last.as_ref().is_none_or(|row| row.cells != [END]) {
        return Err(last.map(|row| row.number));
    }
    Ok(rows)
}

fn parse(text: &str, separator: u8, limit: usize) -> Vec<Row> {
    let ended = format!("{text}\n{END}\n");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(ended.as_bytes());
    let lines = Lines::new(&ended);
    let mut rows = Vec::new();
    // The text is UTF-8 and rows may differ in length, so no record can fail.
    for record in reader.records().take(limit).flatten() {
        let number = record.position().map_or(0, |at| line_of(&ended, at.byte(), &lines));
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if number == 1 && cells.first().is_some_and(|cell| cell.starts_with("sep=")) {
            continue;
        }
        rows.push(Row { number, cells, marks: Vec::new() });
    }
    rows
}

/// The line of the first character of a record. The parser's own position may still stand before the line end of the
/// record above, or before blank lines.
fn line_of(text: &str, byte: u64, lines: &Lines) -> usize {
    let start = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let ends = text.as_bytes().iter().skip(start).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    lines.of(&(start + ends..start + ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Row> {
        rows(text, |cells| cells.iter().filter(|cell| ["问题", "答案"].contains(&cell.as_str())).count()).unwrap()
    }

    #[test]
    fn finds_the_separator() {
        // comma, tab, semicolon, semicolon announced as spreadsheets do, commas inside a tab-separated header
        for text in [
            "问题,答案\n一,甲",
            "问题\t答案\n一\t甲",
            "问题;答案\n一;甲",
            "sep=;\n问题;答案\n一;甲",
            "问题\t答案\t备注,其他\n一\t甲\t",
        ] {
            assert_eq!(read(text).last().unwrap().cells[..2], ["一", "甲"], "{text}");
        }
    }

    #[test]
    fn counts_lines_inside_quotes() {
        let rows = read("问题,答案\r\n\r\n一,\"甲\r\n乙\"\r\n二,\"说\"\"丙\"\"\"\r\n");
        assert_eq!((rows[1].number, rows[2].number), (3, 5));
        assert_eq!(rows[2].cells[1], "说\"丙\"");
    }

    #[test]
    fn an_open_quote_is_reported_where_it_begins() {
        assert_eq!(rows("问题,答案\n一,甲\n二,\"乙\n三,丙\n", |_| 0), Err(Some(3)));
    }
}
