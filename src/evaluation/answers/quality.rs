//! The measures of the answer side, shared by the command line, the gate and the tests.
//!
//! Definitions follow information retrieval and selective classification: recall@k, mean reciprocal rank, coverage at a
//! precision, expected calibration error over equal-width bins.

use serde::Serialize;

use crate::decision::Decision;
use crate::numbers::count;
use crate::stats::{self, CountedOutcomes, Guess, ReliabilityBin, Tally};

/// What happened to one evaluation question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgedQuestion {
    /// 1-based rank of the right entry among the candidates; `None` when absent or when nothing is right.
    pub rank: Option<usize>,
    /// Confidence of the best candidate, 0 without one.
    pub confidence: f64,
    pub decision: Decision,
    /// Whether some entry answers the question.
    pub in_scope: bool,
    /// Whether the right entry was among the suggestions.
    pub suggested: bool,
}

impl JudgedQuestion {
    /// As a guess: the best candidate is it.
    fn guess(&self) -> Guess {
        Guess { confidence: self.confidence, right: self.rank == Some(1) }
    }
}

/// Measures over a set of judged questions. Shares are of in-scope questions unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerQuality {
    pub questions: usize,
    pub out_of_scope: usize,
    pub recall_at_1: f64,
    pub recall_at_5: f64,
    pub recall_at_20: f64,
    pub mrr_at_10: f64,
    /// Share answered rightly at the loosest threshold that keeps 95 % of all answers right; chosen on these rows.
    pub coverage_at_95_precision: f64,
    pub direct_answer_rate: f64,
    /// Share of direct answers that are right, out-of-scope questions counted; `None` without any.
    pub direct_answer_precision: Option<f64>,
    pub right_answer_suggested: f64,
    /// Share of out-of-scope questions answered directly; `None` without any.
    pub out_of_scope_answered: Option<f64>,
    pub calibration_error: f64,
}

impl AnswerQuality {
    /// Computes every measure.
    #[must_use]
    pub fn of(rows: &[JudgedQuestion]) -> Self {
        let inside: Vec<&JudgedQuestion> = rows.iter().filter(|row| row.in_scope).collect();
        let outside: Vec<&JudgedQuestion> = rows.iter().filter(|row| !row.in_scope).collect();
        let within = |k: usize| share(&inside, |row| row.rank.is_some_and(|rank| rank <= k));
        let answered = |row: &&JudgedQuestion| row.decision == Decision::Answer;
        let direct: Vec<&JudgedQuestion> = rows.iter().filter(|row| row.decision == Decision::Answer).collect();
        let reciprocal =
            inside.iter().filter_map(|row| row.rank).filter(|rank| *rank <= 10).map(|rank| 1.0 / count(rank));
        Self {
            questions: inside.len(),
            out_of_scope: outside.len(),
            recall_at_1: within(1),
            recall_at_5: within(5),
            recall_at_20: within(20),
            mrr_at_10: reciprocal.sum::<f64>() / count(inside.len().max(1)),
            coverage_at_95_precision: coverage_at_precision(rows, 0.95),
            direct_answer_rate: share(&inside, |row| answered(&row)),
            direct_answer_precision: (!direct.is_empty()).then(|| share(&direct, |row| row.rank == Some(1))),
            right_answer_suggested: share(&inside, |row| row.suggested),
            out_of_scope_answered: (!outside.is_empty()).then(|| share(&outside, |row| answered(&row))),
            calibration_error: stats::calibration_error(&reliability(rows, 10)),
        }
    }
}

/// What a threshold would do: every question whose best candidate is at least this sure gets answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    pub threshold: f64,
    /// Right answers as a share of the in-scope questions.
    pub coverage: f64,
    /// Right answers as a share of all answers, out-of-scope questions counted.
    pub precision: f64,
}

