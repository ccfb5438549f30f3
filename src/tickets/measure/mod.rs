//! How good judgements are: accuracy, F1, calibration error, what was routed, what the shortlists held.
//!
//! Own figures in `f64`: linfa's confusion matrix swaps precision and recall and gives NaN for groups never chosen.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

use crate::numbers::share;
use crate::stats::{CountedOutcomes, Guess, calibration_error, reliability};

/// The precision that `coverage_at_95_precision` is called after.
const PRECISION: f64 = 0.95;
/// Bins of the calibration error and of the reliability diagram.
pub const BINS: usize = 10;

/// A judgement beside the truth; groups by number.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedTicket {
    pub truth: usize,
    pub guess: usize,
    /// Probability of the guess.
    pub confidence: f64,
    pub routed: bool,
    pub shortlist: Vec<usize>,
}

impl JudgedTicket {
    /// As a guess: which group it is aside.
    #[must_use]
    pub fn guess(&self) -> Guess {
        Guess { confidence: self.confidence, right: self.is_right() }
    }

    /// Whether the guess is the true group.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.guess == self.truth
    }
}

/// Figures over a set of labelled tickets. Shares and scores lie in 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingQuality {
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
    /// Largest share of the rows that a threshold chosen on these very rows could route with 95 % right; absent in
    /// the reports of older models.
    #[serde(default)]
    pub coverage_at_95_precision: Option<f64>,
    pub groups: Vec<GroupQuality>,
    /// `confusion[truth][guess]`, in the order of `groups`.
    pub confusion: Vec<Vec<usize>>,
}

/// Figures of one group. The last four are absent in the reports of older models too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupQuality {
    pub label: String,
    /// Rows that belong to the group.
    pub rows: usize,
    /// Absent where the group was never chosen.
    pub precision: Option<f64>,
    /// Absent where the group has no rows.
    pub recall: Option<f64>,
    /// Share of the group's rows that were routed, wherever to; absent where it has none.
    pub routed: Option<f64>,
    /// Harmonic mean of precision and recall; absent where the group neither has rows nor was chosen.
    #[serde(default)]
    pub f1: Option<f64>,
    /// Share of the rows routed to the group that belong to it; absent where none was routed to it.
    #[serde(default)]
    pub routed_precision: Option<f64>,
    /// Groups on a shortlist on average over the group's rows; absent where it has none.
    #[serde(default)]
    pub shortlist_size: Option<f64>,
    /// Share of the group's rows whose shortlist holds it; absent where it has none.
    #[serde(default)]
    pub shortlist_coverage: Option<f64>,
}

/// Measures judgements; `labels` names the groups.
#[must_use]
pub fn measure<R: Borrow<JudgedTicket>>(judged: &[R], labels: &[String]) -> RoutingQuality {
    let counts = GroupCounts::of(judged, labels.len());
    let groups: Vec<GroupQuality> = labels.iter().zip(&counts).map(|(label, group)| group.measures(label)).collect();
    let present: Vec<f64> = groups.iter().filter(|group| group.rows > 0).filter_map(|group| group.f1).collect();
    let mut confusion = vec![vec![0_usize; labels.len()]; labels.len()];
    for row in judged.iter().map(Borrow::borrow) {
        confusion[row.truth][row.guess] += 1;
    }
    let sum = |of: &dyn Fn(&GroupCounts) -> usize| counts.iter().map(of).sum::<usize>();
    let guesses: Vec<Guess> = judged.iter().map(|row| row.borrow().guess()).collect();
    let share_of_rows = |part: usize| share(part, judged.len()).unwrap_or(0.0);
    RoutingQuality {
        rows: judged.len(),
        accuracy: share_of_rows(sum(&|group| group.right)),
        macro_f1: present.iter().sum::<f64>() / present.len().max(1) as f64,
        calibration_error: calibration_error(&reliability(guesses.iter().copied(), BINS)),
        routed: share_of_rows(sum(&|group| group.routed)),
        routed_precision: share(sum(&|group| group.routed_right), sum(&|group| group.routed)),
        shortlist_coverage: share_of_rows(sum(&|group| group.covered)),
        shortlist_size: share_of_rows(sum(&|group| group.listed)),
        coverage_at_95_precision: Some(share_of_rows(most_routable(guesses))),
        groups,
        confusion,
    }
}

