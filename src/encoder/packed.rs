//! The integer matrix product for many input rows at once.
//!
//! Computes exactly what `kernels::Matrix` does, bit for bit, with the weights laid
//! out anew: [`PANEL`] rows side by side, so that every element of a vector is the
//! sum of another row. Nothing is added up across a vector, and a panel is read
//! from memory once for all input rows: half as fast again as row by row. Rows
//! must come in whole panels; matrices that do not are for `kernels`.

use pulp::NullaryFnOnce;
use pulp::bytemuck::{self, Pod, Zeroable};
#[cfg(target_arch = "x86_64")]
use pulp::{cast, i8x16, i8x32, i16x8, i16x16, i16x32, i32x4, i32x8, i32x16, x86::V2, x86::V3, x86::V4};

use super::EncoderError;
use super::kernels::{Kernel, MAX_COLUMNS};
use super::lanes::vectorize;

/// Rows of a panel: one AVX-512 register of sums.
const PANEL: usize = 16;

/// Two neighbouring columns of one input row.
type Pair = [i16; 2];

/// Two neighbouring columns of a panel, row by row.
type Step = [i8; 2 * PANEL];

/// A linear layer's weights: rows (outputs) × columns (inputs), a value being `weight × scale[row]`.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// Panel by panel, each `columns / 2` long.
    steps: Vec<Step>,
    /// Panel by panel.
    scales: Vec<[f32; PANEL]>,
    columns: usize,
}

impl Packed {
    /// Rearranges row-major `weights` with one scale per row.
    ///
    /// # Errors
    ///
    /// `EncoderError::Shape` when the lengths disagree, the rows are not whole
    /// panels, or `columns` is odd, 0 or above [`MAX_COLUMNS`].
    pub(super) fn new(columns: usize, weights: &[i8], scales: &[f32]) -> Result<Self, EncoderError> {
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

    /// Number of outputs.
    pub(super) fn rows(&self) -> usize {
        self.scales.len() * PANEL
    }

    /// Number of inputs.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Multiplies n input rows: `out[i][row] = Σ input[i]·weights[row] × scale[row] × scales[i]`.
    ///
    /// `input` is n × columns, `scales` holds the n scales that `kernels::quantize`
    /// returned, `out` is n × rows. Rows for which any of the three is missing are left out.
    pub(super) fn multiply(&self, kernel: Kernel, input: &[i16], scales: &[f32], out: &mut [f32]) {
        let (pairs, _) = input.as_chunks();
        let (out, _) = out.as_chunks_mut();
        let product = Product { matrix: self, input: pairs, scales, out };
        match kernel {
            Kernel::Portable => product.run(Portable),
            #[cfg(target_arch = "x86_64")]
            Kernel::Sse41(level) => vectorize(kernel, At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2(level) => vectorize(kernel, At { level, product }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512(level) => vectorize(kernel, At { level, product }),
        }
    }
}

/// One call of [`Packed::multiply`].
struct Product<'a> {
    matrix: &'a Packed,
    input: &'a [Pair],
    scales: &'a [f32],
    out: &'a mut [[f32; PANEL]],
}

/// A product bound to an instruction set, so that all it inlines is compiled for it.
#[cfg(target_arch = "x86_64")]
struct At<'a, L> {
    level: L,
    product: Product<'a>,
}

#[cfg(target_arch = "x86_64")]
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
        let count = self.scales.len().min(self.input.len() / length);
        let count = count.min(self.out.len().checked_div(panels).unwrap_or_default());
        for (panel, steps) in self.matrix.steps.chunks_exact(length).enumerate() {
            let mut row = 0;
            // As many input rows at a time as leave their sums in registers.
            while row < count {
                row += match count - row {
                    8.. if L::WIDEST >= 8 => self.block::<L, 8>(level, steps, (panel, row)),
                    4.. if L::WIDEST >= 4 => self.block::<L, 4>(level, steps, (panel, row)),
                    3 if L::WIDEST >= 4 => self.block::<L, 3>(level, steps, (panel, row)),
                    2.. => self.block::<L, 2>(level, steps, (panel, row)),
                    _ => self.block::<L, 1>(level, steps, (panel, row)),
                };
            }
        }
    }

    /// `T` input rows from `row` on against one panel; returns `T`.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "rounded the same way on every machine")]
    fn block<L: Level, const T: usize>(&mut self, level: L, steps: &[Step], (panel, row): (usize, usize)) -> usize {
        let mut inputs = self.input.chunks_exact(steps.len()).skip(row);
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

/// An instruction set able to multiply panels.
trait Level: Copy {
    /// Input rows whose sums fit its registers.
    const WIDEST: usize;

    /// Dot products of `T` input rows with every row of a panel, over the length of the shortest.
    fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T];
}

