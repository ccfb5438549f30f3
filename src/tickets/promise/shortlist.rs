//! Shortlists by split-conformal prediction (Vovk, Gammerman and Shafer, 2005): the least probability that puts a group
//! on the list such that the list holds the right group as often as promised, for tickets like the evidence.

use super::prediction::LabelledPrediction;

/// Probability with which a shortlist holds the right group.
pub(super) const COVERAGE: f64 = 0.95;
/// Rows of a group from which it gets a shortlist threshold of its own: `1 / (1 - COVERAGE) - 1`.
pub const OWN_SHORTLIST_ROWS: usize = 19;

/// Thresholds of the groups, and for which of them it comes from their own rows; groups with few rows share that of all.
pub(super) fn thresholds(evidence: &[LabelledPrediction], groups: usize) -> (Vec<f64>, Vec<bool>) {
    let all = threshold(evidence.iter().map(LabelledPrediction::probability_of_truth).collect());
    let own = |group: usize| {
        let rows = evidence.iter().filter(|row| row.target == group);
        let scores: Vec<f64> = rows.map(LabelledPrediction::probability_of_truth).collect();
        (scores.len() >= OWN_SHORTLIST_ROWS).then(|| threshold(scores))
    };
    (0..groups).map(|group| own(group).map_or((all, false), |threshold| (threshold, true))).unzip()
}

/// At least [`COVERAGE`] of exchangeable rows have a score at or above it.
fn threshold(mut scores: Vec<f64>) -> f64 {
    scores.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
    let below = ((1.0 - COVERAGE) * (scores.len() + 1) as f64 + 1e-9).floor() as usize;
    if below == 0 { 0.0 } else { scores[below - 1] }
}

#[cfg(test)]
mod tests {
    use crate::random::SplitMix;
    use crate::tickets::promise::{LabelledPrediction, Prediction, RoutingPolicy};

    fn row(target: usize, p: f64) -> LabelledPrediction {
        let probabilities = vec![1.0 - p, p];
        let prediction = Prediction { probabilities, margin: 1.0, vocabulary_coverage: 1.0, familiarity: None };
        LabelledPrediction { target, prediction }
    }

    #[test]
    fn shortlists_cover_on_average_over_worlds() {
        let uniform = |random: &mut SplitMix| (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let (mut covered, mut asked) = (0, 0);
        for seed in 0..100 {
            let mut random = SplitMix(seed);
            let mut world = || {
                let p = uniform(&mut random);
                row(usize::from(uniform(&mut random) < p), p)
            };
            let evidence: Vec<LabelledPrediction> = (0..200).map(|_| world()).collect();
            let policy = RoutingPolicy::certify(&evidence, 2);
            for row in (0..200).map(|_| world()) {
                covered += usize::from(policy.shortlist(&row.prediction.probabilities).contains(&row.target));
                asked += 1;
            }
        }
        let share = f64::from(u32::try_from(covered).unwrap()) / f64::from(asked);
        assert!(share >= 0.945, "covered {share}");
    }

    #[test]
    fn groups_with_few_rows_share_a_threshold() {
        let evidence: Vec<LabelledPrediction> =
            (0..40).map(|n| row(0, f64::from(n) / 100.0)).chain([row(1, 0.9)]).collect();
        let policy = RoutingPolicy::certify(&evidence, 2);
        assert_eq!(policy.shortlist_own, [true, false]);
        assert_eq!(policy.shortlist(&[0.5, 0.5]).first(), Some(&0)); // never empty, ties by group
    }
}
