//! Tiles on vector instructions.
//!
//! Written without pointers and without `unsafe`: `pulp` hands out the
//! instructions as methods of a value that exists only on machines that have
//! them. Compilers find these instructions unaided only in part, at a quarter of
//! the speed.

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::int32x4_t;

#[cfg(target_arch = "aarch64")]
use pulp::aarch64::Neon;
use pulp::bytemuck::{self, Pod, Zeroable};
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V2, V3, V4};
use pulp::{cast, i16x8};
#[cfg(target_arch = "x86_64")]
use pulp::{i8x16, i8x32, i16x16, i16x32, i32x4, i32x8, i32x16};

use super::tiles::{Level, Portable};

/// Length of the shortest row.
#[inline(always)]
fn shortest<const R: usize, const T: usize>(weights: [&[i8]; R], inputs: [&[i16]; T]) -> usize {
    let weights = weights.iter().map(|row| row.len());
    weights.chain(inputs.iter().map(|row| row.len())).min().unwrap_or_default()
}

/// Vectors of one width and the three operations a dot product needs.
trait Lanes: Copy {
    /// A vector of 8-bit weights.
    type Narrow: Pod;
    /// A vector of as many 16-bit values.
    type Wide: Pod;
    /// A vector of half as many 32-bit sums.
    type Sums: Pod;
    /// Elements in `Narrow`.
    const LENGTH: usize;

    /// Extends every weight to 16 bits.
    fn widen(self, weights: Self::Narrow) -> Self::Wide;
    /// Adds the products of neighbouring pairs to `sums`.
    fn accumulate(self, sums: Self::Sums, weights: Self::Wide, input: Self::Wide) -> Self::Sums;
    /// Adds up the elements of `sums`.
    fn total(self, sums: Self::Sums) -> i32;
}

/// A tile on vectors; what does not fill one is left to [`Portable`].
#[inline(always)]
fn vector_tile<L: Lanes, const R: usize, const T: usize>(
    lanes: L,
    weights: [&[i8]; R],
    inputs: [&[i16]; T],
) -> [[i32; T]; R] {
    let length = shortest(weights, inputs);
    let whole = length / L::LENGTH * L::LENGTH;
    let steps = whole / L::LENGTH;
    let weight_vectors: [&[L::Narrow]; R] = weights.map(|row| &bytemuck::cast_slice(&row[..whole])[..steps]);
    let input_vectors: [&[L::Wide]; T] = inputs.map(|row| &bytemuck::cast_slice(&row[..whole])[..steps]);

    let mut sums = [[L::Sums::zeroed(); T]; R];
    for step in 0..steps {
        let wide = weight_vectors.map(|row| lanes.widen(row[step]));
        for (t, input) in input_vectors.iter().enumerate() {
            for r in 0..R {
                sums[r][t] = lanes.accumulate(sums[r][t], wide[r], input[step]);
            }
        }
    }
    let mut totals = sums.map(|row| row.map(|sums| lanes.total(sums)));
    if whole < length {
        let rest = Portable.tile(weights.map(|row| &row[whole..]), inputs.map(|row| &row[whole..length]));
        for (totals, rest) in totals.iter_mut().zip(rest) {
            for (total, rest) in totals.iter_mut().zip(rest) {
                *total += rest;
            }
        }
    }
    totals
}

#[cfg(target_arch = "x86_64")]
impl Lanes for V2 {
    type Narrow = [i8; 8];
    type Wide = i16x8;
    type Sums = i32x4;
    const LENGTH: usize = 8;

    #[inline(always)]
    fn widen(self, weights: [i8; 8]) -> i16x8 {
        let lower: i64 = cast(weights);
        self.convert_i8x16_to_i16x8(cast([lower, 0]))
    }

    #[inline(always)]
    fn accumulate(self, sums: i32x4, weights: i16x8, input: i16x8) -> i32x4 {
        let pairs = self.multiply_wrapping_add_adjacent_i16x8(weights, input);
        cast(self.sse2._mm_add_epi32(cast(sums), cast(pairs)))
    }

