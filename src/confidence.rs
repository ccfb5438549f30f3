//! What confidences are worth: how well they agree with what was right, and what every threshold would let through.
//!
//! Knows a row as a confidence and whether the guess was right; what was guessed is the business of those who ask.

use serde::Serialize;

/// One guess with its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// 0..=1.
    pub confidence: f64,
    pub right: bool,
}

/// Guesses of nearly the same confidence, and how often they were right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ReliabilityBin {
    pub rows: usize,
    /// Mean confidence; 0 without rows.
    pub confidence: f64,
    /// Share of right guesses; 0 without rows.
    pub accuracy: f64,
}

/// `bins` bins of equal width over confidence 0..=1, ascending; `bins` is at least 1.
#[must_use]
pub fn reliability(guesses: impl Iterator<Item = Guess>, bins: usize) -> Vec<ReliabilityBin> {
    let mut sums = vec![(0_usize, 0.0, 0_usize); bins];
    for guess in guesses {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bin number is small and not negative"
        )]
        let bin = ((guess.confidence * count(bins)) as usize).min(bins - 1);
        sums[bin].0 += 1;
        sums[bin].1 += guess.confidence;
        sums[bin].2 += usize::from(guess.right);
    }
    let mean = |rows: usize, sum: f64| sum / count(rows.max(1));
    sums.into_iter()
        .map(|(rows, confidence, right)| ReliabilityBin {
            rows,
            confidence: mean(rows, confidence),
            accuracy: mean(rows, count(right)),
        })
        .collect()
}

/// Expected calibration error (Guo et al. 2017): mean distance of confidence and accuracy over the bins, weighted by
/// rows. 0..=1; 0 without rows.
#[must_use]
pub fn calibration_error(bins: &[ReliabilityBin]) -> f64 {
    let distance = bins.iter().map(|bin| count(bin.rows) * (bin.confidence - bin.accuracy).abs());
    distance.sum::<f64>() / count(bins.iter().map(|bin| bin.rows).sum::<usize>().max(1))
}

/// What a threshold would let through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Least confidence let through.
    pub at: f64,
    /// Rows at least this sure, and how many of them are right.
    pub rows: usize,
    pub right: usize,
}

impl Threshold {
    /// Share of right rows among those let through, 0..=1.
    #[must_use]
    pub fn precision(&self) -> f64 {
        count(self.right) / count(self.rows.max(1))
    }
}

/// One threshold for every confidence that occurs, strictest first: rows equally sure pass together or not at all.
#[must_use]
pub fn thresholds(mut guesses: Vec<Guess>) -> Vec<Threshold> {
    guesses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut right = 0;
    let mut found = Vec::new();
    for (before, guess) in guesses.iter().enumerate() {
        right += usize::from(guess.right);
        let last_of_tie = guesses.get(before + 1).is_none_or(|next| next.confidence < guess.confidence);
        if last_of_tie {
            found.push(Threshold { at: guess.confidence, rows: before + 1, right });
        }
    }
    found
}

/// Those thresholds at which a share of `precision` is right, strictest first.
pub fn keeping(thresholds: &[Threshold], precision: f64) -> impl Iterator<Item = &Threshold> {
    // The quotient may fall short of the target by its last bit where it meets it.
    thresholds.iter().filter(move |threshold| threshold.precision() >= precision - 1e-12)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(rows: &[(f64, bool)]) -> Vec<Guess> {
        rows.iter().map(|(confidence, right)| Guess { confidence: *confidence, right: *right }).collect()
    }

    #[test]
    fn bins_and_error_match_a_count_by_hand() {
        let rows = guesses(&[(0.95, true), (0.92, false), (0.3, true), (1.0, true)]);
        let bins = reliability(rows.into_iter(), 10);
        assert_eq!(bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [0, 0, 0, 1, 0, 0, 0, 0, 0, 3]);
        assert!((bins[9].confidence - 2.87 / 3.0).abs() < 1e-12 && (bins[9].accuracy - 2.0 / 3.0).abs() < 1e-12);
        assert!((calibration_error(&bins) - ((2.87 - 2.0) + 0.7) / 4.0).abs() < 1e-12);
        assert!(calibration_error(&reliability(std::iter::empty(), 10)).abs() < 1e-12, "nothing measured is no NaN");
    }

    #[test]
    fn rows_equally_sure_pass_together() {
        let rows = guesses(&[(0.5, true), (0.9, true), (0.5, false), (0.7, false)]);
        let found: Vec<(f64, usize, usize)> = thresholds(rows).iter().map(|t| (t.at, t.rows, t.right)).collect();
        assert_eq!(found, [(0.9, 1, 1), (0.7, 2, 1), (0.5, 4, 2)]);
    }

    #[test]
    fn a_target_that_is_just_met_counts() {
        let mut rows = guesses(&[(0.9, true); 19]);
        rows.push(Guess { confidence: 0.8, right: false });
        let all = thresholds(rows);
        assert_eq!(keeping(&all, 0.95).map(|t| t.rows).collect::<Vec<_>>(), [19, 20]);
        assert_eq!(keeping(&all, 0.96).map(|t| t.rows).collect::<Vec<_>>(), [19]);
    }
}
