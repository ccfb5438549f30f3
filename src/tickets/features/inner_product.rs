//! Inner products of dense vectors in one order of summation, whatever the machine: equal inputs learn equal bits.
//!
//! Everything here is inlined into callers that are compiled for the widest vectors the machine has.

/// Partial sums of a product.
pub(crate) const LANES: usize = 16;

/// Inner product; the order of the sum does not depend on the machine.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    a.iter().zip(b).for_each(|(a, b)| add_products(&mut sums, a, b));
    total(sums) + rest_of(a_rest, b_rest)
}

/// A call of its own: where the compiler sees this sum, it lays the lanes of four products crosswise to have it sooner,
/// and loses thrice that on the way there.
#[inline(never)]
pub(crate) fn total(sums: [f32; LANES]) -> f32 {
    sums.iter().sum()
}

/// Adds the products of one step to the partial sums.
#[inline(always)]
pub(crate) fn add_products(sums: &mut [f32; LANES], a: &[f32; LANES], b: &[f32; LANES]) {
    sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
}

/// The product of what is left over after the last whole step.
#[inline(always)]
pub(crate) fn rest_of(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
