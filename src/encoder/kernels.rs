//! Integer matrix products, row by row: every matrix, and the instruction sets all of them run on.
//!
//! For one input row against many weight rows, read as they were written. The
//! networks' own matrices are rearranged once and are in `packed`.
//! Weights are 8 bit, inputs 12 bit, sums exact 32-bit integers. Integer
//! addition is associative, so every instruction set gives the same bits and two
//! replicas on different machines give the same vectors. This file knows nothing
//! about any network and does not share work between threads.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use pulp::NullaryFnOnce;

use super::EncoderError;
use super::tiles::{Level, Portable};
#[cfg(target_arch = "x86_64")]
use super::vnni::Vnni;

/// Largest magnitude of a quantised input: 12 bits with sign.
///
/// With 8-bit weights a product stays below 2^18, so [`MAX_COLUMNS`] of them
/// fit an `i32`.
pub const INPUT_LIMIT: i16 = 2047;

/// Widest matrix whose row sums cannot overflow an `i32`.
pub const MAX_COLUMNS: usize = 4096;

/// A linear layer's weights: `rows` outputs × `columns` inputs.
///
/// The value of an element is `weight × scale[row]`.
#[derive(Debug, Clone)]
pub struct Matrix {
    weights: Vec<i8>,
    scales: Vec<f32>,
    columns: usize,
    kernel: Kernel,
}

impl Matrix {
    /// Takes row-major `weights` with one scale per row.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when the lengths disagree, or when `columns` is 0
    /// or above [`MAX_COLUMNS`].
    pub fn new(columns: usize, weights: Vec<i8>, scales: Vec<f32>) -> Result<Self, EncoderError> {
        let fits = (1..=MAX_COLUMNS).contains(&columns) && scales.len().checked_mul(columns) == Some(weights.len());
        if !fits {
            return Err(EncoderError::Shape(format!(
                "{} weights and {} row scales do not make a matrix of {columns} columns (at most {MAX_COLUMNS})",
                weights.len(),
                scales.len(),
            )));
        }
        Ok(Self { weights, scales, columns, kernel: Kernel::detect() })
    }

    /// Replaces the kernel found at run time; for tests and measurements.
    #[must_use]
    pub fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// Number of outputs.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.scales.len()
    }

    /// Number of inputs.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Multiplies n input rows: `out[i][row] = Σ input[i]·weights[row] × scale[row] × scales[i]`.
    ///
    /// `input` is n × columns with values of at most ±[`INPUT_LIMIT`], `scales`
    /// holds n input scales as [`quantize`] returned them, `out` is n × rows.
    /// Rows for which any of the three is missing are left out.
    pub fn multiply(&self, input: &[i16], scales: &[f32], out: &mut [f32]) {
        let product = Product { matrix: self, input, scales, out };
        match self.kernel {
            Kernel::Portable => product.run(Portable),
            #[cfg(target_arch = "x86_64")]
            Kernel::Sse41(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512(level) => level.vectorize(At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512Vnni(vnni) => vnni.base().vectorize(At { level: vnni.base(), product }),
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon(level) => level.vectorize(At { level, product }),
        }
    }
}

/// Quantises one input row symmetrically to ±[`INPUT_LIMIT`] and returns its scale.
///
/// `out` has the length of `row`; a row of zeros gets scale 0. Halves round to
/// even. Values must be finite.
#[must_use]
#[inline(always)]
pub fn quantize(row: &[f32], out: &mut [i16]) -> f32 {
    let limit = f32::from(INPUT_LIMIT);
    let largest = magnitude(row);
    if largest < f32::MIN_POSITIVE {
        out.fill(0);
        return 0.0;
    }
    let inverse = limit / largest;
    for (slot, value) in out.iter_mut().zip(row) {
        *slot = round(value * inverse);
    }
    largest / limit
}

/// Largest absolute value; a maximum is the same in whatever order it is taken.
#[inline(always)]
fn magnitude(row: &[f32]) -> f32 {
    // Unlike `f32::max`, this is one instruction: what it does with NaN is no concern here.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (chunks, rest) = row.as_chunks::<32>();
    let mut lanes = [0.0; 32];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(value.abs(), *lane);
        }
    }
    lanes.iter().chain(rest).fold(0.0, |largest, value| larger(value.abs(), largest))
}