/// The precision–coverage curve, strictest threshold first; one point for every confidence that occurs.
#[must_use]
pub fn precision_coverage(rows: &[JudgedQuestion]) -> Vec<CurvePoint> {
    let inside = count(rows.iter().filter(|row| row.in_scope).count().max(1));
    let point = |tally: Tally| CurvePoint {
        threshold: tally.threshold,
        coverage: count(tally.right()) / inside,
        precision: tally.precision(),
    };
    CountedOutcomes::new(rows.iter().map(JudgedQuestion::guess)).tallies().map(point).collect()
}

/// Largest share of in-scope rows answered rightly such that `target` of all answers are right, over all thresholds.
#[must_use]
pub fn coverage_at_precision(rows: &[JudgedQuestion], target: f64) -> f64 {
    let inside = count(rows.iter().filter(|row| row.in_scope).count().max(1));
    let outcomes = CountedOutcomes::new(rows.iter().map(JudgedQuestion::guess));
    outcomes.keeping(target).map(|tally| count(tally.right()) / inside).fold(0.0, f64::max)
}

/// `bins` bins of equal width over confidence 0..=1, ascending.
#[must_use]
pub fn reliability(rows: &[JudgedQuestion], bins: usize) -> Vec<ReliabilityBin> {
    stats::reliability(rows.iter().map(JudgedQuestion::guess), bins)
}

fn share<'a>(rows: &[&'a JudgedQuestion], is: impl Fn(&'a JudgedQuestion) -> bool) -> f64 {
    count(rows.iter().filter(|row| is(row)).count()) / count(rows.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rank: Option<usize>, confidence: f64, in_scope: bool) -> JudgedQuestion {
        let decision = if confidence >= 0.9 { Decision::Answer } else { Decision::Handoff };
        JudgedQuestion { rank, confidence, decision, in_scope, suggested: false }
    }

    #[test]
    fn measures_match_a_count_by_hand() {
        let rows = [row(Some(1), 0.95, true), row(Some(2), 0.92, true), row(None, 0.3, true), row(None, 0.1, false)];
        let quality = AnswerQuality::of(&rows);
        assert_eq!((quality.questions, quality.out_of_scope), (3, 1));
        assert!((quality.recall_at_1 - 1.0 / 3.0).abs() < 1e-12);
        assert!((quality.recall_at_5 - 2.0 / 3.0).abs() < 1e-12);
        assert!((quality.mrr_at_10 - 0.5).abs() < 1e-12);
        assert_eq!(quality.direct_answer_precision, Some(0.5));
        assert_eq!(quality.out_of_scope_answered, Some(0.0));
        assert!((quality.coverage_at_95_precision - 1.0 / 3.0).abs() < 1e-12, "only the first keeps 95 % right");
        let expected = (((0.95 + 0.92) - 1.0) + 0.3 + 0.1) / 4.0;
        assert!((quality.calibration_error - expected).abs() < 1e-12);
    }

    #[test]
    fn the_curve_and_the_bins_match_a_count_by_hand() {
        let rows = [row(Some(1), 0.95, true), row(Some(2), 0.92, true), row(Some(1), 0.3, true), row(None, 0.3, false)];
        let points = precision_coverage(&rows);
        let found: Vec<(f64, f64, f64)> = points.iter().map(|p| (p.threshold, p.coverage, p.precision)).collect();
        assert_eq!(found, [(0.95, 1.0 / 3.0, 1.0), (0.92, 1.0 / 3.0, 0.5), (0.3, 2.0 / 3.0, 0.5)]);
        let bins = reliability(&rows, 10);
        assert_eq!(bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [0, 0, 0, 2, 0, 0, 0, 0, 0, 2]);
        assert!((bins[9].confidence - 0.935).abs() < 1e-12 && (bins[9].accuracy - 0.5).abs() < 1e-12, "{bins:?}");
    }

    #[test]
    fn ties_are_answered_together_or_not_at_all() {
        let rows = [row(Some(1), 0.9, true), row(Some(3), 0.9, true)];
        assert!(coverage_at_precision(&rows, 0.95).abs() < 1e-12);
    }
}
