//! How sure the measures of answers are. In-scope and out-of-scope questions are resampled apart, for how many of each
//! there are was chosen, not found.

use super::measures::MEASURES;
use super::quality::{AnswerQuality, JudgedQuestion};
use crate::evaluation::intervals;
use crate::stats::{Interval, Sample};

/// The interval of each measure, in the order of [`MEASURES`]; `None` where most resamples have no value.
#[must_use]
pub fn intervals(rows: &[JudgedQuestion]) -> Vec<Option<Interval>> {
    intervals::intervals(&sample(rows), &MEASURES, AnswerQuality::of)
}

/// The interval of the difference `now − before` of each measure over the same questions, in the order of
/// [`MEASURES`]. Both lists hold the same questions in the same order; each resample takes the same of both.
#[must_use]
pub fn paired_intervals(before: &[JudgedQuestion], now: &[JudgedQuestion]) -> Vec<Option<Interval>> {
    intervals::paired_intervals([&sample(before), &sample(now)], &MEASURES, AnswerQuality::of)
}

fn sample(rows: &[JudgedQuestion]) -> Sample<JudgedQuestion> {
    let strata = [true, false].map(|in_scope| {
        rows.iter().enumerate().filter(|(_, row)| row.in_scope == in_scope).map(|(at, _)| at).collect()
    });
    Sample::new(rows, |row| row.confidence, strata.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;

    /// `right` of `all` in-scope questions are right, half as many out-of-scope ones stand beside them.
    fn rows(right: usize, all: usize) -> Vec<JudgedQuestion> {
        let row = |at: usize| JudgedQuestion {
            rank: (at < right).then_some(1),
            confidence: if at < right { 0.9 } else { 0.2 },
            decision: Decision::Suggest,
            in_scope: at < all,
            suggested: false,
        };
        (0..all + all / 2).map(row).collect()
    }

    #[test]
    fn agrees_with_the_normal_approximation_and_repeats_itself() {
        let rows = rows(320, 400);
        let found = intervals(&rows);
        let recall = found[0].unwrap();
        let half = 1.96 * (0.8_f64 * 0.2 / 400.0).sqrt();
        assert!((recall.low - (0.8 - half)).abs() < 0.008 && (recall.high - (0.8 + half)).abs() < 0.008, "{recall:?}");
        assert_eq!(intervals(&rows), found, "the seed is fixed");
        let precision = MEASURES.iter().position(|measure| measure.name == "direct_answer_precision").unwrap();
        assert_eq!(found[precision], None, "nothing was answered directly");
    }

    #[test]
    fn a_paired_difference_knows_that_the_questions_are_the_same() {
        let (before, now) = (rows(320, 400), rows(330, 400));
        let found = paired_intervals(&before, &now)[0].unwrap();
        assert!(found.low > 0.0 && found.high < 0.05, "ten questions better of the very same: {found:?}");
        let same = paired_intervals(&before, &before)[0].unwrap();
        assert!(same.low.abs() < 1e-12 && same.high.abs() < 1e-12, "{same:?}");
    }

    #[test]
    fn nothing_measured_gives_no_interval_or_zero() {
        let found = intervals(&[]);
        assert!(found.iter().flatten().all(|interval| interval.low.abs() < 1e-12 && interval.high.abs() < 1e-12));
    }
}
