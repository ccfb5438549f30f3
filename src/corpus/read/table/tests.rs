//! Tables as products and people make them.

use super::*;
use crate::spreadsheet::{Mark, Unread};

fn rows(lines: &[&[&str]]) -> Vec<Row> {
    let row = |(index, cells): (usize, &&[&str])| Row {
        number: index + 1,
        cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        ..Row::default()
    };
    lines.iter().enumerate().map(row).collect()
}

/// Drafts, issues and warnings of a workbook's sheet.
fn load_rows(rows: &[Row], kept: Kept) -> (Vec<Draft>, Vec<String>, Vec<String>) {
    let mut findings = Findings::default();
    let drafts = match read("f.csv", rows, kept, &mut findings) {
        Found::Drafts(drafts) => drafts,
        Found::NoQuestions(place, heads) => {
            findings.issue(&place, no_questions(&heads));
            Vec::new()
        }
        Found::Nothing => Vec::new(),
    };
    let warnings = findings.take_warnings().iter().map(ToString::to_string).collect();
    (drafts, findings.issues.iter().map(ToString::to_string).collect(), warnings)
}

fn load(lines: &[&[&str]]) -> (Vec<Draft>, Vec<String>) {
    let (drafts, issues, _) = load_rows(&rows(lines), Kept::Separated);
    (drafts, issues)
}

