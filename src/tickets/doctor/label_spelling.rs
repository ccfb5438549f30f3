//! Labels that are one group written in several ways, and labels that look like a slip of the pen.

use std::collections::BTreeMap;

use super::defect::{Defect, Detail, Item, LabelRows, Severity, by_label};
use super::set::TicketSet;
use crate::text::RULES;

/// Rules of normalisation that leave a label what it is.
const SAME_LABEL: [&str; 3] = ["controls", "width", "script"];
/// Rows of a label from which a lone one nearly like it is taken for a slip.
const FREQUENT: usize = 10;
/// Characters of a label from which one wrong character is likelier than another word.
const LONG_ENOUGH: usize = 3;

/// Spelling variants and likely typing errors.
pub(super) fn label_spelling(set: &TicketSet<'_>) -> Vec<Defect> {
    let labels = by_label(set.rows.iter().map(|row| row.label.as_str()));
    [variants(set, &labels), typos(set, &labels)].into_iter().flatten().collect()
}

/// The label without width, case, script, invisible characters and blanks.
fn folded(label: &str) -> String {
    let mut text = label.to_owned();
    for rule in RULES.iter().filter(|rule| SAME_LABEL.contains(&rule.name)) {
        text = (rule.apply)(&text).into_owned();
    }
    text.retain(|c| !c.is_whitespace());
    text
}

fn variants(set: &TicketSet<'_>, labels: &[LabelRows]) -> Option<Defect> {
    let mut written: BTreeMap<String, Vec<LabelRows>> = BTreeMap::new();
    for label in labels {
        written.entry(folded(&label.label)).or_default().push(label.clone());
    }
    let items: Vec<Item> = written.into_values().filter(|ways| ways.len() > 1).map(|ways| item(set, ways)).collect();
    finding(
        set,
        ("label_variants", Severity::Error),
        items,
        "同一个标签有几种写法（只差大小写、全半角、空格或繁简）",
        "每种写法会当成一个组来学，工单被拆散，同一组互相抢。请统一成一种写法",
    )
}

fn typos(set: &TicketSet<'_>, labels: &[LabelRows]) -> Option<Defect> {
    let frequent: Vec<(String, &LabelRows)> =
        labels.iter().filter(|label| label.rows >= FREQUENT).map(|label| (folded(&label.label), label)).collect();
    let lone = labels.iter().filter(|label| label.rows == 1 && label.label.chars().count() >= LONG_ENOUGH);
    let items = lone.filter_map(|label| {
        let written = folded(&label.label);
        let (_, meant) = frequent.iter().find(|(other, _)| written != *other && is_slip(&written, other))?;
        Some(item(set, vec![LabelRows::clone(meant), label.clone()]))
    });
    finding(
        set,
        ("label_typos", Severity::Warning),
        items.collect(),
        "只出现一次、与常用标签只差一个字的标签",
        "多半是手误，会凭空多出一个学不会的组。确认是手误就改过来",
    )
}

/// Whether one character was added, left out, exchanged or swapped with its neighbour (distance 1 after Damerau), and
/// it is not a number: 售后1组 and 售后2组 are two groups.
fn is_slip(a: &str, b: &str) -> bool {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a[prefix..].iter().rev().zip(b[prefix..].iter().rev());
    let suffix = rest.take_while(|(x, y)| x == y).count();
    let (from, to) = (&a[prefix..a.len() - suffix], &b[prefix..b.len() - suffix]);
    if from.iter().chain(to).any(|c| c.is_numeric()) {
        return false;
    }
    match (from, to) {
        ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([x, y], [u, v]) => x == v && y == u,
        _ => false,
    }
}

/// Ways to write a label, the most frequent first; the rows of the rarer ones are the places to mend.
fn item(set: &TicketSet<'_>, ways: Vec<LabelRows>) -> Item {
    let suggested = ways[0].label.clone();
    let rarer = |row: &usize| ways.iter().skip(1).any(|way| way.label == set.label(*row));
    let places = (0..set.rows.len()).filter(rarer).map(|row| set.spot(row)).collect();
    let shown = ways.iter().map(|way| format!("“{}” {}", way.label, way.rows)).collect::<Vec<_>>().join("\n");
    let cells = vec![shown, suggested.clone()];
    Item { places, detail: Some(Detail::Spelling { labels: ways, suggested }), cells }
}

fn finding(
    set: &TicketSet<'_>,
    (kind, severity): (&'static str, Severity),
    items: Vec<Item>,
    what: &str,
    advice: &'static str,
) -> Option<Defect> {
    if items.is_empty() {
        return None;
    }
    let rows: usize = items.iter().map(|item| item.places.len()).sum();
    let message = format!("{what}：{} 处，要改 {rows} 条", items.len());
    let columns = &["写法和条数", "建议"];
    Some(Defect { kind, severity, message, advice, rows, share: set.share(rows), items, columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_people_do_not_see_as_a_difference() {
        for (a, b) in [("退货 组", "退货组"), ("ＶＩＰ组", "vip组"), ("物流組", "物流组"), ("退\u{200b}款", "退款")]
        {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        for (a, b) in [("3.1", "31"), ("甲组🙂", "甲组🙃"), ("售后-1", "售后1")] {
            assert_ne!(folded(a), folded(b), "{a} {b}");
        }
    }

    #[test]
    fn a_slip_is_one_character_that_is_no_number() {
        for (a, b, slip) in [
            ("退款专员组", "退款专圆组", true),
            ("invoice", "invioce", true), // neighbours swapped
            ("logistics", "logistic", true),
            ("售后1组", "售后2组", false),
            ("售后1组", "售后组", false),
            ("退货退款", "退款退货", false),
            ("abc", "abc", false),
        ] {
            assert_eq!(is_slip(a, b), slip, "{a} {b}");
        }
    }
}
