//! Weights of four bits, as the transformer's file holds them.
//!
//! A row is cut into blocks of [`BLOCK`] weights which share one scale: the
//! weight is `(code − 8) × scale`. A block's 32 codes fill 16 bytes; byte `i` holds
//! weight `i` in its low half and weight `i + 16` in its high half (the layout
//! called `Q4_0`). This file unpacks them and multiplies nothing.

use crate::encoder::EncoderError;
use crate::encoder::arithmetic::PackedMatrix;
use crate::encoder::weights::Weights;

/// Weights that share a scale.
const BLOCK: usize = 32;

/// Bytes of one block's codes.
const BYTES: usize = BLOCK / 2;

/// Largest magnitude of a weight in [`PackedMatrix`]: eight bits, used symmetrically.
const WEIGHT_LIMIT: f32 = 127.0;

/// A table of 4-bit weights, kept packed.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    codes: Vec<u8>,
    scales: Vec<f32>,
    columns: usize,
}

impl Blocks {
    /// Reads `{name}.codes` and `{name}.scales`.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one of them is missing or of another type,
    /// `Shape` when they do not fit each other.
    pub(super) fn read(weights: &Weights<'_>, name: &str) -> Result<Self, EncoderError> {
        let codes = format!("{name}.codes");
        let columns = match weights.shape(&codes)? {
            [_, bytes] => bytes.saturating_mul(2),
            _ => 0,
        };
        Self::new(columns, weights.bytes(&codes)?.to_vec(), weights.floats(&format!("{name}.scales"))?)
    }

    /// Takes `codes` (rows × columns / 2 bytes) and `scales` (rows × columns / 32).
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when `columns` is not a positive multiple of
    /// [`BLOCK`] or the lengths do not fit each other.
    fn new(columns: usize, codes: Vec<u8>, scales: Vec<f32>) -> Result<Self, EncoderError> {
        let per_row = columns / BLOCK;
        let fits = per_row > 0
            && columns.is_multiple_of(BLOCK)
            && scales.len().is_multiple_of(per_row)
            && scales.len().checked_mul(BYTES) == Some(codes.len());
        if !fits {
            return Err(EncoderError::Shape(format!(
                "{} bytes of codes and {} block scales do not make rows of {columns} 4-bit weights",
                codes.len(),
                scales.len(),
            )));
        }
        Ok(Self { codes, scales, columns })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.scales.len() / (self.columns / BLOCK)
    }

    /// Weights in a row.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Unpacks one row into `out`, of `columns` elements; a row past the end leaves it as it is.
    #[inline(always)]
    pub(super) fn unpack(&self, row: u32, out: &mut [f32]) {
        let per_row = self.columns / BLOCK;
        let (codes, _) = self.codes.as_chunks::<BYTES>();
        let first = usize::try_from(row).unwrap_or(usize::MAX).saturating_mul(per_row);
        let blocks = codes.iter().zip(&self.scales).skip(first);
        for ((codes, scale), out) in blocks.zip(out.as_chunks_mut::<BLOCK>().0) {
            let (low, high) = out.split_at_mut(BYTES);
            for ((code, low), high) in codes.iter().zip(low).zip(high) {
                *low = (f32::from(code & 15) - 8.0) * scale;
                *high = (f32::from(code >> 4) - 8.0) * scale;
            }
        }
    }

    /// The same weights rounded to eight bits with one scale per row.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when [`PackedMatrix`] does not take rows of this number or width.
    pub(super) fn widen(&self) -> Result<PackedMatrix, EncoderError> {
        let mut weights = Vec::with_capacity(self.rows() * self.columns);
        let mut scales = Vec::with_capacity(self.rows());
        let mut unpacked = vec![0.0; self.columns];
        for (row, _) in (0..).zip(self.scales.chunks_exact(self.columns / BLOCK)) {
            self.unpack(row, &mut unpacked);
            let largest = unpacked.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
            let inverse = if largest > 0.0 { WEIGHT_LIMIT / largest } else { 0.0 };
            weights.extend(unpacked.iter().map(|weight| nearest(weight * inverse)));
            scales.push(largest / WEIGHT_LIMIT);
        }
        PackedMatrix::new(self.columns, &weights, &scales)
    }
}

/// The nearest integer to |x| ≤ 127, halves to even.
///
/// Adding 1.5 × 2^23 leaves the integer in the low bits, with no call per weight.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low eight bits are the number sought")]
fn nearest(x: f32) -> i8 {
    const PUSH: f32 = 12_582_912.0;
    (x + PUSH).to_bits() as i8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::arithmetic::Kernel;

    #[test]
    fn codes_lie_in_the_two_halves_of_a_block() {
        let mut codes = vec![0x88; 32];
        codes[16] = 0xF1; // second block: weight 0 is code 1, weight 16 is code 15
        let blocks = Blocks::new(64, codes, vec![1.0, 0.5]).unwrap();
        let mut row = vec![f32::NAN; 64];
        blocks.unpack(0, &mut row);
        let found: Vec<_> = row.iter().enumerate().filter(|(_, weight)| **weight != 0.0).collect();
        assert_eq!(found, [(32, &-3.5), (48, &3.5)]);
    }

    #[test]
    fn eight_bits_keep_the_largest_weight_of_a_row() {
        let blocks = Blocks::new(32, vec![0x80; 16 * 16], vec![0.25; 16]).unwrap();
        let matrix = blocks.widen().unwrap();
        let mut out = [0.0; 16];
        matrix.multiply(Kernel::detect(), &[1; 32], &[1.0], &mut out);
        // Sixteen weights of -8 × 0.25 a row, the others 0.
        assert!(out.iter().all(|sum| (sum + 32.0).abs() < 1e-4), "{out:?}");
    }

    #[test]
    fn rows_and_columns_must_fit() {
        for (columns, codes, scales) in [(0, 0, 0), (33, 32, 2), (64, 16, 1), (32, 15, 1)] {
            assert!(Blocks::new(columns, vec![0; codes], vec![0.0; scales]).is_err(), "{columns} columns");
        }
    }

    #[test]
    fn a_row_past_the_end_changes_nothing() {
        let blocks = Blocks::new(32, vec![0; 16], vec![1.0]).unwrap();
        let mut row = vec![7.0; 32];
        blocks.unpack(1, &mut row);
        blocks.unpack(u32::MAX, &mut row);
        assert!(row.iter().all(|value| (value - 7.0).abs() < f32::EPSILON));
    }
}
