//! A finding: what is wrong, how bad it is, why it matters, how to mend it, and every place. Decides nothing.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Training on the set, or trusting figures measured on it, would mislead.
    Error,
    /// A person should look.
    Warning,
    /// Good to know.
    Note,
}

/// One kind of defect with every place it was found in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Defect {
    /// Stable name, for scripts.
    pub kind: &'static str,
    pub severity: Severity,
    /// What was found, in Chinese.
    pub message: String,
    /// Why it matters and how to mend it, in Chinese.
    pub advice: &'static str,
    /// Rows concerned.
    pub rows: usize,
    /// `rows` as a share of the rows examined, 0..=1.
    pub share: f64,
    /// The worst first.
    pub items: Vec<Item>,
    /// Headings of the items' cells; for people only.
    #[serde(skip)]
    pub columns: &'static [&'static str],
}

/// One instance of a defect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The rows concerned, the most telling first; none where whole groups are meant.
    pub places: Vec<Spot>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// For people, under the finding's `columns`.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// A row in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spot {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub label: String,
    /// How the normalised text begins, without personal numbers; absent where it is not to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The figures behind an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// Rows of one text, or nearly one.
    Cluster {
        /// The most frequent first.
        labels: Vec<LabelRows>,
        /// Absent where two labels are equally frequent.
        majority: Option<String>,
    },
    /// A row whose label is doubted.
    Suspect {
        label: String,
        suggested: String,
        /// Out-of-fold probability of `label`.
        probability: f64,
        suggested_probability: f64,
    },
    /// How many rows of a group may have a wrong label.
    Doubt { label: String, rows: usize, estimated_wrong: f64 },
    /// A group as a whole.
    Group { label: String, rows: usize },
    /// Two groups that are taken for each other.
    Pair {
        labels: [String; 2],
        rows: [usize; 2],
        /// Rows of the first said to be the second, and the reverse.
        confused: [usize; 2],
        merge: bool,
        accuracy: f64,
        /// The same guesses with both groups as one.
        merged_accuracy: f64,
    },
    /// A row of a test file and the training rows like it.
    Leak { same_text: bool, test_label: String, training_labels: Vec<String> },
    /// Personal data of one kind.
    Personal { data: &'static str, rows: usize },
    /// A row of unusual length.
    Length { characters: usize },
    /// A label written in several ways, or nearly as another.
    Spelling { labels: Vec<LabelRows>, suggested: String },
}

/// A label and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelRows {
    pub label: String,
    pub rows: usize,
}

/// Rows by label, the most frequent first, equals by name.
pub(super) fn by_label<'a>(labels: impl Iterator<Item = &'a str>) -> Vec<LabelRows> {
    let mut sorted: Vec<&str> = labels.collect();
    sorted.sort_unstable();
    let mut counts: Vec<LabelRows> =
        sorted.chunk_by(|a, b| a == b).map(|same| LabelRows { label: same[0].to_owned(), rows: same.len() }).collect();
    counts.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.label.cmp(&b.label)));
    counts
}

/// The label that more rows have than any other.
pub(super) fn majority(counts: &[LabelRows]) -> Option<String> {
    match counts {
        [first, second, ..] if first.rows == second.rows => None,
        [first, ..] => Some(first.label.clone()),
        [] => None,
    }
}

/// A share as people write it.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.0005 { "不到 0.1 %".to_owned() } else { format!("{:.1} %", share * 100.0) }
}
