//! Pairs of groups that models that never saw the rows take for each other, and what merging them would change.

use super::defect::{Defect, Detail, Item, Severity, percent};
use super::judged_set::JudgedSet;
use crate::numbers::descending;
use crate::stats::{RISK, lower_bound};

/// Confused rows of a pair below which nothing is said.
const FEWEST_CONFUSED: usize = 5;
/// Share of both groups' rows that is surely confused.
const MUTUAL: f64 = 0.05;
/// Share of one group's rows that surely goes to the other.
const ONE_WAY: f64 = 0.15;
/// The same, from which two groups are better made one.
const MERGE: f64 = 0.25;

/// Two groups and how often each is taken for the other.
struct Pair {
    groups: [usize; 2],
    rows: [usize; 2],
    confused: [usize; 2],
}

impl Pair {
    fn both(&self) -> usize {
        self.confused.iter().sum()
    }

    /// The share of each group's rows that surely goes to the other, the larger of the two.
    fn one_way(&self) -> f64 {
        let bound = |at: usize| surely(self.confused[at], self.rows[at]);
        bound(0).max(bound(1))
    }

    fn is_alike(&self) -> bool {
        self.both() >= FEWEST_CONFUSED
            && (surely(self.both(), self.rows.iter().sum()) >= MUTUAL || self.one_way() >= ONE_WAY)
    }
}

/// The share that is exceeded with 95 % confidence (Clopper–Pearson).
fn surely(part: usize, whole: usize) -> f64 {
    lower_bound(whole, whole - part, RISK)
}

/// Groups that are hard to tell apart, the most confused pair first.
pub(super) fn confusions(judged: &JudgedSet<'_>) -> Vec<Defect> {
    let JudgedSet { data, probabilities } = judged;
    let groups = data.labels.len();
    let sizes = judged.sizes();
    let mut confused = vec![vec![0_usize; groups]; groups];
    for (values, target) in probabilities.iter().zip(&data.targets) {
        confused[*target][descending(values)[0]] += 1;
    }
    let right: usize = (0..groups).map(|group| confused[group][group]).sum();
    let all_pairs = (0..groups).flat_map(|a| (a + 1..groups).map(move |b| [a, b]));
    let mut pairs: Vec<Pair> = all_pairs
        .map(|[a, b]| Pair { groups: [a, b], rows: [sizes[a], sizes[b]], confused: [confused[a][b], confused[b][a]] })
        .filter(Pair::is_alike)
        .collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.both()), pair.groups));
    let rows: usize = pairs.iter().map(Pair::both).sum();
    let accuracy = |right: usize| right as f64 / data.rows.len() as f64;
    let items = pairs.iter().map(|pair| {
        let labels = pair.groups.map(|group| data.labels[group].clone());
        item(pair, labels, [accuracy(right), accuracy(right + pair.both())])
    });
    vec![Defect {
        kind: "confusable_groups",
        severity: Severity::Warning,
        message: format!("容易互相看错的技能组：{} 对（现在的折外准确率 {}）", pairs.len(), percent(accuracy(right))),
        advice: "处理方式相同就合并成一个组；不同就写清两组的界线，按界线重标，并补充只属于一边的工单。\
                 合并后的准确率按折外判断重算，换来的是分得更粗",
        rows,
        share: accuracy(rows),
        items: items.collect(),
        columns: &["甲组", "乙组", "甲看成乙", "乙看成甲", "合并后准确率", "建议"],
    }]
}

fn item(pair: &Pair, labels: [String; 2], [accuracy, merged_accuracy]: [f64; 2]) -> Item {
    let said = |at: usize| {
        let share = pair.confused[at] as f64 / pair.rows[at].max(1) as f64;
        format!("{} / {}（{}）", pair.confused[at], pair.rows[at], percent(share))
    };
    let merge = pair.one_way() >= MERGE;
    let cells = vec![
        labels[0].clone(),
        labels[1].clone(),
        said(0),
        said(1),
        percent(merged_accuracy),
        if merge { "考虑合并" } else { "写清界线" }.to_owned(),
    ];
    let (rows, confused) = (pair.rows, pair.confused);
    let detail = Detail::Pair { labels, rows, confused, merge, accuracy, merged_accuracy };
    Item { places: Vec::new(), detail: Some(detail), cells }
}
