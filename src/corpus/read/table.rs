//! A table of cells → drafts, for every spreadsheet format: finds the header row, splits and merges cells.

use rustc_hash::FxHashMap;

use super::header::{ACCEPTED, Column, Field};
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings, yes_or_no};
use crate::spreadsheet::{HEADER_SEARCH, Row, shown};

/// The drafts of one table. Without a question and an answer column nothing is read and an issue says so.
pub(super) fn read(file: &str, rows: &[Row], findings: &mut Findings) -> Vec<Draft> {
    let Some(first) = rows.iter().position(|row| !row.is_blank()) else { return Vec::new() };
    let place = |line| Place::new(file, line);
    let Some(header) = find_header(rows) else {
        let found = rows.get(first).map(|row| shown(&row.cells)).unwrap_or_default();
        let message = format!("找不到问题列，表头是：{found}。请在第一行写列名。{ACCEPTED}");
        findings.issue(&place(rows.get(first).map_or(1, |row| row.number)), message);
        return Vec::new();
    };
    let Some(head) = rows.get(header) else { return Vec::new() };
    let columns: Vec<Option<Column>> = head.cells.iter().map(|cell| Column::parse(cell)).collect();
    if !check_columns(&columns, head, &place(head.number), findings) {
        return Vec::new();
    }
    let mut table =
        TableReader { file, heads: &head.cells, columns, drafts: Vec::new(), by_id: FxHashMap::default(), findings };
    for row in rows.iter().skip(header + 1).filter(|row| !row.is_blank()) {
        table.row(row);
    }
    table.drafts
}

/// How many headers of a row are known; decides between separators of a CSV file.
pub(super) fn known_headers(cells: &[String]) -> usize {
    cells.iter().filter(|cell| Column::parse(cell).is_some()).count()
}

fn find_header(rows: &[Row]) -> Option<usize> {
    let has =
        |row: &Row, field: &Field| row.cells.iter().any(|c| Column::parse(c).is_some_and(|col| col.field == *field));
    let candidates = || rows.iter().enumerate().filter(|(_, row)| !row.is_blank()).take(HEADER_SEARCH);
    candidates()
        .find(|(_, row)| has(row, &Field::Question) && has(row, &Field::Answer))
        .or_else(|| candidates().find(|(_, row)| has(row, &Field::Question)))
        .map(|(index, _)| index)
}

fn check_columns(columns: &[Option<Column>], head: &Row, place: &Place, findings: &mut Findings) -> bool {
    let fields = || columns.iter().flatten().map(|column| &column.field);
    if !fields().any(|field| *field == Field::Answer) {
        findings.issue(place, format!("找不到答案列，表头是：{}。{ACCEPTED}", shown(&head.cells)));
        return false;
    }
    let mut sound = true;
    for (at, column) in columns.iter().enumerate().filter_map(|(at, column)| Some((at, column.as_ref()?))) {
        let many = matches!(column.field, Field::Question | Field::Similar | Field::Negative | Field::Related);
        let twice = columns.iter().take(at).flatten().any(|earlier| earlier.field == column.field);
        if twice && !many {
            let name = head.cells.get(at).map_or("", |cell| cell.trim());
            findings.issue(place, format!("第 {} 列“{name}”与前面的列意思相同，请合并或删除一列", at + 1));
            sound = false;
        }
    }
    let unknown: Vec<String> =
        columns.iter().zip(&head.cells).filter(|(column, _)| column.is_none()).map(|(_, cell)| cell.clone()).collect();
    let names = shown(&unknown);
    if !names.is_empty() {
        findings.warn(place, format!("这些列没有用到：{names}"));
    }
    sound
}

struct TableReader<'a> {
    file: &'a str,
    heads: &'a [String],
    columns: Vec<Option<Column>>,
    drafts: Vec<Draft>,
    /// Explicit id → drafts with it.
    by_id: FxHashMap<String, Vec<usize>>,
    findings: &'a mut Findings,
}