    #[inline(always)]
    fn total(self, sums: i32x4) -> i32 {
        let sums = cast(sums);
        let pairs = self.sse2._mm_add_epi32(sums, self.sse2._mm_shuffle_epi32::<0b1110>(sums));
        let total = self.sse2._mm_add_epi32(pairs, self.sse2._mm_shuffle_epi32::<1>(pairs));
        self.sse2._mm_cvtsi128_si32(total)
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for V3 {
    type Narrow = i8x16;
    type Wide = i16x16;
    type Sums = i32x8;
    const LENGTH: usize = 16;

    #[inline(always)]
    fn widen(self, weights: i8x16) -> i16x16 {
        self.convert_i8x16_to_i16x16(weights)
    }

    #[inline(always)]
    fn accumulate(self, sums: i32x8, weights: i16x16, input: i16x16) -> i32x8 {
        let pairs = self.multiply_wrapping_add_adjacent_i16x16(weights, input);
        cast(self.avx2._mm256_add_epi32(cast(sums), cast(pairs)))
    }

    #[inline(always)]
    fn total(self, sums: i32x8) -> i32 {
        let low = self.avx._mm256_castsi256_si128(cast(sums));
        let high = self.avx2._mm256_extracti128_si256::<1>(cast(sums));
        let quads = self.sse2._mm_add_epi32(low, high);
        let pairs = self.sse2._mm_add_epi32(quads, self.sse2._mm_shuffle_epi32::<0b1110>(quads));
        let total = self.sse2._mm_add_epi32(pairs, self.sse2._mm_shuffle_epi32::<1>(pairs));
        self.sse2._mm_cvtsi128_si32(total)
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for V4 {
    type Narrow = i8x32;
    type Wide = i16x32;
    type Sums = i32x16;
    const LENGTH: usize = 32;

    #[inline(always)]
    fn widen(self, weights: i8x32) -> i16x32 {
        self.convert_i8x32_to_i16x32(weights)
    }

    #[inline(always)]
    fn accumulate(self, sums: i32x16, weights: i16x32, input: i16x32) -> i32x16 {
        let pairs = self.multiply_wrapping_add_adjacent_i16x32(weights, input);
        cast(self.avx512f._mm512_add_epi32(cast(sums), cast(pairs)))
    }

    #[inline(always)]
    fn total(self, sums: i32x16) -> i32 {
        self.avx512f._mm512_reduce_add_epi32(cast(sums))
    }
}

#[cfg(target_arch = "aarch64")]
impl Lanes for Neon {
    type Narrow = [i8; 8];
    type Wide = i16x8;
    type Sums = int32x4_t;
    const LENGTH: usize = 8;

    #[inline(always)]
    fn widen(self, weights: [i8; 8]) -> i16x8 {
        cast(self.neon.vmovl_s8(cast(weights)))
    }

    #[inline(always)]
    fn accumulate(self, sums: int32x4_t, weights: i16x8, input: i16x8) -> int32x4_t {
        let (weights, input) = (cast(weights), cast(input));
        let (low, low_input) = (self.neon.vget_low_s16(weights), self.neon.vget_low_s16(input));
        self.neon.vmlal_high_s16(self.neon.vmlal_s16(sums, low, low_input), weights, input)
    }

    #[inline(always)]
    fn total(self, sums: int32x4_t) -> i32 {
        self.neon.vaddvq_s32(sums)
    }
}

macro_rules! vector_level {
    ($level:ty) => {
        impl Level for $level {
            #[inline(always)]
            fn tile<const R: usize, const T: usize>(self, weights: [&[i8]; R], inputs: [&[i16]; T]) -> [[i32; T]; R] {
                vector_tile(self, weights, inputs)
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
vector_level!(V2);
#[cfg(target_arch = "x86_64")]
vector_level!(V3);
#[cfg(target_arch = "x86_64")]
vector_level!(V4);
#[cfg(target_arch = "aarch64")]
vector_level!(Neon);
