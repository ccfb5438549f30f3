//! Rows with nothing or next to nothing in them, and rows longer than the service takes.

use super::defect::{Defect, Detail, Item, Severity, Spot, percent};
use super::set::{TicketSet, excerpt};
use crate::text::placeholder::is_placeholder;

/// Letters, digits and Han from which a text says something.
const SHORTEST: usize = 2;
/// Characters of title and text that `POST /v1/classify` takes unless the limit is set otherwise.
const LONGEST: [usize; 2] = [500, 20_000];

/// Empty, very short and very long rows.
pub(super) fn lengths(set: &TicketSet<'_>) -> Vec<Defect> {
    let said = |row: usize| set.keys[row].chars().filter(|c| !is_placeholder(*c)).count();
    let all = 0..set.rows.len();
    let empty = all.clone().filter(|row| set.rows[*row].ticket.is_empty()).collect();
    let short = all.clone().filter(|row| !set.rows[*row].ticket.is_empty() && said(*row) < SHORTEST).collect();
    let long = all.filter(|row| {
        let raw = &set.raw[*row];
        raw.title.chars().count() > LONGEST[0] || raw.text.chars().count() > LONGEST[1]
    });
    let found = [
        finding(
            set,
            ("empty_rows", Severity::Warning),
            empty,
            "没有内容的工单（去掉问候语、表情后什么也不剩）",
            "训练时会略过。内容若在别的列里，请检查表头；本来就空的可以删去",
        ),
        finding(
            set,
            ("short_rows", Severity::Note),
            short,
            "几乎没有内容的工单（最多一个字，或只有号码、标点）",
            "看不出该分给谁，学了只会添乱。请补全正文或删去",
        ),
        finding(
            set,
            ("long_rows", Severity::Warning),
            long.collect(),
            "过长的工单（标题超过 500 字或正文超过 20000 字）",
            "接口默认不收这么长的工单，多半是把整段聊天记录或几条工单粘成了一条。请拆开或只留客户的话",
        ),
    ];
    found.into_iter().flatten().collect()
}

fn finding(
    set: &TicketSet<'_>,
    (kind, severity): (&'static str, Severity),
    rows: Vec<usize>,
    what: &str,
    advice: &'static str,
) -> Option<Defect> {
    if rows.is_empty() {
        return None;
    }
    let items = rows.iter().map(|row| {
        let raw = &set.raw[*row];
        let characters = raw.title.chars().count() + raw.text.chars().count();
        let detail = Some(Detail::Length { characters });
        let mut spot = set.spot(*row);
        if set.rows[*row].ticket.is_empty() {
            // What normalisation takes away altogether is courtesy, pictures and marks.
            spot = Spot { text: Some(excerpt(&format!("{}{}", raw.title, raw.text))), ..spot };
        }
        Item { places: vec![spot], detail, cells: vec![characters.to_string()] }
    });
    let share = set.share(rows.len());
    let message = format!("{what}：{} 条（{}）", rows.len(), percent(share));
    let columns = &["原文字数"];
    Some(Defect { kind, severity, message, advice, rows: rows.len(), share, items: items.collect(), columns })
}
