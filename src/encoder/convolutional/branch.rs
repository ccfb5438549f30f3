//! One branch of the convolutional encoder: two residual convolutions over n-grams.
//!
//! A convolution sees `width` neighbouring tokens at once and zeros beyond the
//! text's ends. All rows of a text are quantised with one scale, so that a window
//! is a run of the same integers wherever it stands.

use crate::encoder::EncoderError;
use crate::encoder::arithmetic::vectorize_loop;
use crate::encoder::arithmetic::{Kernel, quantize};
use crate::encoder::arithmetic::{PackedMatrix, Windows};
use crate::encoder::weights::Weights;

/// Two convolutions of the same width, each with `ReLU` and a residual connection.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    /// Tokens seen at once.
    width: usize,
    /// How many of them stand before the current one.
    before: usize,
    first: Convolution,
    second: Convolution,
}

/// width × channels → channels.
#[derive(Debug, Clone)]
struct Convolution {
    matrix: PackedMatrix,
    bias: Vec<f32>,
}

/// Working memory of a branch, reused from branch to branch and text to text.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// tokens × channels: the rows between the two convolutions and behind them.
    pub(super) rows: Vec<f32>,
    codes: Vec<i16>,
    scales: Vec<f32>,
    sums: Vec<f32>,
}

impl Branch {
    /// Takes the branch of one width, with `channels` inputs and outputs, out of a weight file.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when a part is missing, `Shape` when the parts do not fit each other.
    pub(super) fn read(
        weights: &Weights<'_>,
        (width, before): (usize, usize),
        channels: usize,
    ) -> Result<Self, EncoderError> {
        let name = format!("branches.{width}");
        let convolution = |which: &str| -> Result<_, EncoderError> {
            let matrix = weights.matrix(&format!("{name}.{which}"))?;
            let bias = weights.floats(&format!("{name}.{which}.bias"))?;
            let fits = matrix.rows() == channels
                && Some(matrix.columns()) == width.checked_mul(channels)
                && bias.len() == channels;
            if fits { Ok(Convolution { matrix, bias }) } else { Err(misfit(&name)) }
        };
        if before >= width {
            return Err(misfit(&name));
        }
        Ok(Self { width, before, first: convolution("first")?, second: convolution("second")? })
    }

    /// Transforms `buffers.rows`, tokens × channels, in place.
    pub(super) fn apply(&self, kernel: Kernel, buffers: &mut Buffers) {
        self.convolve(&self.first, kernel, buffers);
        self.convolve(&self.second, kernel, buffers);
    }

    /// row += `ReLU`(W·window + b), for every token's window.
    fn convolve(&self, convolution: &Convolution, kernel: Kernel, buffers: &mut Buffers) {
        let Convolution { matrix, bias } = convolution;
        let Buffers { rows, codes, scales, sums } = buffers;
        let channels = matrix.rows();
        let padding = self.before * channels;
        codes.clear();
        codes.resize(rows.len() + (self.width - 1) * channels, 0);
        let scale = vectorize_loop(
            kernel,
            #[inline(always)]
            || quantize(rows, codes.get_mut(padding..).unwrap_or_default()),
        );

        scales.clear();
        scales.resize(rows.len() / channels, scale);
        sums.resize(rows.len(), 0.0);
        matrix.multiply_windows(kernel, Windows { values: codes, stride: channels }, scales, sums);
        vectorize_loop(
            kernel,
            #[inline(always)]
            || {
                for (row, sums) in rows.chunks_exact_mut(channels).zip(sums.chunks_exact(channels)) {
                    for ((value, sum), bias) in row.iter_mut().zip(sums).zip(bias) {
                        *value += relu(sum + bias);
                    }
                }
            },
        );
    }
}

fn misfit(name: &str) -> EncoderError {
    EncoderError::Shape(format!("{name}: the layers do not fit each other"))
}

/// max(x, 0), the rectifier.
#[inline(always)]
pub(super) fn relu(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNELS: usize = 16;

    /// A branch whose convolutions add up the windows of the first channel and multiply by zero.
    fn branch(width: usize, before: usize) -> Branch {
        let convolution = |weight| {
            let row: Vec<i8> = (0..width * CHANNELS).map(|i| if i % CHANNELS == 0 { weight } else { 0 }).collect();
            let matrix = PackedMatrix::new(width * CHANNELS, &row.repeat(CHANNELS), &[1.0; CHANNELS]).unwrap();
            Convolution { matrix, bias: vec![0.0; CHANNELS] }
        };
        Branch { width, before, first: convolution(1), second: convolution(0) }
    }

    #[test]
    fn a_window_sees_zeros_beyond_the_ends() {
        for (width, before, expected) in [
            (2, 0, [6.0, 6.0, 4.0]), // the last token has no right neighbour
            (3, 1, [6.0, 8.0, 6.0]),
            (5, 2, [8.0, 8.0, 8.0]),
        ] {
            let mut buffers = Buffers { rows: vec![2.0; 3 * CHANNELS], ..Buffers::default() };
            branch(width, before).apply(Kernel::Portable, &mut buffers);
            for (found, expected) in buffers.rows.chunks(CHANNELS).zip(expected) {
                assert!(found.iter().all(|found| (found - expected).abs() < 1e-4), "{width}: {:?}", buffers.rows);
            }
        }
    }
}