/// Rounds |x| ≤ 2^15 to the nearest integer, halves to even.
///
/// Adding 1.5 × 2^23 pushes the fraction out of the mantissa, which then holds
/// the integer. Unlike `f32::round_ties_even` this needs no instruction that
/// only some levels have.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low 16 bits are the number sought")]
fn round(value: f32) -> i16 {
    const PUSH: f32 = 12_582_912.0;
    (value + PUSH).to_bits() as i16
}

/// Instruction set a product runs on.
#[derive(Debug, Clone, Copy)]
pub enum Kernel {
    /// Whatever the compiler makes of the build target.
    Portable,
    /// x86-64 with SSE 4.1.
    #[cfg(target_arch = "x86_64")]
    Sse41(pulp::x86::V2),
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// x86-64 with AVX-512 F, BW, CD, DQ and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// The same with VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(Vnni),
    /// aarch64, all of which has NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
}

impl Kernel {
    /// The fastest kernel of this machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Every kernel this machine can run, slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(pulp::x86::V2::try_new().map(Self::Sse41));
            kernels.extend(pulp::x86::V3::try_new().map(Self::Avx2));
            kernels.extend(pulp::x86::V4::try_new().map(Self::Avx512));
            kernels.extend(Vnni::try_new().map(Self::Avx512Vnni));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(pulp::aarch64::Neon::try_new().map(Self::Neon));
        kernels
    }
}

/// One call of [`Matrix::multiply`].
struct Product<'a> {
    matrix: &'a Matrix,
    input: &'a [i16],
    scales: &'a [f32],
    out: &'a mut [f32],
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

/// Input rows taken together, so that a weight is widened once for all of them.
const BLOCK: usize = 4;

/// Matrix rows that all input rows pass before the next ones are fetched.
///
/// A panel stays in the nearest caches, so that the matrix is read from memory
/// once, however many input rows there are.
const PANEL: usize = 16;

impl Product<'_> {
    #[inline(always)]
    fn run(self, level: impl Level) {
        let Product { matrix, input, scales, out } = self;
        let (columns, rows) = (matrix.columns, matrix.rows());
        if rows == 0 {
            return;
        }
        for (panel, weights) in matrix.weights.chunks(PANEL * columns).enumerate() {
            let first = panel * PANEL;
            let blocks = out.chunks_mut(BLOCK * rows).zip(input.chunks(BLOCK * columns)).zip(scales.chunks(BLOCK));
            for ((out, input), scales) in blocks {
                let block = Block { matrix, weights, first, input, scales, out };
                match scales.len() {
                    1 => block.run::<4, 1>(level),
                    2 => block.run::<2, 2>(level),
                    3 => block.run::<2, 3>(level),
                    _ => block.run::<2, BLOCK>(level),
                }
            }
        }
    }
}

/// Up to [`BLOCK`] input rows against one panel of the matrix.
struct Block<'a> {
    matrix: &'a Matrix,
    /// The panel's part of the weights.
    weights: &'a [i8],
    /// The panel's first row.
    first: usize,
    input: &'a [i16],
    scales: &'a [f32],
    out: &'a mut [f32],
}

impl Block<'_> {
    /// Goes through the panel `R` rows at a time with `T` input rows each.
    #[inline(always)]
    fn run<const R: usize, const T: usize>(mut self, level: impl Level) {
        let columns = self.matrix.columns;
        let inputs: [&[i16]; T] = pick(self.input, columns);
        let tiles = self.weights.chunks_exact(R * columns);
        let rest = tiles.remainder().chunks_exact(columns);
        let mut row = self.first;
        for weights in tiles {
            for sums in level.tile(pick::<_, R>(weights, columns), inputs) {
                self.store(row, sums);
                row += 1;
            }
        }
        for weights in rest {
            let [sums] = level.tile([weights], inputs);
            self.store(row, sums);
            row += 1;
        }
    }

    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "rounded the same way on every machine")]
    fn store<const T: usize>(&mut self, row: usize, sums: [i32; T]) {
        let rows = self.matrix.rows();
        let Some(scale) = self.matrix.scales.get(row) else { return };
        for ((sum, input_scale), out) in
            sums.into_iter().zip(self.scales).zip(self.out.iter_mut().skip(row).step_by(rows))
        {
            *out = sum as f32 * (scale * input_scale);
        }
    }
}

