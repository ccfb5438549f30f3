//! Labelled tickets, checked and in one canonical order, ready to learn from.
//!
//! Equal rows in any files and any order make equal datasets. Reading files is in [`super::file`], splitting in
//! [`super::folds`].

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::corpus::{Issue, Place};
use crate::numbers::count;
use crate::tickets::features::TicketText;

/// Issues that a message lists at most.
const MOST_LISTED: usize = 100;

/// One labelled ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketRow {
    pub ticket: TicketText,
    /// The skill group that should get it, trimmed, not empty.
    pub label: String,
    pub channel: Option<String>,
    pub customer_tier: Option<String>,
    /// Where the row stands; the line is 1-based.
    pub place: Place,
}

impl TicketRow {
    /// The row's text as a number that reveals nothing of it: the first eight bytes of a BLAKE3.
    #[must_use]
    pub fn key(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.ticket.title.as_bytes());
        hasher.update(&[0]);
        hasher.update(self.ticket.text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

/// Why tickets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error("读不了 {}", file.display())]
    Read { file: PathBuf, source: std::io::Error },
    #[error("目录 {} 里没有工单文件（.jsonl、.csv、.tsv、.xlsx）", .0.display())]
    NoFiles(PathBuf),
    #[error("{}", listed(.0))]
    Invalid(Vec<Issue>),
    #[error("没有可用的工单：请检查文件是否为空，或文本去掉问候语、表情后是否还有内容")]
    Empty,
    #[error("只有一个标签“{0}”：至少要有两种标签（例如两个技能组）的工单才能训练")]
    OneLabel(String),
}

fn listed(issues: &[Issue]) -> String {
    let mut lines: Vec<String> = issues.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    if issues.len() > MOST_LISTED {
        lines.push(format!("……还有 {} 处", issues.len() - MOST_LISTED));
    }
    lines.join("\n")
}

/// Rows to learn from: no two equal, at least two labels.
#[derive(Debug, Clone)]
pub struct Dataset {
    pub rows: Vec<TicketRow>,
    /// Sorted; a target is a place in it.
    pub labels: Vec<String>,
    /// The label of each row.
    pub targets: Vec<usize>,
    /// Rows left out because another has the same text and label.
    pub duplicates: usize,
    /// Rows left out because normalisation leaves nothing of their text.
    pub empty: usize,
    /// Rows whose text also stands under another label; they are kept, and count as doubt.
    pub contradictions: Vec<Issue>,
}

impl Dataset {
    /// Drops empty and repeated rows and sorts the rest.
    ///
    /// # Errors
    /// [`DatasetError::Empty`] and [`DatasetError::OneLabel`].
    pub fn new(rows: Vec<TicketRow>) -> Result<Self, DatasetError> {
        let given = rows.len();
        let usable: Vec<TicketRow> = rows.into_iter().filter(|row| !row.ticket.is_empty()).collect();
        let empty = given - usable.len();
        let contradictions = contradictions(&usable);
        let mut seen = FxHashSet::default();
        let mut rows = Vec::with_capacity(usable.len());
        for row in usable {
            if seen.insert((row.key(), row.label.clone())) {
                rows.push(row);
            }
        }
        let duplicates = given - empty - rows.len();
        rows.sort_by_cached_key(|row| (row.key(), row.label.clone()));
        let mut labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
        labels.sort_unstable();
        labels.dedup();
        match labels.as_slice() {
            [] => return Err(DatasetError::Empty),
            [only] => return Err(DatasetError::OneLabel(only.clone())),
            _ => {}
        }
        let targets = rows.iter().filter_map(|row| labels.binary_search(&row.label).ok()).collect();
        Ok(Self { rows, labels, targets, duplicates, empty, contradictions })
    }

    /// The texts alone.
    #[must_use]
    pub fn tickets(&self) -> Vec<TicketText> {
        self.rows.iter().map(|row| row.ticket.clone()).collect()
    }

    /// Share of each label among the rows; they sum to one.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.labels.len()];
        self.targets.iter().for_each(|target| shares[*target] += 1.0 / count(self.targets.len()));
        shares
    }

    /// The rows' keys, ascending.
    #[must_use]
    pub fn keys(&self) -> Vec<u64> {
        let mut keys: Vec<u64> = self.rows.iter().map(TicketRow::key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Every row whose text was met before under another label.
fn contradictions(rows: &[TicketRow]) -> Vec<Issue> {
    let mut first: FxHashMap<u64, &TicketRow> = FxHashMap::default();
    let mut issues = Vec::new();
    for row in rows {
        let earlier = first.entry(row.key()).or_insert(row);
        if earlier.label != row.label {
            let (here, there) = (&row.label, &earlier.label);
            issues.push(Issue::at(
                &row.place,
                format!("与 {} 文本相同而标签不同（{here} / {there}），请确认哪个对", earlier.place),
            ));
        }
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: usize, text: &str, label: &str) -> TicketRow {
        let place = Place::new("t.jsonl", line);
        let ticket = TicketText::new("", text);
        TicketRow { ticket, label: label.to_owned(), channel: None, customer_tier: None, place }
    }

    #[test]
    fn drops_repetitions_reports_contradictions_and_does_not_depend_on_order() {
        let rows = vec![
            row(1, "我要退款", "refund"),
            row(2, "你好，我要退款", "refund"), // the same once the greeting is gone
            row(3, "我要退款", "payment"),      // contradicts line 1
            row(4, "😭😭", "payment"),          // nothing left
            row(5, "手机充值没到账", "payment"),
        ];
        let forward = Dataset::new(rows.clone()).unwrap();
        let backward = Dataset::new(rows.into_iter().rev().collect()).unwrap();
        assert_eq!((forward.rows.len(), forward.duplicates, forward.empty), (3, 1, 1));
        assert_eq!(forward.contradictions.len(), 1);
        assert!(forward.contradictions[0].to_string().starts_with("t.jsonl:3: 与 t.jsonl:1 "));
        assert_eq!(forward.labels, ["payment", "refund"]);
        let texts = |data: &Dataset| data.tickets();
        assert_eq!(texts(&forward), texts(&backward));
        assert_eq!(forward.targets, backward.targets);
    }

    #[test]
    fn refuses_what_cannot_be_learnt_from() {
        assert!(matches!(Dataset::new(Vec::new()), Err(DatasetError::Empty)));
        assert!(matches!(Dataset::new(vec![row(1, "😭", "a")]), Err(DatasetError::Empty)));
        let one = Dataset::new(vec![row(1, "退款", "a"), row(2, "退货", "a")]);
        assert!(matches!(one, Err(DatasetError::OneLabel(label)) if label == "a"));
    }
}
