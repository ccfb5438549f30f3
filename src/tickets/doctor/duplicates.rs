//! Rows with the same or nearly the same text: under different labels, and within one.

use super::defect::{Defect, Detail, Item, LabelRows, Severity, by_label, majority, percent};
use super::set::TicketSet;

/// Texts that stand under more than one label: the same text is an error, a similar one may be meant.
pub(super) fn conflicts(set: &TicketSet<'_>) -> Vec<Defect> {
    let (mut same, mut near) = (Vec::new(), Vec::new());
    for cluster in set.repeated() {
        let counts = by_label(cluster.iter().map(|row| set.label(*row)));
        if counts.len() < 2 {
            continue;
        }
        let mut apart = true;
        for rows in equal_texts(set, &cluster) {
            let counts = by_label(rows.iter().map(|row| set.label(*row)));
            if counts.len() > 1 {
                apart = false;
                same.push(item(set, &rows, counts));
            }
        }
        if apart {
            near.push(item(set, &cluster, counts));
        }
    }
    let error = finding(
        set,
        "conflicting_duplicates",
        Severity::Error,
        same,
        "同一句话学成几个组，模型只能猜。请逐处确定一个标签；确实要看情况的，补充正文说明是哪种情况",
    );
    let warning = finding(
        set,
        "conflicting_near_duplicates",
        Severity::Warning,
        near,
        "几乎一样的话标成几个组，多半有一个标错了。请逐处看：差的那几个字分得开两个组就保留，否则统一标签",
    );
    [error, warning].into_iter().flatten().collect()
}

/// Near-duplicates under one label.
pub(super) fn repetitions(set: &TicketSet<'_>) -> Vec<Defect> {
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for cluster in set.repeated() {
        let mut sorted = cluster;
        sorted.sort_by_key(|row| (set.label(*row), *row));
        let same_label = sorted.chunk_by(|a, b| set.label(*a) == set.label(*b));
        clusters.extend(same_label.filter(|rows| rows.len() > 1).map(<[usize]>::to_vec));
    }
    if clusters.is_empty() {
        return Vec::new();
    }
    clusters.sort_by_key(|rows| (std::cmp::Reverse(rows.len()), rows[0]));
    let surplus = |rows: &[usize]| rows.len() - 1;
    let rows: usize = clusters.iter().map(|rows| surplus(rows)).sum();
    let equal: usize = clusters.iter().flat_map(|rows| equal_texts(set, rows)).map(|rows| surplus(&rows)).sum();
    let share = set.share(rows);
    let items = clusters.iter().map(|rows| item(set, rows, by_label(rows.iter().map(|row| set.label(*row)))));
    vec![Defect {
        kind: "duplicates",
        severity: Severity::Note,
        message: format!(
            "同一个组里相同或几乎相同的工单：多出 {rows} 条（{}），其中完全相同的 {equal} 条",
            percent(share)
        ),
        advice: "训练时完全相同的只算一条，几乎相同的总在同一折，评测不会因此虚高；占得太多说明样本不如条数看起来丰富",
        rows,
        share,
        items: items.collect(),
        columns: &["条数"],
    }]
}

/// The rows of a cluster by equal text, only texts that occur at least twice, in the order of the files.
fn equal_texts(set: &TicketSet<'_>, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| set.keys[*a].cmp(&set.keys[*b]).then(a.cmp(b)));
    let same = sorted.chunk_by(|a, b| set.keys[*a] == set.keys[*b]);
    let mut texts: Vec<Vec<usize>> = same.filter(|rows| rows.len() > 1).map(<[usize]>::to_vec).collect();
    texts.sort_by_key(|rows| rows[0]);
    texts
}

/// A cluster as an item; one row of each label stands first.
fn item(set: &TicketSet<'_>, rows: &[usize], counts: Vec<LabelRows>) -> Item {
    let first_of = |label: &str| rows.iter().copied().find(|row| set.label(*row) == label);
    let mut order: Vec<usize> = counts.iter().filter_map(|count| first_of(&count.label)).collect();
    let others: Vec<usize> = rows.iter().copied().filter(|row| !order.contains(row)).collect();
    order.extend(others);
    let majority = majority(&counts);
    let cells = if counts.len() > 1 {
        vec![listed(&counts), majority.clone().unwrap_or_else(|| "各半".to_owned())]
    } else {
        vec![rows.len().to_string()]
    };
    let places = order.into_iter().map(|row| set.spot(row)).collect();
    Item { places, detail: Some(Detail::Cluster { labels: counts, majority }), cells }
}

fn listed(counts: &[LabelRows]) -> String {
    counts.iter().map(|count| format!("{} {}", count.label, count.rows)).collect::<Vec<_>>().join("\n")
}

fn finding(
    set: &TicketSet<'_>,
    kind: &'static str,
    severity: Severity,
    mut items: Vec<Item>,
    advice: &'static str,
) -> Option<Defect> {
    if items.is_empty() {
        return None;
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.places.len()));
    let rows: usize = items.iter().map(|item| item.places.len()).sum();
    let share = set.share(rows);
    let how = if severity == Severity::Error { "同样" } else { "几乎同样" };
    let message = format!("{how}的话标了不同的组：{} 处，{rows} 条（{}）", items.len(), percent(share));
    Some(Defect { kind, severity, message, advice, rows, share, items, columns: &["各标签条数", "多数"] })
}