/// The first `N` rows of `length` elements; rows that are missing come out empty.
#[inline(always)]
fn pick<T, const N: usize>(elements: &[T], length: usize) -> [&[T]; N] {
    let mut rows = elements.chunks_exact(length);
    std::array::from_fn(|_| rows.next().unwrap_or_default())
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
            (1, 1, 1),
            (4, 32, 4),
            (5, 31, 3),  // neither rows nor columns fill a tile
            (7, 100, 9), // two blocks of inputs and one row over
            (6, 64, 2),
            (3, 4_096, 6), // the widest matrix
        ] {
            let weights: Vec<i8> = numbers(rows * columns, 127).map(|w| i8::try_from(w).unwrap()).collect();
            let input: Vec<i16> = numbers(count * columns, 2_047).collect();
            let expected = input.chunks(columns).flat_map(|input| {
                weights.chunks(columns).map(move |weights| {
                    weights.iter().zip(input).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum::<i32>()
                })
            });
            let expected: Vec<i32> = expected.collect();
            for kernel in Kernel::available() {
                let matrix = Matrix::new(columns, weights.clone(), vec![1.0; rows]).unwrap().with_kernel(kernel);
                let mut out = vec![f32::NAN; count * rows];
                matrix.multiply(&input, &vec![1.0; count], &mut out);
                #[expect(clippy::cast_precision_loss, reason = "the kernel rounds in the same way")]
                let rounded = expected.iter().map(|sum| (*sum as f32).to_bits());
                assert!(rounded.eq(out.iter().map(|sum| sum.to_bits())), "{rows}×{columns}×{count} {kernel:?}");
            }
        }
    }

    #[test]
    fn the_largest_sum_does_not_overflow() {
        for kernel in Kernel::available() {
            let weights = vec![-128; MAX_COLUMNS];
            let matrix = Matrix::new(MAX_COLUMNS, weights, vec![1.0]).unwrap().with_kernel(kernel);
            let mut out = [0.0];
            matrix.multiply(&vec![INPUT_LIMIT; MAX_COLUMNS], &[1.0], &mut out);
            assert!((out[0] + 128.0 * 2_047.0 * 4_096.0).abs() < 64.0, "{kernel:?}: {out:?}");
        }
    }

    #[test]
    fn scales_of_rows_and_inputs_multiply() {
        let matrix = Matrix::new(2, vec![1, 2, 3, 4], vec![0.5, 2.0]).unwrap();
        let mut out = [0.0; 4];
        matrix.multiply(&[1, 1, 10, 0], &[1.0, 0.25], &mut out);
        assert_eq!(out.map(f32::to_bits), [1.5, 14.0, 1.25, 15.0].map(f32::to_bits));
    }

    #[test]
    fn quantising_keeps_the_largest_value_and_rounds_halves_to_even() {
        let mut codes = [7; 5];
        let scale = quantize(&[2_047.0, -2_047.0, 0.5, 1.5, -2.5], &mut codes);
        assert_eq!(codes, [2_047, -2_047, 0, 2, -2]);
        assert_eq!(scale.to_bits(), 1.0_f32.to_bits());
        assert_eq!(quantize(&[0.0; 5], &mut codes).to_bits(), 0);
        assert_eq!(codes, [0; 5]);
    }

    #[test]
    fn lengths_must_fit() {
        for (columns, weights, scales) in [(0, 0, 0), (2, 3, 2), (3, 6, 1), (MAX_COLUMNS + 1, MAX_COLUMNS + 1, 1)] {
            let found = Matrix::new(columns, vec![0; weights], vec![0.0; scales]);
            assert!(found.is_err(), "{columns} columns, {weights} weights, {scales} scales");
        }
    }
}