/// The build target's own instructions, left to the compiler's vectoriser.
#[derive(Debug, Clone, Copy)]
struct Portable;

impl Level for Portable {
    const WIDEST: usize = 2;

    #[inline(always)]
    fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T] {
        inputs.map(|input| {
            let mut sums = [0; PANEL];
            for (step, [first, second]) in steps.iter().zip(input) {
                for (sum, [a, b]) in sums.iter_mut().zip(step.as_chunks().0) {
                    *sum += i32::from(*a) * i32::from(*first) + i32::from(*b) * i32::from(*second);
                }
            }
            sums
        })
    }
}

/// Vectors of one width and the operations a panel needs; `V` of them hold its 16 sums.
#[cfg(target_arch = "x86_64")]
trait Lanes: Copy {
    type Narrow: Pod;
    type Wide: Copy;
    type Sums: Pod;

    /// Extends every weight to 16 bits.
    fn widen(self, weights: Self::Narrow) -> Self::Wide;
    /// A vector of the same pair throughout.
    fn repeat(self, pair: Pair) -> Self::Wide;
    /// Adds the products of neighbouring pairs to `sums`.
    fn accumulate(self, sums: Self::Sums, weights: Self::Wide, input: Self::Wide) -> Self::Sums;
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn vector_sums<L: Lanes, const V: usize, const T: usize>(
    lanes: L,
    steps: &[Step],
    inputs: [&[Pair]; T],
) -> [[i32; PANEL]; T] {
    let length = inputs.iter().map(|input| input.len()).fold(steps.len(), usize::min);
    let inputs = inputs.map(|input| &input[..length]);
    let mut sums = [[L::Sums::zeroed(); V]; T];
    for (step, weights) in steps[..length].iter().enumerate() {
        let narrow: &[L::Narrow] = bytemuck::cast_slice(weights);
        let wide: [L::Wide; V] = std::array::from_fn(|v| lanes.widen(narrow[v]));
        for (sums, input) in sums.iter_mut().zip(inputs) {
            let pair = lanes.repeat(input[step]);
            for (sums, weights) in sums.iter_mut().zip(wide) {
                *sums = lanes.accumulate(*sums, weights, pair);
            }
        }
    }
    sums.map(|sums| {
        let mut out = [0; PANEL];
        out.copy_from_slice(bytemuck::cast_slice(&sums));
        out
    })
}

#[cfg(target_arch = "x86_64")]
macro_rules! vector_level {
    ($level:ty, $narrow:ty => $wide:ty => $sums:ty, $count:literal vectors, $widest:literal inputs,
     $widen:expr, $multiply:ident, $add:expr) => {
        impl Lanes for $level {
            type Narrow = $narrow;
            type Wide = $wide;
            type Sums = $sums;

            #[inline(always)]
            fn widen(self, weights: $narrow) -> $wide {
                $widen(self, weights)
            }

            #[inline(always)]
            fn repeat(self, pair: Pair) -> $wide {
                let both: i32 = cast(pair);
                cast([both; PANEL / $count])
            }

            #[inline(always)]
            fn accumulate(self, sums: $sums, weights: $wide, input: $wide) -> $sums {
                $add(self, sums, self.$multiply(weights, input))
            }
        }

        impl Level for $level {
            const WIDEST: usize = $widest;

            #[inline(always)]
            fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T] {
                vector_sums::<_, $count, T>(self, steps, inputs)
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vector_level!(V2, [i8; 8] => i16x8 => i32x4, 4 vectors, 2 inputs,
    |level: V2, weights| level.convert_i8x16_to_i16x8(cast([cast::<[i8; 8], i64>(weights), 0])),
    multiply_wrapping_add_adjacent_i16x8,
    |level: V2, sums, pairs| cast(level.sse2._mm_add_epi32(cast(sums), cast(pairs))));
#[cfg(target_arch = "x86_64")]
vector_level!(V3, i8x16 => i16x16 => i32x8, 2 vectors, 4 inputs,
    |level: V3, weights| level.convert_i8x16_to_i16x16(weights),
    multiply_wrapping_add_adjacent_i16x16,
    |level: V3, sums, pairs| cast(level.avx2._mm256_add_epi32(cast(sums), cast(pairs))));
#[cfg(target_arch = "x86_64")]
vector_level!(V4, i8x32 => i16x32 => i32x16, 1 vectors, 8 inputs,
    |level: V4, weights| level.convert_i8x32_to_i16x32(weights),
    multiply_wrapping_add_adjacent_i16x32,
    |level: V4, sums, pairs| cast(level.avx512f._mm512_add_epi32(cast(sums), cast(pairs))));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::kernels::Matrix;

    #[test]
    fn every_kernel_gives_the_bits_of_the_plain_matrix() {
        for (rows, columns, count) in [(16_usize, 2_usize, 1_usize), (48, 38, 19), (32, 384, 15), (16, 4096, 3)] {
            let weights: Vec<i8> =
                (0_usize..rows * columns).map(|i| ((i * 7919) % 255).to_le_bytes()[0].cast_signed()).collect();
            let scales: Vec<f32> = (0_u16..).take(rows).map(|row| 0.001 + f32::from(row) * 0.01).collect();
            let input: Vec<i16> = (-2047..=2047).cycle().step_by(401).take(count * columns).collect();
            let input_scales: Vec<f32> = (1_u16..).take(count).map(|row| 1.0 / f32::from(row)).collect();

            let mut expected = vec![0.0; count * rows];
            let plain = Matrix::new(columns, weights.clone(), scales.clone()).unwrap();
            plain.multiply(&input, &input_scales, &mut expected);
            let packed = Packed::new(columns, &weights, &scales).unwrap();
            for kernel in Kernel::available() {
                let mut found = vec![f32::NAN; count * rows];
                packed.multiply(kernel, &input, &input_scales, &mut found);
                let equal = found.iter().zip(&expected).all(|(found, expected)| found.to_bits() == expected.to_bits());
                assert!(equal, "{rows} × {columns}, {count} inputs, {kernel:?}");
            }
        }
    }

    #[test]
    fn only_whole_panels_are_taken() {
        for (rows, columns, weights) in [(15, 2, 30), (16, 3, 48), (16, 2, 31), (16, 0, 0), (16, 4098, 16 * 4098)] {
            assert!(Packed::new(columns, &vec![0; weights], &vec![1.0; rows]).is_err(), "{rows} × {columns}");
        }
    }

    #[test]
    fn missing_inputs_leave_the_output_alone() {
        let packed = Packed::new(2, &[1; 32], &[1.0; 16]).unwrap();
        let mut out = [7.0; 32];
        packed.multiply(Kernel::detect(), &[1, 1, 1], &[1.0, 1.0], &mut out);
        assert_eq!(out.map(|value| format!("{value}")).join(" "), [["2"; 16], ["7"; 16]].concat().join(" "));
    }
}
