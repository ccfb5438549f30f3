//! Layer normalisation of one row.

use super::EncoderError;
use super::arithmetic::reduce::{sum, sum_of};
use super::weights::Weights;

/// Layer normalisation (Ba, Kiros and Hinton, 2016): zero mean, unit variance, then scale and shift.
#[derive(Debug, Clone)]
pub(super) struct LayerNorm {
    /// One factor per element.
    pub(super) weight: Vec<f32>,
    /// One summand per element.
    pub(super) bias: Vec<f32>,
    /// Added to the variance before the root.
    pub(super) epsilon: f32,
}

impl LayerNorm {
    /// Reads `{name}.weight` and `{name}.bias`, of `width` elements each.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one of them is missing, `Shape` when one has another length.
    pub(super) fn read(weights: &Weights<'_>, name: &str, width: usize, epsilon: f32) -> Result<Self, EncoderError> {
        let weight = weights.floats(&format!("{name}.weight"))?;
        let bias = weights.floats(&format!("{name}.bias"))?;
        if [weight.len(), bias.len()] == [width; 2] {
            Ok(Self { weight, bias, epsilon })
        } else {
            Err(EncoderError::Shape(format!("{name}: expected {width} elements")))
        }
    }

    /// Normalises one row in place.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "rows are a few thousand elements long")]
    pub(super) fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row) / count;
        let variance = sum_of(row, |value| (value - mean) * (value - mean)) / count;
        let inverse = 1.0 / (variance + self.epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *value = (*value - mean) * inverse * weight + bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normalised_row_has_mean_zero_and_variance_one() {
        let norm = LayerNorm { weight: vec![1.0; 384], bias: vec![0.0; 384], epsilon: 1e-12 };
        let mut row = (0_u16..384).map(|i| (f32::from(i) * 0.37).sin() * f32::from(i % 17)).collect::<Vec<f32>>();
        norm.apply(&mut row);
        assert!(sum(&row).abs() < 1e-3);
        assert!((sum_of(&row, |value| value * value) / 384.0 - 1.0).abs() < 1e-5);
    }
}
