//! Tiles of the integer matrix product, one implementation per instruction set.
//!
//! A tile is R weight rows times T input rows: large enough that each loaded
//! vector is used several times, small enough that its R × T sums stay in
//! registers. The hand-written levels are in `vectors`.

/// An instruction set able to compute tiles.
pub(super) trait Level: Copy {
    /// Dot products of every weight row with every input row, over the length of the shortest.
    fn tile<const R: usize, const T: usize>(self, weights: [&[i8]; R], inputs: [&[i16]; T]) -> [[i32; T]; R];
}

/// The build target's own instructions, left to the compiler's vectoriser.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

impl Level for Portable {
    #[inline(always)]
    fn tile<const R: usize, const T: usize>(self, weights: [&[i8]; R], inputs: [&[i16]; T]) -> [[i32; T]; R] {
        weights.map(|weights| inputs.map(|input| dot(weights, input)))
    }
}

/// Inner product over the length of the shorter row.
#[inline(always)]
fn dot(weights: &[i8], input: &[i16]) -> i32 {
    weights.iter().zip(input).map(|(weight, value)| i32::from(*weight) * i32::from(*value)).sum()
}
