//! Entries as one table, for CSV and XLSX. Only columns that hold something are written, and what products read as marks
//! between values is put where it is read as it stands.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::ExportError;
use crate::corpus::Entry;
use crate::corpus::draft::date_text;
use crate::corpus::read::{VERBATIM, reads_as_channel};

/// Characters one cell of a workbook can hold, less a margin.
const CELL_LIMIT: usize = 32_000;

/// UTF-8 with a byte order mark, without which Excel takes it for the local encoding.
pub(super) fn csv(entries: &[&Entry], zone: &TimeZone) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in table(entries, zone) {
        writer.write_record(&row)?;
    }
    writer.into_inner().map_err(|error| ExportError::Csv(csv::Error::from(error.into_error())))
}

/// Header and rows.
pub(super) fn table(entries: &[&Entry], zone: &TimeZone) -> Vec<Vec<String>> {
    let mut columns = vec![
        single(entries, "编号", |entry| entry.id.clone()),
        single(entries, "数字编号", |entry| entry.number.map(|number| number.to_string()).unwrap_or_default()),
        single(entries, "标准问", |entry| entry.question.clone()),
    ];
    columns.extend(many(entries, "相似问", |entry| &entry.similar));
    columns.extend(many(entries, "反例", |entry| &entry.negative));
    let answer = if entries.iter().any(|entry| needs_verbatim(entry)) {
        format!("答案（{VERBATIM}）")
    } else {
        "答案".to_owned()
    };
    columns.push(single(entries, &answer, |entry| entry.answer.clone()));
    let channels: BTreeSet<&String> = entries.iter().flat_map(|entry| entry.answers.keys()).collect();
    for channel in channels {
        let cell = |entry: &Entry| entry.answers.get(channel).cloned().unwrap_or_default();
        columns.push(single(entries, &channel_header(channel), cell));
    }
    let date = |moment: Option<jiff::Timestamp>| moment.map(|moment| date_text(moment, zone)).unwrap_or_default();
    columns.push(single(entries, "分类", |entry| entry.category.clone()));
    columns.push(single(entries, "生效时间", |entry| date(entry.valid_from)));
    columns.push(single(entries, "失效时间", |entry| date(entry.valid_until)));
    columns.push(single(entries, "过期后答案", |entry| entry.expired_answer.clone()));
    columns.push(single(entries, "未生效答案", |entry| entry.not_yet_answer.clone()));
    columns.extend(many(entries, "关联问题", |entry| &entry.related));
    columns.push(single(entries, "启用", |entry| if entry.enabled { String::new() } else { "否".to_owned() }));
    // An empty column is no loss; without a question or an answer column the table would not be one.
    columns.retain(|column| column.iter().skip(1).any(|cell| !cell.is_empty()) || entries.is_empty());
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    (0..rows).map(|row| columns.iter().map(|column| column.get(row).cloned().unwrap_or_default()).collect()).collect()
}

/// Marks that stand for line breaks, or between several values of a cell, in the exports of some products.
const MARKS: [&str; 7] = ["##", "\\n", "LINE_BREAK", "|", "｜", "；", ";"];

/// Whether an answer holds what is read as a mark in a cell that is not said to be verbatim.
fn needs_verbatim(entry: &Entry) -> bool {
    let own = [&entry.answer, &entry.expired_answer, &entry.not_yet_answer];
    let marked = |text: &String| MARKS.iter().take(3).any(|mark| text.contains(mark));
    own.into_iter().chain(entry.answers.values()).any(marked)
}

/// The usual notation, unless a channel's name would be read as a remark or a number there.
fn channel_header(channel: &str) -> String {
    let usual = format!("答案({channel})");
    if reads_as_channel(&usual, channel) { usual } else { format!("答案:{channel}") }
}

fn single(entries: &[&Entry], header: &str, cell: impl Fn(&Entry) -> String) -> Vec<String> {
    std::iter::once(header.to_owned()).chain(entries.iter().map(|entry| cell(entry))).collect()
}

/// One column with a value a line; numbered columns where a value would be split or a cell would overflow.
fn many(entries: &[&Entry], header: &str, values: fn(&Entry) -> &Vec<String>) -> Vec<Vec<String>> {
    let splits = |value: &String| MARKS.iter().any(|mark| value.contains(mark));
    let overflows = |list: &Vec<String>| list.iter().map(|value| value.chars().count() + 1).sum::<usize>() > CELL_LIMIT;
    if !entries.iter().any(|entry| values(entry).iter().any(splits) || overflows(values(entry))) {
        return vec![single(entries, header, |entry| values(entry).join("\n"))];
    }
    let most = entries.iter().map(|entry| values(entry).len()).max().unwrap_or(0);
    (0..most)
        .map(|at| {
            single(entries, &format!("{header}{}", at + 1), |entry| values(entry).get(at).cloned().unwrap_or_default())
        })
        .collect()
}
