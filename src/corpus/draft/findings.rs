//! Collects what loading finds, so that every reader reports all it sees instead of stopping at the first.

use std::collections::BTreeMap;

use crate::corpus::{Issue, Place};

/// Warnings of one cause in one file that are listed one by one; beyond them the rest is counted.
const LISTED: usize = 3;

/// Rows named in a message.
const ROWS_NAMED: usize = 10;

/// Issues forbid the corpus; warnings do not.
#[derive(Debug, Default)]
pub(in crate::corpus) struct Findings {
    pub(in crate::corpus) issues: Vec<Issue>,
    pub(in crate::corpus) warnings: Vec<Issue>,
    /// Warnings that may come once a row, with their cause.
    repeated: Vec<(&'static str, Issue)>,
}

impl Findings {
    pub(in crate::corpus) fn issue(&mut self, place: &Place, message: impl Into<String>) {
        self.issues.push(Issue::at(place, message));
    }

    pub(in crate::corpus) fn warn(&mut self, place: &Place, message: impl Into<String>) {
        self.warnings.push(Issue::at(place, message));
    }

    /// A warning of which many rows may give one. Those of one file and `cause` are said together.
    pub(in crate::corpus) fn warn_each(&mut self, cause: &'static str, place: &Place, message: impl Into<String>) {
        self.repeated.push((cause, Issue::at(place, message)));
    }

    pub(in crate::corpus) fn append(&mut self, mut other: Self) {
        self.issues.append(&mut other.issues);
        self.warnings.append(&mut other.warnings);
        self.repeated.append(&mut other.repeated);
    }

    /// Takes out all warnings; where many rows of a file gave one for the same cause, the first speaks for all.
    pub(in crate::corpus) fn take_warnings(&mut self) -> Vec<Issue> {
        let mut warnings = std::mem::take(&mut self.warnings);
        let mut causes: BTreeMap<(String, &str), Vec<Issue>> = BTreeMap::new();
        for (cause, issue) in std::mem::take(&mut self.repeated) {
            causes.entry((issue.file.clone(), cause)).or_default().push(issue);
        }
        for (_, mut issues) in causes {
            issues.sort();
            if issues.len() > LISTED {
                let rows: Vec<usize> = issues.iter().skip(1).filter_map(|issue| issue.line).collect();
                let others = issues.len() - 1;
                issues.truncate(1);
                if let Some(first) = issues.first_mut() {
                    first.message.push_str(&format!("；这样的另有 {others} 处（{}）", rows_text(&rows)));
                }
            }
            warnings.append(&mut issues);
        }
        warnings
    }
}

/// Rows for a message: the first few, and how many there are.
pub(in crate::corpus) fn rows_text(rows: &[usize]) -> String {
    let named = rows.iter().take(ROWS_NAMED).map(ToString::to_string).collect::<Vec<_>>().join("、");
    if rows.len() > ROWS_NAMED { format!("第 {named} 行等 {} 行", rows.len()) } else { format!("第 {named} 行") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cause_is_said_once() {
        let mut findings = Findings::default();
        for row in 2..=60 {
            findings.warn_each("twice", &Place::new("f.csv", row), format!("第 {row} 个"));
        }
        findings.warn_each("twice", &Place::new("g.csv", 7), "别的文件");
        let shown: Vec<_> = findings.take_warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "f.csv:2: 第 2 个；这样的另有 58 处（第 3、4、5、6、7、8、9、10、11、12 行等 58 行）",
                "g.csv:7: 别的文件"
            ]
        );
    }
}
