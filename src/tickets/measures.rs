//! How good judgements are: accuracy, F1, calibration error, what was routed, what the shortlists held.
//!
//! Own figures in `f64`: linfa's confusion matrix swaps precision and recall and gives NaN for groups never chosen.

use serde::{Deserialize, Serialize};

/// Bins of the calibration error.
const BINS: usize = 10;

/// A judgement beside the truth; groups by number.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub truth: usize,
    pub guess: usize,
    /// Probability of the guess.
    pub confidence: f64,
    pub routed: bool,
    pub shortlist: Vec<usize>,
}

/// Figures over a set of labelled tickets. Shares and scores lie in 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    pub rows: usize,
    pub accuracy: f64,
    /// Mean F1 over the groups that occur among the true ones.
    pub macro_f1: f64,
    /// Mean distance of confidence and accuracy over ten bins of equal width, weighted by rows.
    pub calibration_error: f64,
    /// Share of the rows that were routed without review.
    pub routed: f64,
    /// Share of the routed rows that were right; absent where none was routed.
    pub routed_precision: Option<f64>,
    /// Share of the rows whose shortlist holds the right group.
    pub shortlist_coverage: f64,
    /// Groups on a shortlist on average.
    pub shortlist_size: f64,
    pub groups: Vec<GroupMeasures>,
    /// `confusion[truth][guess]`, in the order of `groups`.
    pub confusion: Vec<Vec<usize>>,
}

/// Figures of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupMeasures {
    pub label: String,
    /// Rows that belong to the group.
    pub rows: usize,
    /// Absent where the group was never chosen.
    pub precision: Option<f64>,
    /// Absent where the group has no rows.
    pub recall: Option<f64>,
    /// Share of the group's rows that were routed; absent where it has none.
    pub routed: Option<f64>,
}

/// Measures judgements; `labels` names the groups.
#[must_use]
pub fn measure(judged: &[Judged], labels: &[String]) -> Measures {
    let mut confusion = vec![vec![0_usize; labels.len()]; labels.len()];
    let mut routed_rows = vec![0_usize; labels.len()];
    for row in judged {
        confusion[row.truth][row.guess] += 1;
        routed_rows[row.truth] += usize::from(row.routed);
    }
    let groups: Vec<GroupMeasures> = (0..labels.len())
        .map(|group| {
            let rows: usize = confusion[group].iter().sum();
            let chosen: usize = confusion.iter().map(|truth| truth[group]).sum();
            let right = confusion[group][group];
            GroupMeasures {
                label: labels[group].clone(),
                rows,
                precision: share(right, chosen),
                recall: share(right, rows),
                routed: share(routed_rows[group], rows),
            }
        })
        .collect();
    let f1 = |group: &GroupMeasures| {
        let (precision, recall) = (group.precision.unwrap_or(0.0), group.recall.unwrap_or(0.0));
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    };
    let present: Vec<f64> = groups.iter().filter(|group| group.rows > 0).map(f1).collect();
    let count = |test: &dyn Fn(&Judged) -> bool| judged.iter().filter(|row| test(row)).count();
    let routed = count(&|row| row.routed);
    let listed: usize = judged.iter().map(|row| row.shortlist.len()).sum();
    Measures {
        rows: judged.len(),
        accuracy: share(count(&|row| row.guess == row.truth), judged.len()).unwrap_or(0.0),
        macro_f1: present.iter().sum::<f64>() / present.len().max(1) as f64,
        calibration_error: calibration_error(judged),
        routed: share(routed, judged.len()).unwrap_or(0.0),
        routed_precision: share(count(&|row| row.routed && row.guess == row.truth), routed),
        shortlist_coverage: share(count(&|row| row.shortlist.contains(&row.truth)), judged.len()).unwrap_or(0.0),
        shortlist_size: share(listed, judged.len()).unwrap_or(0.0),
        groups,
        confusion,
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for row in judged {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a confidence lies in 0..=1")]
        let bin = ((row.confidence * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += row.confidence;
        bins[bin].1 += f64::from(u8::from(row.guess == row.truth));
    }
    bins.iter().map(|(confidence, right): &(f64, f64)| (confidence - right).abs()).sum::<f64>()
        / judged.len().max(1) as f64
}

/// Two-sided McNemar test, exact: the chance of a difference at least as large between two models on the same rows
/// when they are equally good. `only_first` and `only_second` count the rows that only one of them has right.
#[must_use]
pub fn mcnemar(only_first: usize, only_second: usize) -> f64 {
    let rows = only_first + only_second;
    let fewer = only_first.min(only_second);
    let mut log_term = rows as f64 * 0.5_f64.ln();
    let mut tail = log_term.exp();
    for k in 0..fewer {
        log_term += ((rows - k) as f64 / (k + 1) as f64).ln();
        tail += log_term.exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: usize, guess: usize, confidence: f64, routed: bool) -> Judged {
        Judged { truth, guess, confidence, routed, shortlist: vec![guess] }
    }

    #[test]
    fn figures_agree_with_hand_counts() {
        let labels: Vec<String> = ["a", "b", "c"].map(ToOwned::to_owned).to_vec();
        let judged = [row(0, 0, 0.9, true), row(0, 0, 0.9, true), row(0, 1, 0.6, false), row(1, 1, 0.8, true)];
        let found = measure(&judged, &labels);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(found.accuracy, 0.75));
        assert!(near(found.macro_f1, (0.8 + 2.0 / 3.0) / 2.0)); // c has no rows and does not count
        assert!(near(found.routed, 0.75) && found.routed_precision == Some(1.0));
        assert!(near(found.calibration_error, (0.2 + 0.6 + 0.2) / 4.0));
        assert_eq!(found.groups[0].precision, Some(1.0));
        assert_eq!(found.groups[1].precision, Some(0.5)); // not swapped with recall
        assert_eq!(found.groups[2].precision, None);
        assert_eq!(found.confusion[0], [2, 1, 0]);
    }

    #[test]
    fn nothing_measured_gives_zeros_not_nan() {
        let found = measure(&[], &["a".to_owned()]);
        assert!(found.accuracy.abs() < 1e-12 && found.macro_f1.abs() < 1e-12 && found.routed_precision.is_none());
    }

    #[test]
    fn mcnemar_agrees_with_the_binomial() {
        assert!((mcnemar(0, 0) - 1.0).abs() < 1e-12);
        assert!((mcnemar(0, 5) - 0.0625).abs() < 1e-9); // 2 / 2^5
        assert!((mcnemar(1, 9) - 2.0 * 11.0 / 1024.0).abs() < 1e-9);
        assert!((mcnemar(7, 7) - 1.0).abs() < 1e-9);
    }
}
