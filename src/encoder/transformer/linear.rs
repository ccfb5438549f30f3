//! A linear layer on float rows: quantise, multiply exactly, add the bias.
//!
//! Activations, and everything between two layers, are elsewhere.

use super::blocks::Blocks;
use crate::encoder::EncoderError;
use crate::encoder::arithmetic::PackedMatrix;
use crate::encoder::arithmetic::{Kernel, quantize};
use crate::encoder::arithmetic::{reduce, vectorize_loop};
use crate::encoder::weights::Weights;

/// Input rows rounded to integers, reused from layer to layer.
#[derive(Debug, Default)]
pub(super) struct Quantized {
    codes: Vec<i16>,
    scales: Vec<f32>,
}

/// y = W·x + b.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    matrix: PackedMatrix,
    bias: Vec<f32>,
    kernel: Kernel,
}

impl Linear {
    /// Reads the 4-bit weights `{name}.codes` and `{name}.scales` and the bias `{name}.bias`.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one of them is missing, `Shape` when they do not fit.
    pub(super) fn read(weights: &Weights<'_>, name: &str) -> Result<Self, EncoderError> {
        let matrix = Blocks::read(weights, name)?.widen()?;
        Self::new(matrix, weights.floats(&format!("{name}.bias"))?)
    }

    /// Joins weights and bias.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when the bias has not one element per output.
    fn new(matrix: PackedMatrix, bias: Vec<f32>) -> Result<Self, EncoderError> {
        if matrix.rows() != bias.len() {
            return Err(EncoderError::Shape(format!("{} outputs, but {} biases", matrix.rows(), bias.len())));
        }
        Ok(Self { matrix, bias, kernel: Kernel::detect() })
    }

    /// Runs on `kernel` from now on.
    pub(super) fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// Number of inputs.
    pub(super) fn columns(&self) -> usize {
        self.matrix.columns()
    }

    /// Number of outputs.
    pub(super) fn rows(&self) -> usize {
        self.matrix.rows()
    }

    /// Applies the layer to n rows: `input` is n × columns, `out` becomes n × rows.
    pub(super) fn apply(&self, input: &[f32], quantized: &mut Quantized, out: &mut Vec<f32>) {
        let columns = self.columns();
        let count = input.len() / columns;
        let Quantized { codes, scales } = quantized;
        codes.resize(count * columns, 0);
        scales.resize(count, 0.0);
        out.resize(count * self.rows(), 0.0);

        vectorize_loop(
            self.kernel,
            #[inline(always)]
            || {
                let rows = input.chunks_exact(columns).zip(codes.chunks_exact_mut(columns));
                for ((row, codes), scale) in rows.zip(&mut *scales) {
                    *scale = quantize(row, codes);
                }
            },
        );
        self.matrix.multiply(self.kernel, codes, scales, out);
        vectorize_loop(
            self.kernel,
            #[inline(always)]
            || {
                for row in out.chunks_exact_mut(self.rows()) {
                    reduce::add(row, &self.bias);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteen outputs: the first input times 0, 1, 2, … minus the second.
    fn matrix() -> PackedMatrix {
        let weights: Vec<i8> = (0..16).flat_map(|row| [row, -1]).collect();
        PackedMatrix::new(2, &weights, &[1.0; 16]).unwrap()
    }

    #[test]
    fn rows_times_the_weights_plus_the_bias() {
        let layer = Linear::new(matrix(), vec![100.0; 16]).unwrap();
        let mut out = Vec::new();
        layer.apply(&[1.0, 1.0, 2.0, 0.0], &mut Quantized::default(), &mut out);
        let expected =
            (0_u8..16).map(|row| 99.0 + f32::from(row)).chain((0_u8..16).map(|row| 100.0 + f32::from(2 * row)));
        for (found, expected) in out.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-2, "{out:?}");
        }
        assert_eq!(out.len(), 32);
    }

    #[test]
    fn a_bias_of_another_length_is_refused() {
        assert!(Linear::new(matrix(), vec![0.0; 2]).is_err());
    }
}
