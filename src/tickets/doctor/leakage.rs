//! Rows of test files that training rows give away or contradict.

use rustc_hash::{FxHashMap, FxHashSet};

use super::defect::{Defect, Detail, Item, LabelRows, Severity, by_label, percent};
use super::set::{TicketSet, spot};
use crate::tickets::dataset::near_duplicates;
use crate::tickets::features::TicketText;

/// Leaked share of a test set from which its figures are not to be trusted: accuracy may be off by as much.
const FLATTERING: f64 = 0.02;

/// A row of a test file and the training rows like it.
struct Leak {
    test: usize,
    /// Equal ones where there are any, otherwise near ones; in the order of the files.
    training: Vec<usize>,
    same_text: bool,
}

/// Leaks and contradictions between the two sets, and labels that only the test files have.
pub(super) fn leakage(set: &TicketSet<'_>, test: &TicketSet<'_>) -> Vec<Defect> {
    let leaks = leaks(set, test);
    let agrees = |leak: &Leak| leak.training.iter().any(|row| set.label(*row) == test.label(leak.test));
    let (given_away, contradicted): (Vec<Leak>, Vec<Leak>) = leaks.into_iter().partition(agrees);
    let contradicted: Vec<Leak> = contradicted.into_iter().filter(|leak| leak.same_text).collect();
    let flattering = test.share(given_away.len()) >= FLATTERING;
    let equal = given_away.iter().filter(|leak| leak.same_text).count();
    let leaked = finding(
        (set, test),
        ("leakage", if flattering { Severity::Error } else { Severity::Warning }),
        given_away,
        |rows, share| format!("测试工单在训练文件里也有：{rows} 条（{share}），其中完全相同的 {equal} 条"),
        "模型记得它们，测出来的准确率偏高。请从其中一边删去，或按时间、按客户重新划分",
    );
    let other = finding(
        (set, test),
        ("leakage_other_label", Severity::Error),
        contradicted,
        |rows, share| format!("同样的话在训练文件和测试文件里标签不同：{rows} 条（{share}）"),
        "总有一边是错的：模型学对了反而算错。请逐条确定一个标签",
    );
    [leaked, other, unknown_labels(set, test)].into_iter().flatten().collect()
}

fn leaks(set: &TicketSet<'_>, test: &TicketSet<'_>) -> Vec<Leak> {
    let both = set.rows.iter().chain(&test.rows);
    let tickets: Vec<TicketText> = both.map(|row| row.ticket.clone()).collect();
    let clusters = near_duplicates(&tickets);
    let mut equal: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut near: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (row, (key, cluster)) in set.keys.iter().zip(&clusters).enumerate() {
        equal.entry(key).or_default().push(row);
        near.entry(*cluster).or_default().push(row);
    }
    let says_something = (0..test.rows.len()).filter(|row| !test.keys[*row].is_empty());
    says_something
        .filter_map(|row| {
            let same = equal.get(test.keys[row].as_str());
            let like = same.or_else(|| near.get(&clusters[set.rows.len() + row]));
            like.map(|training| Leak { test: row, training: training.clone(), same_text: same.is_some() })
        })
        .collect()
}

fn finding(
    (set, test): (&TicketSet<'_>, &TicketSet<'_>),
    (kind, severity): (&'static str, Severity),
    mut leaks: Vec<Leak>,
    message: impl FnOnce(usize, String) -> String,
    advice: &'static str,
) -> Option<Defect> {
    if leaks.is_empty() {
        return None;
    }
    leaks.sort_by_key(|leak| (!leak.same_text, leak.test));
    let rows = leaks.len();
    let share = test.share(rows);
    let items = leaks.iter().map(|leak| item(set, test, leak)).collect();
    let message = message(rows, percent(share));
    Some(Defect { kind, severity, message, advice, rows, share, items, columns: &["文本"] })
}

fn item(set: &TicketSet<'_>, test: &TicketSet<'_>, leak: &Leak) -> Item {
    let labels = by_label(leak.training.iter().map(|row| set.label(*row)));
    let training_labels: Vec<String> = labels.into_iter().map(|count| count.label).collect();
    let test_label = test.label(leak.test).to_owned();
    let how = if leak.same_text { "相同" } else { "几乎相同" };
    let cells = vec![how.to_owned()];
    let places = std::iter::once(test.spot(leak.test)).chain(leak.training.iter().map(|row| set.spot(*row))).collect();
    let detail = Detail::Leak { same_text: leak.same_text, test_label, training_labels };
    Item { places, detail: Some(detail), cells }
}

/// Labels that no training row has: their rows are always judged wrong.
fn unknown_labels(set: &TicketSet<'_>, test: &TicketSet<'_>) -> Option<Defect> {
    let known: FxHashSet<&str> = set.rows.iter().map(|row| row.label.as_str()).collect();
    let unknown: Vec<usize> = (0..test.rows.len()).filter(|row| !known.contains(test.label(*row))).collect();
    if unknown.is_empty() {
        return None;
    }
    let labels = by_label(unknown.iter().map(|row| test.label(*row)));
    let items = labels.into_iter().map(|LabelRows { label, rows }| {
        let first = unknown.iter().find(|row| test.label(**row) == label);
        let places = first.map(|row| spot(&test.rows[*row])).into_iter().collect();
        let cells = vec![label.clone(), rows.to_string()];
        Item { places, detail: Some(Detail::Group { label, rows }), cells }
    });
    let (rows, share) = (unknown.len(), test.share(unknown.len()));
    Some(Defect {
        kind: "unknown_test_labels",
        severity: Severity::Warning,
        message: format!("测试文件里有训练文件没有的标签：{rows} 条（{}）", percent(share)),
        advice: "模型不认识的组永远分不对。请统一标签的写法，或给训练文件补上这些组",
        rows,
        share,
        items: items.collect(),
        columns: &["标签", "条数"],
    })
}
