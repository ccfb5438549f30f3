//! Panels of the integer matrix product, one implementation per instruction set.
//!
//! A panel is [`PANEL`] matrix rows side by side, two columns at a time; every
//! element of a vector is the sum of another row, so nothing is added up across a
//! vector. Layout and scales are `packed_matrix`'s matter.

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::{int8x8_t, int16x8_t};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m128i, __m256i, __m512i};

#[cfg(target_arch = "aarch64")]
use pulp::aarch64::Neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use pulp::bytemuck::{self, Pod, Zeroable};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use pulp::cast;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V2, V3, V4};

#[cfg(target_arch = "x86_64")]
use super::vnni::Vnni;

/// Rows of a panel: one AVX-512 register of sums.
pub(super) const PANEL: usize = 16;

/// Two neighbouring columns of one input row.
pub(super) type Pair = [i16; 2];

/// Two neighbouring columns of a panel, row by row.
pub(super) type Step = [i8; 2 * PANEL];

/// An instruction set able to multiply panels.
pub(super) trait Level: Copy {
    /// Input rows whose sums fit its registers.
    const WIDEST: usize;

    /// Dot products of `T` input rows with every row of a panel, over the length of the shortest.
    fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T];
}

/// The build target's own instructions, left to the compiler's vectoriser.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

impl Level for Portable {
    /// More than one, and the compiler finds no vectors.
    const WIDEST: usize = 1;

    #[inline(always)]
    fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T] {
        inputs.map(|input| {
            let mut sums = [0; PANEL];
            for (weights, [first, second]) in steps.iter().zip(input) {
                for (sum, [a, b]) in sums.iter_mut().zip(weights.as_chunks().0) {
                    *sum += i32::from(*a) * i32::from(*first) + i32::from(*b) * i32::from(*second);
                }
            }
            sums
        })
    }
}

/// Vectors of one width and the operations a panel needs; `V` of them hold its 16 sums.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
trait Lanes: Copy {
    /// As many weights as [`Lanes::Vector`] holds 16-bit values.
    type Narrow: Pod;
    /// 16-bit values, or half as many 32-bit sums. The processor's own type:
    /// arrays the compiler may cut into narrower vectors.
    type Vector: Pod;

    /// Extends every weight to 16 bits, in whatever order [`Lanes::repeat`] has as well.
    fn widen(self, weights: Self::Narrow) -> Self::Vector;
    /// A vector of the same pair throughout.
    fn repeat(self, pair: Pair) -> Self::Vector;
    /// Adds 32-bit sums.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Adds the products of neighbouring pairs to `sums`.
    fn accumulate(self, sums: Self::Vector, weights: Self::Vector, input: Self::Vector) -> Self::Vector;
}

/// Dot products of `T` input rows with every row of a panel.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
fn vector_sums<L: Lanes, const V: usize, const T: usize>(
    lanes: L,
    steps: &[Step],
    inputs: [&[Pair]; T],
) -> [[i32; PANEL]; T]
where
    [L::Vector; V]: Pod,
{
    let length = inputs.iter().map(|input| input.len()).fold(steps.len(), usize::min);
    let (steps, inputs) = (&steps[..length], inputs.map(|input| &input[..length]));
    if T > 1 {
        let [sums] = chains::<L, V, T, 1>(lanes, steps, inputs);
        return sums.map(cast);
    }
    // With one sum, every addition would wait for the one before it.
    let whole = length / 4 * 4;
    let parts = chains::<L, V, T, 4>(lanes, &steps[..whole], inputs.map(|input| &input[..whole]));
    let [mut total] = chains::<L, V, T, 1>(lanes, &steps[whole..], inputs.map(|input| &input[whole..]));
    for part in parts {
        for (total, part) in total.iter_mut().zip(part) {
            for (total, part) in total.iter_mut().zip(part) {
                *total = lanes.add(*total, part);
            }
        }
    }
    total.map(cast)
}

/// The same as `U` sums of every `U`th step, as vectors; steps that do not fill `U` are left out.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
fn chains<L: Lanes, const V: usize, const T: usize, const U: usize>(
    lanes: L,
    steps: &[Step],
    inputs: [&[Pair]; T],
) -> [[[L::Vector; V]; T]; U] {
    let (steps, _) = steps.as_chunks::<U>();
    let inputs = inputs.map(|input| &input.as_chunks::<U>().0[..steps.len()]);
    let mut sums = [[[L::Vector::zeroed(); V]; T]; U];
    for (step, weights) in steps.iter().enumerate() {
        for u in 0..U {
            let narrow: &[L::Narrow] = bytemuck::cast_slice(&weights[u]);
            let wide: [L::Vector; V] = std::array::from_fn(|v| lanes.widen(narrow[v]));
            for (sums, input) in sums[u].iter_mut().zip(inputs) {
                let pair = lanes.repeat(input[step][u]);
                for (sums, weights) in sums.iter_mut().zip(wide) {
                    *sums = lanes.accumulate(*sums, weights, pair);
                }
            }
        }
    }
    sums
}