impl TableReader<'_> {
    fn row(&mut self, row: &Row) {
        let draft = self.draft(row);
        if draft.question.is_empty() && draft.id.is_empty() && draft.answer.is_empty() && !draft.similar.is_empty() {
            // The rows below a merged cell: only the similar questions go on.
            if let Some(last) = self.drafts.last_mut() {
                last.similar.extend(draft.similar);
                return;
            }
        }
        if !draft.id.is_empty() {
            let same = self.by_id.entry(draft.id.clone()).or_default();
            let merged = same.iter().find_map(|&at| {
                let earlier = self.drafts.get(at)?;
                (draft.answer.is_empty() || (draft.answer == earlier.answer && draft.answers == earlier.answers))
                    .then_some(at)
            });
            if let Some(earlier) = merged.and_then(|at| self.drafts.get_mut(at)) {
                merge(earlier, draft);
                return;
            }
            same.push(self.drafts.len());
        }
        self.drafts.push(draft);
    }

    fn draft(&mut self, row: &Row) -> Draft {
        let place = Place::new(self.file, row.number);
        let mut draft = Draft { place, ..Draft::default() };
        for (at, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            let overflow = at >= self.columns.len();
            // Some exports let the values of the last column run on to the right.
            let column = if overflow {
                self.columns.last().filter(|last| last.as_ref().is_some_and(|c| c.field == Field::Similar))
            } else {
                self.columns.get(at)
            };
            match column {
                Some(Some(column)) => fill(&mut draft, column, cell, self.findings),
                Some(None) if self.heads.get(at).is_none_or(|head| head.trim().is_empty()) => {
                    let message = format!("第 {} 列没有表头，内容没有用到，请写上表头或删除", at + 1);
                    self.findings.warn(&draft.place, message);
                }
                Some(None) => {}
                None => {
                    let message = format!(
                        "这一行有 {} 列，表头只有 {} 列：请给多出的列写上表头；CSV 内容里有逗号等分隔符时请用双引号括起来",
                        row.cells.len(),
                        self.columns.len()
                    );
                    self.findings.issue(&draft.place, message);
                    break;
                }
            }
        }
        draft
    }
}

fn fill(draft: &mut Draft, column: &Column, cell: &str, findings: &mut Findings) {
    let text = cell.trim();
    match &column.field {
        Field::Id => text.clone_into(&mut draft.id),
        Field::Number => text.clone_into(&mut draft.number),
        Field::Question => {
            for question in text.lines().map(str::trim).filter(|question| !question.is_empty()) {
                if draft.question.is_empty() {
                    question.clone_into(&mut draft.question)
                } else {
                    draft.similar.push(question.to_owned())
                }
            }
        }
        Field::Similar => extend(&mut draft.similar, column, text),
        Field::Negative => extend(&mut draft.negative, column, text),
        Field::Related => extend(&mut draft.related, column, text),
        Field::Answer => text.clone_into(&mut draft.answer),
        Field::ChannelAnswer(channel) => draft.answers.push((channel.clone(), text.to_owned())),
        Field::Category => text.clone_into(&mut draft.category),
        Field::ValidFrom => text.clone_into(&mut draft.valid_from),
        Field::ValidUntil => text.clone_into(&mut draft.valid_until),
        Field::ExpiredAnswer => text.clone_into(&mut draft.expired_answer),
        Field::NotYetAnswer => text.clone_into(&mut draft.not_yet_answer),
        Field::Enabled | Field::Disabled => match yes_or_no(text) {
            Some(yes) => draft.enabled = Some(yes == (column.field == Field::Enabled)),
            None => findings.issue(&draft.place, format!("启用/停用列只能写 是 或 否，现在是“{text}”")),
        },
    }
}

fn extend(list: &mut Vec<String>, column: &Column, text: &str) {
    if column.numbered {
        list.push(text.to_owned());
    } else {
        let values = text.split(['\n', '\r', '|', '｜']).flat_map(|part| part.split("##"));
        list.extend(values.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned));
    }
}

