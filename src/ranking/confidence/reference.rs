//! What the best candidate looks like when nothing in the corpus is right, learnt from the corpus itself.
//!
//! Each stored question is asked with its own entry taken out; whatever then comes first is wrong. A score that is
//! usual among these says little, one that is rare says much, and that holds from corpus to corpus, while the score
//! itself does not: in a dense corpus even wrong neighbours are near.

use serde::{Deserialize, Serialize};

/// Number of [`REFERENCE_NAMES`].
pub const REFERENCES: usize = 6;
/// What is compared with the corpus's own wrong candidates.
pub const REFERENCE_NAMES: [&str; REFERENCES] =
    ["total", "sense_cosine", "total_lead", "sense_lead", "gram_cosine", "lexical"];
/// Fewer wrong candidates than this are no distribution; the one of the shipped corpus is used.
pub const MIN_REFERENCE: usize = 30;
/// Quantiles kept of the shipped corpus.
const GRID: usize = 101;
/// Keeps the log-odds of a share finite.
const PRIOR: f32 = 0.01;

/// Values of [`REFERENCE_NAMES`] of one best candidate.
pub type ReferenceValues = [f32; REFERENCES];

/// The distribution of each value over wrong candidates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference {
    /// Ascending, one list a name.
    values: Vec<Vec<f32>>,
}

impl Reference {
    /// Sorts the values of wrong candidates; `None` where there are too few.
    #[must_use]
    pub fn new(wrong: &[ReferenceValues]) -> Option<Self> {
        if wrong.len() < MIN_REFERENCE {
            return None;
        }
        let sorted = |name: usize| {
            let mut values: Vec<f32> = wrong.iter().map(|row| row[name]).collect();
            values.sort_unstable_by(f32::total_cmp);
            values
        };
        Some(Self { values: (0..REFERENCES).map(sorted).collect() })
    }

    /// From lists that [`Reference::values`] gave.
    #[must_use]
    pub(in crate::ranking) fn from_values(values: Vec<Vec<f32>>) -> Self {
        Self { values }
    }

    /// Ascending values, one list a name.
    #[must_use]
    pub(in crate::ranking) fn values(&self) -> &[Vec<f32>] {
        &self.values
    }

    /// The same distribution in a hundred and one numbers.
    #[must_use]
    pub fn thinned(&self) -> Self {
        let pick = |values: &Vec<f32>| {
            (0..GRID)
                .filter_map(|step| values.get(step * values.len().saturating_sub(1) / (GRID - 1)).copied())
                .collect()
        };
        Self { values: self.values.iter().map(pick).collect() }
    }

    /// Whether every name has values.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.values.len() == REFERENCES && self.values.iter().flatten().all(|value| value.is_finite())
    }

    /// Log-odds of the share of wrong candidates below `value`, scaled to -1..=1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24")]
    pub fn rarity(&self, name: usize, value: f32) -> f32 {
        let values = self.values.get(name).map_or(&[] as &[f32], Vec::as_slice);
        let below = values.partition_point(|other| *other < value);
        let share = below as f32 / values.len().max(1) as f32;
        let limit = ((1.0 + PRIOR) / PRIOR).ln();
        (((share + PRIOR) / (1.0 + PRIOR - share)).ln() / limit).clamp(-1.0, 1.0)
    }

    /// By how much `value` exceeds the median wrong candidate.
    #[must_use]
    pub fn excess(&self, name: usize, value: f32) -> f32 {
        value - self.median(name)
    }

    /// The median wrong candidate's value.
    #[must_use]
    pub fn median(&self, name: usize) -> f32 {
        self.values.get(name).and_then(|values| values.get(values.len() / 2)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarity_grows_with_the_share_of_wrong_candidates_below() {
        let rows: Vec<ReferenceValues> = (0..100_u8).map(|n| [f32::from(n) / 100.0; REFERENCES]).collect();
        assert_eq!(Reference::new(&rows[..MIN_REFERENCE - 1]), None);
        let reference = Reference::new(&rows).unwrap();
        for thing in [&reference, &reference.thinned()] {
            assert!(thing.is_complete());
            assert!((thing.rarity(0, -1.0) + 1.0).abs() < 1e-6 && (thing.rarity(0, 2.0) - 1.0).abs() < 1e-6);
            assert!(thing.rarity(0, 0.5).abs() < 0.02);
            assert!((thing.excess(3, 0.7) - 0.2).abs() < 0.02);
        }
        assert!((Reference::default().excess(0, 0.3) - 0.3).abs() < 1e-6);
    }
}
