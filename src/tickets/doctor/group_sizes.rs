//! Groups with too few rows to learn from, to have a threshold of their own or to carry a promise, and imbalance.

use super::defect::{Defect, Detail, Item, LabelRows, Severity, by_label};
use super::set::TicketSet;
use crate::stats::{RISK, rows_needed};
use crate::tickets::promise::{OWN_SHORTLIST_ROWS, PRECISION};

/// Rows of a group below which nothing can be learnt or checked in five folds.
pub(super) const FEWEST: usize = 5;
/// Times the smallest group that the largest may have.
const IMBALANCE: usize = 20;
/// Share of one group from which the others hardly count.
const DOMINANT: f64 = 0.8;

/// Groups that are too small, and how uneven they are.
pub(super) fn group_sizes(set: &TicketSet<'_>) -> Vec<Defect> {
    let usable = (0..set.rows.len()).filter(|row| !set.rows[*row].ticket.is_empty());
    let groups = by_label(usable.map(|row| set.label(row)));
    let promised = rows_needed(PRECISION, 0, RISK);
    let between = |low: usize, high: usize| {
        let chosen = groups.iter().filter(|group| (low..high).contains(&group.rows));
        let mut chosen: Vec<LabelRows> = chosen.cloned().collect();
        chosen.reverse();
        chosen
    };
    let found = [
        small(
            set,
            ("tiny_groups", Severity::Error),
            between(0, FEWEST),
            format!("少于 {FEWEST} 条工单的技能组"),
            "这么少学不会，也无从检验，它们的工单多半会分错。请补充工单、并入相近的组，或先从训练文件里拿掉",
        ),
        small(
            set,
            ("small_groups", Severity::Warning),
            between(FEWEST, OWN_SHORTLIST_ROWS),
            format!("少于 {OWN_SHORTLIST_ROWS} 条工单的技能组"),
            "不够给这个组单独定候选集的门槛，只能用全体的，承诺对它不一定成立。请补充工单",
        ),
        small(
            set,
            ("unproven_groups", Severity::Note),
            between(OWN_SHORTLIST_ROWS, promised),
            format!("少于 {promised} 条工单的技能组"),
            "全部分对也证明不了这个组有 95 % 的正确率（全对至少要 59 条）。要逐组承诺时请补充工单",
        ),
        imbalance(set, &groups),
    ];
    found.into_iter().flatten().collect()
}

fn small(
    set: &TicketSet<'_>,
    (kind, severity): (&'static str, Severity),
    groups: Vec<LabelRows>,
    what: String,
    advice: &'static str,
) -> Option<Defect> {
    if groups.is_empty() {
        return None;
    }
    let rows: usize = groups.iter().map(|group| group.rows).sum();
    let message = format!("{what}：{} 个，共 {rows} 条", groups.len());
    let items = groups.into_iter().map(item).collect();
    let columns = &["技能组", "工单"];
    Some(Defect { kind, severity, message, advice, rows, share: set.share(rows), items, columns })
}

fn item(LabelRows { label, rows }: LabelRows) -> Item {
    let cells = vec![label.clone(), rows.to_string()];
    Item { places: Vec::new(), detail: Some(Detail::Group { label, rows }), cells }
}

/// The largest group beside the smallest of those that count.
fn imbalance(set: &TicketSet<'_>, groups: &[LabelRows]) -> Option<Defect> {
    let smallest = groups.iter().rev().find(|group| group.rows >= FEWEST)?;
    let largest = groups.first()?;
    let all: usize = groups.iter().map(|group| group.rows).sum();
    let dominant = largest.rows as f64 >= DOMINANT * all as f64 && groups.len() > 1;
    if !dominant && largest.rows < IMBALANCE * smallest.rows {
        return None;
    }
    let times = largest.rows / smallest.rows;
    Some(Defect {
        kind: "imbalance",
        severity: if dominant { Severity::Warning } else { Severity::Note },
        message: format!("各组多少悬殊：最大的“{}”是最小的“{}”的 {times} 倍", largest.label, smallest.label),
        advice: "总的准确率主要由大组决定，小组分错也看不出来。评测时看各组的召回率和宏平均 F1，并给小组补充工单",
        rows: largest.rows,
        share: set.share(largest.rows),
        items: [largest, smallest].map(|group| item(group.clone())).to_vec(),
        columns: &["技能组", "工单"],
    })
}
