//! The integer matrix product for any number of input rows at once.
//!
//! Weights are 8 bit, inputs 12 bit, sums exact 32-bit integers. Integer addition is
//! associative, so every instruction set gives the same bits and two replicas on
//! different machines give the same vectors. Weights are laid out in panels, see
//! `panel_product`: a panel is read from memory once for all input rows. Knows
//! nothing about any network and does not share work between threads.

use pulp::NullaryFnOnce;

use super::kernel::Kernel;
use super::panel_product::{Level, PANEL, Pair, Portable, Step};
use crate::encoder::EncoderError;

/// Widest matrix whose row sums cannot overflow an `i32`.
const MAX_COLUMNS: usize = 4096;

/// A linear layer's weights: rows (outputs) × columns (inputs), a value being `weight × scale[row]`.
#[derive(Debug, Clone)]
pub struct PackedMatrix {
    /// Panel by panel, each `columns / 2` long.
    steps: Vec<Step>,
    /// Panel by panel.
    scales: Vec<[f32; PANEL]>,
    columns: usize,
}

impl PackedMatrix {
    /// Rearranges row-major `weights` with one scale per row.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when the lengths disagree, the rows are not whole
    /// panels, or `columns` is odd, 0 or above [`MAX_COLUMNS`].
    pub fn new(columns: usize, weights: &[i8], scales: &[f32]) -> Result<Self, EncoderError> {
        let (scales, rest) = scales.as_chunks::<PANEL>();
        let fits = (2..=MAX_COLUMNS).contains(&columns)
            && columns.is_multiple_of(2)
            && rest.is_empty()
            && (scales.len() * PANEL).checked_mul(columns) == Some(weights.len());
        if !fits {
            return Err(EncoderError::Shape(format!(
                "{} weights do not make panels of {PANEL} rows of {columns} columns (even, at most {MAX_COLUMNS})",
                weights.len(),
            )));
        }
        let mut steps = vec![[0; 2 * PANEL]; weights.len() / (2 * PANEL)];
        let panels = steps.chunks_exact_mut(columns / 2).zip(weights.chunks_exact(PANEL * columns));
        for (steps, rows) in panels {
            for (row, weights) in rows.chunks_exact(columns).enumerate() {
                for (step, pair) in steps.iter_mut().zip(weights.as_chunks::<2>().0) {
                    for (slot, weight) in step.iter_mut().skip(2 * row).zip(pair) {
                        *slot = *weight;
                    }
                }
            }
        }
        Ok(Self { steps, scales: scales.to_vec(), columns })
    }

    /// [`PackedMatrix::new`] for any number of rows: rows of zeros fill the last panel.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when the lengths disagree, or `columns` is odd, 0 or above 4,096.
    pub fn padded(columns: usize, mut weights: Vec<i8>, mut scales: Vec<f32>) -> Result<Self, EncoderError> {
        if scales.len().checked_mul(columns) == Some(weights.len()) {
            scales.resize(scales.len().next_multiple_of(PANEL), 0.0);
            weights.resize(scales.len() * columns, 0);
        }
        Self::new(columns, &weights, &scales)
    }

    /// Number of outputs, those of padding included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.scales.len() * PANEL
    }

    /// Number of inputs.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Multiplies n input rows: `out[i][row] = Σ input[i]·weights[row] × scale[row] × scales[i]`.
    ///
    /// `input` is n × columns, `scales` holds the n scales that `quantize`
    /// returned, `out` is n × rows. Rows for which any of the three is missing are left out.
    pub fn multiply(&self, kernel: Kernel, input: &[i16], scales: &[f32], out: &mut [f32]) {
        self.multiply_windows(kernel, Windows { values: input, stride: self.columns }, scales, out);
    }

    /// [`PackedMatrix::multiply`] for input rows that overlap.
    pub fn multiply_windows(&self, kernel: Kernel, input: Windows<'_>, scales: &[f32], out: &mut [f32]) {
        let (pairs, _) = input.values.as_chunks();
        let (out, _) = out.as_chunks_mut();
        let product = Product { matrix: self, input: pairs, stride: input.stride / 2, scales, out };
        match kernel {
            Kernel::Portable => product.run(Portable),
            #[cfg(target_arch = "x86_64")]
            Kernel::Sse41(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512Vnni(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon(level) => level.vectorize(At { level, product }),
        }
    }
}

/// Input rows that overlap, as the windows of a convolution do: no copy of them is needed.
#[derive(Debug, Clone, Copy)]
pub struct Windows<'a> {
    /// All values, each once.
    pub values: &'a [i16],
    /// Values from the start of a row to that of the next; even.
    pub stride: usize,
}