/// One row per question, as some products export: further rows of an entry add their questions.
fn merge(entry: &mut Draft, row: Draft) {
    if !row.question.is_empty() {
        entry.similar.push(row.question);
    }
    entry.similar.extend(row.similar);
    entry.negative.extend(row.negative);
    for id in row.related {
        if !entry.related.contains(&id) {
            entry.related.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&[&str]]) -> Vec<Row> {
        let row = |(index, cells): (usize, &&[&str])| Row {
            number: index + 1,
            cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        };
        lines.iter().enumerate().map(row).collect()
    }

    fn load(lines: &[&[&str]]) -> (Vec<Draft>, Vec<String>) {
        let mut findings = Findings::default();
        let drafts = read("f.csv", &rows(lines), &mut findings);
        (drafts, findings.issues.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn splits_lists_but_not_answers() {
        let (drafts, issues) =
            load(&[&["标准问", "相似问", "相似问1", "答案"], &["一", "甲|乙##丙\n丁", "a|b", "x|y\nz"]]);
        assert_eq!(issues, [""; 0]);
        assert_eq!(drafts[0].similar, ["甲", "乙", "丙", "丁", "a|b"]); // a numbered column holds one value
        assert_eq!(drafts[0].answer, "x|y\nz");
    }

    #[test]
    fn merges_the_rows_of_one_entry() {
        let (drafts, issues) = load(&[
            &["QnaId", "Question", "Answer"],
            &["1", "一", "甲"],
            &["2", "二", "乙"],
            &["1", "一一", "甲"], // one row per question
            &["2", "二二", "丙"], // another answer: kept apart, and reported as a duplicate id later
        ]);
        assert_eq!(issues, [""; 0]);
        assert_eq!(drafts.len(), 3);
        assert_eq!(drafts[0].similar, ["一一"]);
    }

    #[test]
    fn merged_cells_and_titles_above_the_header_are_understood() {
        let (drafts, issues) =
            load(&[&["常见问题汇总", ""], &[], &["问题", "答案", "相似问"], &["一", "甲", "a"], &["", "", "b"]]);
        assert_eq!(issues, [""; 0]);
        assert_eq!(drafts[0].similar, ["a", "b"]);
        assert_eq!(drafts[0].place.line, Some(4));
    }

    #[test]
    fn values_of_a_last_list_column_may_run_on() {
        let (drafts, _) = load(&[&["q", "a", "indexes"], &["一", "甲", "x", "y"]]);
        assert_eq!(drafts[0].similar, ["x", "y"]);
    }

    #[test]
    fn content_that_is_left_out_is_named() {
        let mut findings = Findings::default();
        read("f.csv", &rows(&[&["问题", "答案", "", "备注"], &["一", "甲", "乙", "丙"]]), &mut findings);
        let warnings: Vec<_> = findings.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            ["f.csv:1: 这些列没有用到：备注", "f.csv:2: 第 3 列没有表头，内容没有用到，请写上表头或删除"]
        );
    }

    #[test]
    fn says_which_column_is_missing_or_too_many() {
        let rows: [(&[&[&str]], &str); 4] = [
            (&[&["标题", "正文"], &["一", "甲"]], "f.csv:1: 找不到问题列，表头是：标题、正文。"),
            (&[&["问题", "正文"], &["一", "甲"]], "f.csv:1: 找不到答案列"),
            (&[&["问题", "答案", "回复"], &["一", "甲", "乙"]], "f.csv:1: 第 3 列“回复”与前面的列意思相同"),
            (&[&["问题", "答案"], &["一", "甲", "乙"]], "f.csv:2: 这一行有 3 列，表头只有 2 列"),
        ];
        for (table, expected) in rows {
            let (_, issues) = load(table);
            assert!(issues[0].starts_with(expected), "{issues:?}");
        }
    }
}
