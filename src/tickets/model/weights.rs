//! The weights of a model as they are served: whole numbers of 16 bits. Knows no tickets and no names of groups.

use crate::tickets::learn::LinearModel;

/// Largest quantised weight.
const QUANTUM: f32 = 32_767.0;

/// The weights as they are served: 16-bit steps, all groups of a term side by side.
///
/// A step is 1/32,767 of the group's largest weight, so a score moves by far less than a thousandth; what is
/// reported and explained is computed from these weights, not from the ones before rounding.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct QuantizedWeights {
    /// Size of a step, group by group.
    pub steps: Vec<f32>,
    /// Group by group.
    pub biases: Vec<f32>,
    /// Term by term, group by group.
    pub quantized: Vec<i16>,
    /// Size of a step of the dense weights, group by group; empty without an encoder.
    pub dense_steps: Vec<f32>,
    /// Group by group, dense column by dense column.
    pub dense: Vec<i16>,
}

impl QuantizedWeights {
    /// Rounds the weights of a fitted model.
    #[must_use]
    pub(crate) fn quantize(model: &LinearModel) -> Self {
        let groups = model.classes();
        let mut largest = vec![f32::MIN_POSITIVE; groups];
        for term in model.terms.chunks_exact(groups) {
            largest.iter_mut().zip(term).for_each(|(most, weight)| *most = most.max(weight.abs()));
        }
        let steps: Vec<f32> = largest.into_iter().map(|most| most / QUANTUM).collect();
        let terms = model.terms.chunks_exact(groups);
        let quantized = terms.flat_map(|term| term.iter().zip(&steps).map(|(weight, step)| round(*weight, *step)));
        let (mut dense_steps, mut dense) = (Vec::new(), Vec::new());
        if !model.dense.is_empty() {
            for weights in model.dense.chunks_exact(model.dense.len() / groups) {
                let most = weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
                dense_steps.push(most / QUANTUM);
                dense.extend(weights.iter().map(|weight| round(*weight, most / QUANTUM)));
            }
        }
        Self { quantized: quantized.collect(), steps, biases: model.biases.clone(), dense_steps, dense }
    }

    /// Number of groups.
    #[must_use]
    pub(crate) fn groups(&self) -> usize {
        self.steps.len()
    }

    /// The weight of a term for a group.
    #[must_use]
    pub(crate) fn weight(&self, column: u32, group: usize) -> f64 {
        f64::from(self.quantized[column as usize * self.groups() + group]) * f64::from(self.steps[group])
    }

    /// What the embedding adds to a group's score; 0 without an encoder.
    #[must_use]
    pub(crate) fn embedding(&self, dense: &[f32], group: usize) -> f64 {
        if dense.is_empty() {
            return 0.0;
        }
        let weights = &self.dense[group * dense.len()..(group + 1) * dense.len()];
        let mut sums = [0.0_f32; 16];
        for (weights, values) in weights.as_chunks::<16>().0.iter().zip(dense.as_chunks::<16>().0) {
            for ((sum, weight), value) in sums.iter_mut().zip(weights).zip(values) {
                *sum += f32::from(*weight) * value;
            }
        }
        let whole = dense.len() / 16 * 16;
        let rest = weights[whole..].iter().zip(&dense[whole..]).map(|(weight, value)| f32::from(*weight) * value);
        f64::from(sums.iter().sum::<f32>() + rest.sum::<f32>()) * f64::from(self.dense_steps[group])
    }

    /// Scores of all groups.
    #[must_use]
    pub(crate) fn scores(&self, entries: &[(u32, f32)], dense: &[f32]) -> Vec<f64> {
        let groups = self.groups();
        let mut sums = vec![0.0_f32; groups];
        for (column, value) in entries {
            let start = *column as usize * groups;
            for (sum, step) in sums.iter_mut().zip(&self.quantized[start..start + groups]) {
                *sum += value * f32::from(*step);
            }
        }
        let scaled = sums.iter().zip(&self.steps).zip(&self.biases).enumerate();
        scaled
            .map(|(group, ((sum, step), bias))| {
                f64::from(*sum) * f64::from(*step) + self.embedding(dense, group) + f64::from(*bias)
            })
            .collect()
    }
}

fn round(weight: f32, step: f32) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "at most QUANTUM in size by the choice of step")]
    let steps = (weight / step).round().clamp(-QUANTUM, QUANTUM) as i16;
    steps
}
