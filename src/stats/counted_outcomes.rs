//! Outcomes ordered by confidence and counted once: what every threshold lets through, and how much of it is wrong.

use crate::numbers::{count, share};

/// One guess with its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// 0..=1.
    pub confidence: f64,
    pub right: bool,
}

/// Rows at or above a threshold, and how many of them came out wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Least confidence counted, 0..=1.
    pub threshold: f64,
    pub rows: usize,
    pub wrong: usize,
}

impl Tally {
    /// Rows that came out right.
    #[must_use]
    pub fn right(&self) -> usize {
        self.rows - self.wrong
    }

    /// Share of right rows, 0..=1; 0 without rows.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.right(), self.rows).unwrap_or(0.0)
    }
}

/// Rows in descending confidence with the wrong ones counted.
#[derive(Debug, Clone)]
pub struct CountedOutcomes {
    confidences: Vec<f64>,
    /// Wrong rows among the first `n`.
    wrong_before: Vec<usize>,
}

impl CountedOutcomes {
    /// Takes rows in any order.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Guess>) -> Self {
        let mut rows: Vec<Guess> = rows.into_iter().collect();
        rows.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let mut wrong_before = vec![0_usize];
        for (at, row) in rows.iter().enumerate() {
            wrong_before.push(wrong_before[at] + usize::from(!row.right));
        }
        Self { confidences: rows.into_iter().map(|row| row.confidence).collect(), wrong_before }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.confidences.len()
    }

    /// Counts the rows at or above a threshold.
    #[must_use]
    pub fn at(&self, threshold: f64) -> Tally {
        let rows = self.confidences.partition_point(|confidence| *confidence >= threshold);
        Tally { threshold, rows, wrong: self.wrong_before[rows] }
    }

    /// The confidence of the row at this place, most confident first; `None` beyond the last.
    pub(super) fn confidence(&self, place: usize) -> Option<f64> {
        self.confidences.get(place).copied()
    }

    /// One tally for every confidence that occurs, strictest first: ties pass together or not at all.
    pub fn tallies(&self) -> impl Iterator<Item = Tally> {
        let last_of_tie = |at: &usize| self.confidence(at + 1).is_none_or(|next| next < self.confidences[*at]);
        let tally =
            |at: usize| Tally { threshold: self.confidences[at], rows: at + 1, wrong: self.wrong_before[at + 1] };
        (0..self.len()).filter(last_of_tie).map(tally)
    }

    /// Those tallies of which a share of `precision` is right, strictest first.
    pub fn keeping(&self, precision: f64) -> impl Iterator<Item = Tally> {
        // The quotient may fall short of the target by its last bit where it meets it.
        self.tallies().filter(move |tally| tally.precision() >= precision - 1e-12)
    }

    /// Share of all rows that this many are, 0..=1.
    #[must_use]
    pub fn share(&self, rows: usize) -> f64 {
        count(rows) / count(self.len().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(rows: &[(f64, bool)]) -> CountedOutcomes {
        CountedOutcomes::new(rows.iter().map(|(confidence, right)| Guess { confidence: *confidence, right: *right }))
    }

    #[test]
    fn ties_pass_together() {
        let counted = outcomes(&[(0.5, true), (0.9, true), (0.5, false), (0.7, false)]);
        let found: Vec<(f64, usize, usize)> = counted.tallies().map(|t| (t.threshold, t.rows, t.right())).collect();
        assert_eq!(found, [(0.9, 1, 1), (0.7, 2, 1), (0.5, 4, 2)]);
        assert_eq!(counted.at(0.6), Tally { threshold: 0.6, rows: 2, wrong: 1 });
        assert_eq!(outcomes(&[]).tallies().count(), 0);
    }

    #[test]
    fn a_target_that_is_just_met_counts() {
        let mut rows = vec![(0.9, true); 19];
        rows.push((0.8, false));
        let counted = outcomes(&rows);
        assert_eq!(counted.keeping(0.95).map(|t| t.rows).collect::<Vec<_>>(), [19, 20]);
        assert_eq!(counted.keeping(0.96).map(|t| t.rows).collect::<Vec<_>>(), [19]);
    }
}
