//! Out-of-fold confidences of the training rows: what thresholds for any promise are proved on.

use super::prediction::LabelledPrediction;
use crate::numbers::argmax;
use crate::stats::{CountedOutcomes, Guess, Sequence};

/// Out-of-fold guesses about rows that are no outliers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OutOfFoldConfidences {
    /// Confidence, guessed group, whether it was right; most confident first.
    pub guesses: Vec<(f32, u16, bool)>,
}

impl OutOfFoldConfidences {
    /// Of the rows that a policy takes for no outliers.
    pub(crate) fn of<'r>(usual: impl Iterator<Item = &'r LabelledPrediction>) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "kept in f32 on purpose; groups are counted in thousands")]
        let mut guesses: Vec<(f32, u16, bool)> = usual
            .map(|LabelledPrediction { target, prediction }| {
                let best = argmax(&prediction.probabilities);
                (prediction.probabilities[best] as f32, best as u16, best == *target)
            })
            .collect();
        guesses.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)));
        Self { guesses }
    }

    /// The lowest confidence at which tickets may be routed under a promise; none where the evidence does not carry it.
    pub(super) fn threshold(&self, precision: f64) -> Option<f64> {
        self.certified(precision, |_| true)
    }

    /// The same for tickets of one group, under a promise of its own.
    pub(crate) fn group_threshold(&self, group: usize, precision: f64) -> Option<f64> {
        self.certified(precision, |guess| usize::from(guess) == group)
    }

    fn certified(&self, precision: f64, counts: impl Fn(u16) -> bool) -> Option<f64> {
        let rows = self.guesses.iter().filter(|(_, guess, _)| counts(*guess));
        let guesses = rows.map(|(confidence, _, right)| Guess { confidence: f64::from(*confidence), right: *right });
        CountedOutcomes::new(guesses).certify(precision, Sequence::Hundredths).threshold()
    }
}
