//! The linear layer after a network, fitted on paraphrases: it turns a general vector into one in which questions with
//! the same answer lie together. `models/encoder/fit_projection.py` says how it is fitted.

use super::EncoderError;
use super::arithmetic::PackedMatrix;
use super::arithmetic::{Kernel, quantize};
use super::weights::Weights;

/// A projection and the mean of what it makes of questions of all fields.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    matrix: PackedMatrix,
    kernel: Kernel,
    mean: Vec<f32>,
}

impl Projection {
    /// Reads a weight file of architecture `projection` for a network whose vectors have `inputs` elements.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` or `Shape` when a part is missing or does not fit.
    pub(super) fn read(file: &[u8], inputs: usize) -> Result<Self, EncoderError> {
        let weights = Weights::read(file)?;
        let (matrix, mean) = (weights.matrix("projection")?, weights.floats("mean")?);
        if matrix.columns() != inputs || matrix.rows() != mean.len() {
            return Err(EncoderError::Shape(format!(
                "a projection of {} to {} elements with a mean of {} does not fit vectors of {inputs}",
                matrix.columns(),
                matrix.rows(),
                mean.len(),
            )));
        }
        Ok(Self { matrix, kernel: Kernel::detect(), mean })
    }

    /// The mean vector of questions of all fields, after projection.
    pub(super) fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The projected vector; not of length one.
    pub(super) fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let mut input = vec![0_i16; vector.len()];
        let scale = quantize(vector, &mut input);
        let mut out = vec![0.0; self.matrix.rows()];
        self.matrix.multiply(self.kernel, &input, &[scale], &mut out);
        out
    }
}