#[cfg(target_arch = "aarch64")]
impl Lanes for Neon {
    type Narrow = [i8; 8];
    type Vector = int16x8_t;

    /// NEON multiplies halves of vectors: the first columns of four rows come to lie before the second.
    #[inline(always)]
    fn widen(self, weights: [i8; 8]) -> int16x8_t {
        let apart: int8x8_t = self.neon.vtbl1_s8(cast(weights), cast([0_i8, 2, 4, 6, 1, 3, 5, 7]));
        self.neon.vmovl_s8(apart)
    }

    #[inline(always)]
    fn repeat(self, [first, second]: Pair) -> int16x8_t {
        self.neon.vcombine_s16(self.neon.vdup_n_s16(first), self.neon.vdup_n_s16(second))
    }

    #[inline(always)]
    fn add(self, a: int16x8_t, b: int16x8_t) -> int16x8_t {
        cast(self.neon.vaddq_s32(cast(a), cast(b)))
    }

    #[inline(always)]
    fn accumulate(self, sums: int16x8_t, weights: int16x8_t, input: int16x8_t) -> int16x8_t {
        let (first, repeated) = (self.neon.vget_low_s16(weights), self.neon.vget_low_s16(input));
        let sums = self.neon.vmlal_s16(cast(sums), first, repeated);
        cast(self.neon.vmlal_high_s16(sums, weights, input))
    }
}

#[cfg(target_arch = "aarch64")]
impl Level for Neon {
    const WIDEST: usize = 6;

    #[inline(always)]
    fn sums<const T: usize>(self, steps: &[Step], inputs: [&[Pair]; T]) -> [[i32; PANEL]; T] {
        vector_sums::<_, 4, T>(self, steps, inputs)
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! vector_level {
    ($level:ty, $narrow:ty => $vector:ty, $count:literal vectors, $widest:literal inputs,
     $widen:expr, $repeat:expr, $add:expr, $multiply:expr) => {
        impl Lanes for $level {
            type Narrow = $narrow;
            type Vector = $vector;

            #[inline(always)]
            fn widen(self, weights: $narrow) -> $vector {
                $widen(self, weights)
            }

            #[inline(always)]
            fn repeat(self, pair: Pair) -> $vector {
                $repeat(self, cast(pair))
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                $add(self, a, b)
            }

            #[inline(always)]
            fn accumulate(self, sums: $vector, weights: $vector, input: $vector) -> $vector {
                $add(self, sums, $multiply(self, weights, input))
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
vector_level!(V2, [i8; 8] => __m128i, 4 vectors, 2 inputs,
    |level: V2, weights: [i8; 8]| level.sse4_1._mm_cvtepi8_epi16(cast([cast::<_, i64>(weights), 0])),
    |level: V2, pair| level.sse2._mm_set1_epi32(pair),
    |level: V2, a, b| level.sse2._mm_add_epi32(a, b),
    |level: V2, weights, input| level.sse2._mm_madd_epi16(weights, input));
#[cfg(target_arch = "x86_64")]
vector_level!(V3, [i8; 16] => __m256i, 2 vectors, 5 inputs,
    |level: V3, weights| level.avx2._mm256_cvtepi8_epi16(cast(weights)),
    |level: V3, pair| level.avx._mm256_set1_epi32(pair),
    |level: V3, a, b| level.avx2._mm256_add_epi32(a, b),
    |level: V3, weights, input| level.avx2._mm256_madd_epi16(weights, input));
#[cfg(target_arch = "x86_64")]
vector_level!(V4, [i8; 32] => __m512i, 1 vectors, 12 inputs,
    |level: V4, weights| level.avx512bw._mm512_cvtepi8_epi16(cast(weights)),
    |level: V4, pair| level.avx512f._mm512_set1_epi32(pair),
    |level: V4, a, b| level.avx512f._mm512_add_epi32(a, b),
    |level: V4, weights, input| level.avx512bw._mm512_madd_epi16(weights, input));
#[cfg(target_arch = "x86_64")]
vector_level!(Vnni, [i8; 32] => __m512i, 1 vectors, 12 inputs,
    |level: Vnni, weights| level.base().widen(weights),
    |level: Vnni, pair| level.base().avx512f._mm512_set1_epi32(pair),
    |level: Vnni, a, b| level.base().add(a, b),
    |level: Vnni, weights, input| level.base().avx512bw._mm512_madd_epi16(weights, input));