/// The most rows that a threshold lets through with [`PRECISION`] of them right.
fn most_routable(guesses: Vec<Guess>) -> usize {
    CountedOutcomes::new(guesses).keeping(PRECISION).map(|tally| tally.rows).max().unwrap_or(0)
}

/// Rows of one group, counted.
#[derive(Debug, Clone, Default)]
struct GroupCounts {
    rows: usize,
    right: usize,
    /// Rows that were taken for the group.
    chosen: usize,
    routed: usize,
    /// Rows that were routed to the group, and those of them that belong to it.
    routed_to: usize,
    routed_right: usize,
    /// Rows whose shortlist holds the group, and the lengths of all their shortlists.
    covered: usize,
    listed: usize,
}

impl GroupCounts {
    fn of<R: Borrow<JudgedTicket>>(judged: &[R], groups: usize) -> Vec<Self> {
        let mut counts = vec![Self::default(); groups];
        for row in judged.iter().map(Borrow::borrow) {
            let (right, routed) = (usize::from(row.is_right()), usize::from(row.routed));
            counts[row.guess].chosen += 1;
            counts[row.guess].routed_to += routed;
            let own = &mut counts[row.truth];
            own.rows += 1;
            own.right += right;
            own.routed += routed;
            own.routed_right += routed * right;
            own.covered += usize::from(row.shortlist.contains(&row.truth));
            own.listed += row.shortlist.len();
        }
        counts
    }

    fn measures(&self, label: &str) -> GroupQuality {
        GroupQuality {
            label: label.to_owned(),
            rows: self.rows,
            precision: share(self.right, self.chosen),
            recall: share(self.right, self.rows),
            routed: share(self.routed, self.rows),
            f1: share(2 * self.right, self.rows + self.chosen),
            routed_precision: share(self.routed_right, self.routed_to),
            shortlist_size: share(self.listed, self.rows),
            shortlist_coverage: share(self.covered, self.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: usize, guess: usize, confidence: f64, routed: bool) -> JudgedTicket {
        JudgedTicket { truth, guess, confidence, routed, shortlist: vec![guess] }
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
        assert!(near(found.coverage_at_95_precision.unwrap(), 0.75)); // the fourth, least sure, is wrong
        assert_eq!(measure(&judged.iter().collect::<Vec<_>>(), &labels), found, "borrowed rows count the same");
    }

    #[test]
    fn figures_of_groups_agree_with_hand_counts() {
        let labels: Vec<String> = ["a", "b", "c"].map(ToOwned::to_owned).to_vec();
        let listed = JudgedTicket { shortlist: vec![1, 0], ..row(0, 1, 0.6, true) };
        let judged = [row(0, 0, 0.9, true), row(0, 0, 0.9, false), listed, row(1, 1, 0.8, true)];
        let [a, b, c] = measure(&judged, &labels).groups.try_into().unwrap();
        assert_eq!((a.f1, b.f1, c.f1), (Some(0.8), Some(2.0 / 3.0), None));
        assert_eq!((a.routed, b.routed, c.routed), (Some(2.0 / 3.0), Some(1.0), None));
        assert_eq!((a.routed_precision, b.routed_precision, c.routed_precision), (Some(1.0), Some(0.5), None));
        assert_eq!((a.shortlist_size, b.shortlist_size, c.shortlist_size), (Some(4.0 / 3.0), Some(1.0), None));
        assert_eq!((a.shortlist_coverage, c.shortlist_coverage), (Some(1.0), None));
    }

    #[test]
    fn reports_of_older_models_still_read() {
        let old = r#"{"rows":1,"accuracy":1.0,"macro_f1":1.0,"calibration_error":0.1,"routed":0.0,
            "routed_precision":null,"shortlist_coverage":1.0,"shortlist_size":1.0,"confusion":[[1]],
            "groups":[{"label":"a","rows":1,"precision":1.0,"recall":1.0,"routed":0.0}]}"#;
        let found: RoutingQuality = serde_json::from_str(old).unwrap();
        assert_eq!((found.coverage_at_95_precision, found.groups[0].f1), (None, None));
    }

    #[test]
    fn nothing_measured_gives_zeros_not_nan() {
        let found = measure::<JudgedTicket>(&[], &["a".to_owned()]);
        assert!(found.accuracy.abs() < 1e-12 && found.macro_f1.abs() < 1e-12 && found.routed_precision.is_none());
    }
}