/// One call of [`PackedMatrix::multiply_windows`].
struct Product<'a> {
    matrix: &'a PackedMatrix,
    input: &'a [Pair],
    /// Pairs from the start of an input row to that of the next.
    stride: usize,
    scales: &'a [f32],
    out: &'a mut [[f32; PANEL]],
}

/// A product bound to an instruction set, so that all it inlines is compiled for it.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct At<'a, L> {
    level: L,
    product: Product<'a>,
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
impl<L: Level> NullaryFnOnce for At<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.product.run(self.level);
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<L: Level>(mut self, level: L) {
        let length = self.matrix.columns / 2;
        let panels = self.matrix.scales.len();
        let windows = self.input.len().checked_sub(length).and_then(|rest| rest.checked_div(self.stride));
        let count = self.scales.len().min(windows.map_or(0, |last| last + 1));
        let count = count.min(self.out.len().checked_div(panels).unwrap_or_default());
        for (panel, steps) in self.matrix.steps.chunks_exact(length).enumerate() {
            let mut row = 0;
            while row < count {
                // Blocks of nearly equal size, as large as leaves their sums in registers.
                let blocks = (count - row).div_ceil(L::WIDEST);
                let at = (panel, row);
                row += match (count - row).div_ceil(blocks) {
                    12 if L::WIDEST >= 12 => self.block::<L, 12>(level, steps, at),
                    11 if L::WIDEST >= 11 => self.block::<L, 11>(level, steps, at),
                    10 if L::WIDEST >= 10 => self.block::<L, 10>(level, steps, at),
                    9 if L::WIDEST >= 9 => self.block::<L, 9>(level, steps, at),
                    8 if L::WIDEST >= 8 => self.block::<L, 8>(level, steps, at),
                    7 if L::WIDEST >= 7 => self.block::<L, 7>(level, steps, at),
                    6 if L::WIDEST >= 6 => self.block::<L, 6>(level, steps, at),
                    5 if L::WIDEST >= 5 => self.block::<L, 5>(level, steps, at),
                    4 if L::WIDEST >= 4 => self.block::<L, 4>(level, steps, at),
                    3 if L::WIDEST >= 3 => self.block::<L, 3>(level, steps, at),
                    2 if L::WIDEST >= 2 => self.block::<L, 2>(level, steps, at),
                    _ => self.block::<L, 1>(level, steps, at),
                };
            }
        }
    }

    /// `T` input rows from `row` on against one panel; returns `T`.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "rounded the same way on every machine")]
    fn block<L: Level, const T: usize>(&mut self, level: L, steps: &[Step], (panel, row): (usize, usize)) -> usize {
        let mut inputs = self.input.windows(steps.len()).skip(row * self.stride).step_by(self.stride);
        let inputs: [&[Pair]; T] = std::array::from_fn(|_| inputs.next().unwrap_or_default());
        let sums = level.sums(steps, inputs);

        let panels = self.matrix.scales.len();
        let Some(scales) = self.matrix.scales.get(panel) else { return T };
        let outputs = self.out.iter_mut().skip(row * panels + panel).step_by(panels);
        for ((sums, input_scale), out) in sums.iter().zip(self.scales.iter().skip(row)).zip(outputs) {
            for ((out, sum), scale) in out.iter_mut().zip(sums).zip(scales) {
                *out = *sum as f32 * (scale * input_scale);
            }
        }
        T
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every size and sign, the same on every run.
    fn numbers(count: usize, limit: i32) -> impl Iterator<Item = i16> {
        let mut state = 1_u32;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let drawn = i32::from(state.to_be_bytes()[0]) * 256 + i32::from(state.to_be_bytes()[1]);
            i16::try_from(drawn % (2 * limit + 1) - limit).unwrap()
        })
        .take(count)
    }

    #[test]
    fn every_kernel_gives_the_exact_sums() {
        for (rows, columns, count) in [
            (16, 2, 1),
            (48, 38, 19),
            (32, 384, 15),
            (16, 4_096, 3), // the widest matrix
            (16, 26, 12),   // the longest block of inputs
            (5, 32, 4),     // rows that do not fill a panel
            (1, 2, 1),
        ] {
            let weights: Vec<i8> = numbers(rows * columns, 127).map(|w| i8::try_from(w).unwrap()).collect();
            let input: Vec<i16> = numbers(count * columns, 2_047).collect();
            let scales: Vec<f32> = (0_u16..).take(rows).map(|row| 0.001 + f32::from(row) * 0.01).collect();
            let input_scales: Vec<f32> = (1_u16..).take(count).map(|row| 1.0 / f32::from(row)).collect();
            let sum = |weights: &[i8], input: &[i16]| -> i32 {
                weights.iter().zip(input).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum()
            };
            let matrix = PackedMatrix::padded(columns, weights.clone(), scales.clone()).unwrap();
            for kernel in Kernel::available() {
                let mut out = vec![f32::NAN; count * matrix.rows()];
                matrix.multiply(kernel, &input, &input_scales, &mut out);
                for (at, found) in out.iter().enumerate() {
                    let (input_row, row) = (at / matrix.rows(), at % matrix.rows());
                    let expected = weights.chunks(columns).nth(row).map_or(0.0, |weights| {
                        #[expect(clippy::cast_precision_loss, reason = "the kernel rounds in the same way")]
                        let sum = sum(weights, &input[input_row * columns..][..columns]) as f32;
                        sum * (scales[row] * input_scales[input_row])
                    });
                    assert_eq!(found.to_bits(), expected.to_bits(), "{rows} × {columns}, {count} inputs, {kernel:?}");
                }
            }
        }
    }

    #[test]
    fn the_largest_sum_does_not_overflow() {
        let matrix = PackedMatrix::padded(MAX_COLUMNS, vec![-128; MAX_COLUMNS], vec![1.0]).unwrap();
        for kernel in Kernel::available() {
            let mut out = [0.0; PANEL];
            matrix.multiply(kernel, &vec![2_047; MAX_COLUMNS], &[1.0], &mut out);
            assert!((out[0] + 128.0 * 2_047.0 * 4_096.0).abs() < 64.0, "{kernel:?}: {out:?}");
        }
    }

    #[test]
    fn lengths_must_fit() {
        for (columns, weights, scales) in [(0, 0, 0), (2, 3, 2), (4, 6, 1), (3, 3, 1), (4_098, 4_098, 1)] {
            let found = PackedMatrix::padded(columns, vec![0; weights], vec![0.0; scales]);
            assert_eq!(
                found.is_err(),
                (columns, scales) != (0, 0) || columns == 0,
                "{columns} columns, {weights} weights"
            );
        }
    }

    #[test]
    fn only_whole_panels_are_taken() {
        for (rows, columns, weights) in [(15, 2, 30), (16, 3, 48), (16, 2, 31), (16, 0, 0), (16, 4098, 16 * 4098)] {
            assert!(PackedMatrix::new(columns, &vec![0; weights], &vec![1.0; rows]).is_err(), "{rows} × {columns}");
        }
    }

    #[test]
    fn windows_overlap() {
        let packed = PackedMatrix::new(4, &[1; 64], &[1.0; 16]).unwrap();
        for kernel in Kernel::available() {
            let mut out = [0.0; 48];
            let windows = Windows { values: &[1, 2, 3, 4, 5, 6, 7, 8, 9], stride: 2 };
            packed.multiply_windows(kernel, windows, &[1.0; 3], &mut out);
            let expected = [[10.0; 16], [18.0; 16], [26.0; 16]].concat();
            assert!(
                out.iter().zip(expected).all(|(found, expected)| found.to_bits() == f32::to_bits(expected)),
                "{kernel:?}"
            );
        }
    }

    #[test]
    fn missing_inputs_leave_the_output_alone() {
        let packed = PackedMatrix::new(2, &[1; 32], &[1.0; 16]).unwrap();
        let mut out = [7.0; 32];
        packed.multiply(Kernel::detect(), &[1, 1, 1], &[1.0, 1.0], &mut out);
        assert_eq!(out.map(|value| format!("{value}")).join(" "), [["2"; 16], ["7"; 16]].concat().join(" "));
    }
}