#[test]
fn splits_lists_but_not_answers() {
    let (drafts, issues) =
        load(&[&["标准问", "相似问", "相似问1", "答案"], &["一", "甲|乙##丙\n丁；戊", "a|b", "x|y\nz"]]);
    assert_eq!(issues, [""; 0]);
    assert_eq!(drafts[0].similar, ["甲", "乙", "丙", "丁", "戊", "a|b"]); // a numbered column holds one value
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
fn titles_above_the_heads_and_rows_that_go_on_are_understood() {
    let (drafts, issues) =
        load(&[&["常见问题汇总", ""], &[], &["问题", "答案", "相似问"], &["一", "甲", "a"], &["", "", "b"]]);
    assert_eq!(issues, [""; 0]);
    assert_eq!(drafts[0].similar, ["a", "b"]);
    assert_eq!(drafts[0].place.line, Some(4));
}

#[test]
fn a_lone_wording_below_an_empty_row_joins_nothing() {
    let mut table = rows(&[&["问题", "答案", "相似问"], &["一", "甲", "a"], &["", "", "b"]]);
    table[2].number = 4;
    let (drafts, ..) = load_rows(&table, Kept::InCells);
    assert_eq!((drafts.len(), drafts[0].similar.len(), drafts[1].question.as_str()), (2, 1, ""));
}

#[test]
fn merged_cells_mean_every_cell_they_cover() {
    // 相似问 over two columns; category and answer over two questions; a question over two rows of wordings
    let mut table = rows(&[
        &["分类", "问题", "相似问", "相似问", "答案"],
        &["售后", "一", "a", "b", "甲"],
        &["售后", "二", "c", "", "甲"],
        &["售后", "二", "d", "", "甲"],
    ]);
    table[0].marks = vec![(3, Mark::Merged)];
    table[2].marks = vec![(0, Mark::Merged), (4, Mark::Merged)];
    table[3].marks = vec![(0, Mark::Merged), (1, Mark::Merged), (4, Mark::Merged)];
    let (drafts, issues, warnings) = load_rows(&table, Kept::InCells);
    assert_eq!((issues.len(), warnings.len()), (0, 0), "{issues:?} {warnings:?}");
    assert_eq!(drafts[0].similar, ["a", "b"]);
    assert_eq!(drafts[1].similar, ["c", "d"]);
    assert_eq!((drafts.len(), drafts[1].category.as_str(), drafts[1].answer.as_str()), (2, "售后", "甲"));
}

#[test]
fn two_rows_of_heads_name_channels() {
    let mut table = rows(&[&["问题", "答案", "答案"], &["问题", "网页", "短信"], &["一", "长", "短"]]);
    table[0].marks = vec![(2, Mark::Merged)];
    table[1].marks = vec![(0, Mark::Merged)];
    let (drafts, issues, warnings) = load_rows(&table, Kept::InCells);
    assert_eq!(issues, [""; 0]);
    assert_eq!(drafts[0].answers, [("web".to_owned(), "长".to_owned()), ("sms".to_owned(), "短".to_owned())]);
    assert_eq!(drafts[0].answer, "长");
    assert_eq!(warnings, ["f.csv:1: 没有通用的答案列，没有专门答案的渠道也用 web 的答案"]);
}

#[test]
fn vague_heads_mean_what_the_others_leave_open() {
    let (drafts, _) = load(&[&["标题", "内容"], &["一", "甲"]]);
    assert_eq!((drafts[0].question.as_str(), drafts[0].answer.as_str()), ("一", "甲"));
    let (drafts, _) = load(&[&["title", "question", "reply"], &["一", "一一", "甲"], &["二", "", "乙"]]);
    assert_eq!((drafts[0].question.as_str(), drafts[0].similar.as_slice()), ("一", ["一一".to_owned()].as_slice()));
    assert_eq!(drafts[1].question, "二");
    let (drafts, _) = load(&[&["问题", "内容", "答案", "标签"], &["一", "细节", "甲", "售后"]]);
    assert_eq!((drafts[0].answer.as_str(), drafts[0].category.as_str()), ("甲", "售后"));
}

#[test]
fn levels_of_categories_make_one_path() {
    let (drafts, _) = load(&[&["一级分类", "二级分类", "问题", "答案"], &["售后", "退款", "一", "甲"]]);
    assert_eq!(drafts[0].category, "售后/退款");
}

#[test]
fn conventions_of_products_hold_unless_cells_are_verbatim() {
    let table = rows(&[
        &["问题(必填)", "机器人回答(必填-多个用##分隔)"],
        &["一", "三天到账。##一般三天内到账。"],
        &["二", "在这里：LINE_BREAKhttps://example.com"],
    ]);
    let (drafts, _, warnings) = load_rows(&table, Kept::Separated);
    assert_eq!((drafts[0].answer.as_str(), drafts[1].answer.as_str()), ("三天到账。", "在这里：\nhttps://example.com"));
    assert_eq!(warnings, ["f.csv:2: 答案里用 ## 写了几个答案，只用第一个（第 2 行）"]);
    let (drafts, _) = load(&[&["问题", "答案（原文）"], &["一", "a##b\\n"]]);
    assert_eq!(drafts[0].answer, "a##b\\n");
}

#[test]
fn what_a_cell_holds_instead_of_text_is_named() {
    let mut table = rows(&[&["问题", "答案", "相似问"], &["一", "", ""], &["二", "乙", ""], &["三", "丙", ""]]);
    table[1].marks = vec![(1, Mark::Unread(Unread::Picture))];
    table[2].marks = vec![(2, Mark::Unread(Unread::Error("#N/A".into())))];
    table[3].marks = vec![(2, Mark::Unread(Unread::Error("#N/A".into())))];
    let (drafts, _, warnings) = load_rows(&table, Kept::InCells);
    assert_eq!(drafts[0].no_answer.as_deref(), Some("B 列的单元格里是图片，没有文字"));
    assert_eq!(warnings, ["f.csv:3: C 列的单元格里的公式出错（#N/A），没有用到（第 3、4 行）"]);
}

#[test]
fn a_row_without_a_question_is_left_out_where_the_head_allows_it() {
    let table = rows(&[&["分段内容", "问题（选填）"], &["甲", "一\n一一"], &["乙", ""]]);
    let (drafts, issues, warnings) = load_rows(&table, Kept::InCells);
    assert_eq!((drafts.len(), drafts[0].similar.len(), issues.len()), (1, 1, 0));
    assert_eq!(warnings, ["f.csv:3: 没有问题，没有导入（第 3 行）"]);
}

#[test]
fn dates_are_what_the_cell_holds_however_much_of_them_is_shown() {
    let mut table = rows(&[&["问题", "答案", "生效时间"], &["一", "11月11日", "11月11日"]]);
    let day = || Mark::Date("2026-11-11".into());
    table[1].marks = vec![(1, day()), (2, day())];
    let (drafts, ..) = load_rows(&table, Kept::InCells);
    assert_eq!((drafts[0].valid_from.as_str(), drafts[0].answer.as_str()), ("2026-11-11", "11月11日"));
}

#[test]
fn values_of_a_last_list_column_may_run_on() {
    let (drafts, _) = load(&[&["q", "a", "indexes"], &["一", "甲", "x", "y"]]);
    assert_eq!(drafts[0].similar, ["x", "y"]);
}

#[test]
fn content_that_is_left_out_is_named_once() {
    let table = rows(&[&["问题", "答案", "", "备注"], &["一", "甲", "乙", "丙"], &["二", "甲", "乙", "丙"]]);
    let (_, _, warnings) = load_rows(&table, Kept::Separated);
    assert_eq!(
        warnings,
        ["f.csv:1: 这些列没有用到：备注", "f.csv:2: C 列没有表头，内容没有用到（第 2、3 行），请写上表头或删除"]
    );
}

#[test]
fn says_which_column_is_missing_or_too_many() {
    let rows: [(&[&[&str]], &str); 5] = [
        (&[&["名称", "数量"], &["一", "甲"]], "f.csv:1: 找不到问题列，表头是：名称、数量。"),
        (&[&["问题", "数量"], &["一", "甲"]], "f.csv:1: 找不到答案列"),
        (&[&["问题", "答案", "回复"], &["一", "甲", "乙"]], "f.csv:1: C 列“回复”与前面的列意思相同"),
        (&[&["问题", "答案"], &["一", "甲", "乙"]], "f.csv:2: 这一行有 3 列，表头只有 2 列"),
        (&[&["问题，答案"], &["一，甲"]], "f.csv:1: 列名之间是全角逗号"),
    ];
    for (table, expected) in rows {
        let (_, issues) = load(table);
        assert!(issues[0].starts_with(expected), "{issues:?}");
    }
}

#[test]
fn a_file_that_ends_within_a_row_is_not_whole() {
    let body: String = (0..100).map(|n| format!("问题{n},分类,答案{n}\n")).collect();
    let text = |end: &str| format!("问题,分类,答案\n{body}{end}");
    let found = |text: &str| {
        let mut findings = Findings::default();
        let rows = crate::spreadsheet::csv::rows(text, known_headers).unwrap();
        note_missing_end("f.csv", text, &rows, &mut findings);
        (findings.issues.len(), findings.take_warnings().len())
    };
    assert_eq!(found(&text("")), (0, 0));
    assert_eq!(found(&text("最后一个,分")), (1, 0)); // a column is missing
    assert_eq!(found(&text("最后一个,分类,答")), (0, 1)); // the answer may go on
    assert_eq!(found("问题,答案\n一,甲"), (0, 0)); // written by hand
}
