//! How well stated confidences agree with what was right: bins of a reliability diagram and their mean distance.

use serde::Serialize;

use super::counted_outcomes::Guess;
use crate::numbers::count;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_and_error_match_a_count_by_hand() {
        let rows = [(0.95, true), (0.92, false), (0.3, true), (1.0, true)];
        let bins = reliability(rows.into_iter().map(|(confidence, right)| Guess { confidence, right }), 10);
        assert_eq!(bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [0, 0, 0, 1, 0, 0, 0, 0, 0, 3]);
        assert!((bins[9].confidence - 2.87 / 3.0).abs() < 1e-12 && (bins[9].accuracy - 2.0 / 3.0).abs() < 1e-12);
        assert!((calibration_error(&bins) - ((2.87 - 2.0) + 0.7) / 4.0).abs() < 1e-12);
        assert!(calibration_error(&reliability(std::iter::empty(), 10)).abs() < 1e-12, "nothing measured is no NaN");
    }
}
