//! Float reductions in one fixed order, and the loops built on them.
//!
//! Float addition depends on its order, so a sum the compiler may reorder would
//! differ between machines. Every sum here runs in [`LANES`] explicit lanes that
//! are then added in a fixed tree: as wide as the hardware likes, yet the same
//! bits everywhere. No multiplication is fused into an addition. Integer products
//! are in `packed_matrix`.

use super::kernel::{Kernel, vectorize_loop};

/// Partial sums kept side by side: one AVX register of `f32`.
const LANES: usize = 8;

/// The largest value of each column over the rows of `width` values; zeros without rows.
pub(in crate::encoder) fn peaks(kernel: Kernel, rows: &[f32], width: usize) -> Vec<f32> {
    let mut rows = rows.chunks_exact(width);
    let mut most = rows.next().map_or_else(|| vec![0.0; width], <[f32]>::to_vec);
    vectorize_loop(
        kernel,
        #[inline(always)]
        || {
            for row in rows.by_ref() {
                for (most, value) in most.iter_mut().zip(row) {
                    *most = most.max(*value);
                }
            }
        },
    );
    most
}

/// Adds eight partial sums as a balanced tree.
#[inline(always)]
fn tree([a, b, c, d, e, f, g, h]: [f32; LANES]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Sum of `term` over all values; the tail shorter than [`LANES`] goes to the first lanes.
#[inline(always)]
pub(in crate::encoder) fn sum_of(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, tail) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += term(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(tail) {
        *lane += term(*value);
    }
    tree(lanes)
}

/// Sum of all values.
#[inline(always)]
pub(in crate::encoder) fn sum(values: &[f32]) -> f32 {
    sum_of(values, |value| value)
}

/// Inner product of two vectors of `N` elements, a multiple of [`LANES`].
#[inline(always)]
pub(in crate::encoder) fn dot<const N: usize>(left: &[f32; N], right: &[f32; N]) -> f32 {
    let (left, _) = left.as_chunks::<LANES>();
    let (right, _) = right.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for ((lane, a), b) in lanes.iter_mut().zip(left).zip(right) {
            *lane += a * b;
        }
    }
    tree(lanes)
}

/// Largest value, or minus infinity for no values; the order of a maximum does not matter.
#[inline(always)]
pub(in crate::encoder) fn largest(values: &[f32]) -> f32 {
    // Unlike `f32::max`, this is one instruction: what it does with NaN is no concern here.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (chunks, tail) = values.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *value);
        }
    }
    lanes.iter().chain(tail).fold(f32::NEG_INFINITY, |so_far, value| larger(so_far, *value))
}

/// Adds `addend` element by element.
#[inline(always)]
pub(in crate::encoder) fn add(row: &mut [f32], addend: &[f32]) {
    for (value, addend) in row.iter_mut().zip(addend) {
        *value += addend;
    }
}

/// Scales a vector to length one; a vector of zeros stays as it is.
pub(in crate::encoder) fn normalize(vector: &mut [f32]) {
    let squares = sum_of(vector, |value| value * value);
    if squares > 0.0 {
        let length = squares.sqrt();
        for value in vector {
            *value /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: u16) -> Vec<f32> {
        (0..count).map(|i| (f32::from(i) * 0.37).sin() * f32::from(i % 17)).collect()
    }

    #[test]
    fn every_kernel_sums_to_the_same_bits() {
        for count in [0, 1, 7, 8, 9, 384, 1000] {
            let values = values(count);
            let expected = vectorize_loop(Kernel::Portable, || (sum(&values), largest(&values)));
            for kernel in Kernel::available() {
                let found = vectorize_loop(kernel, || (sum(&values), largest(&values)));
                assert_eq!(found.0.to_bits(), expected.0.to_bits(), "{kernel:?}, {count} values");
                assert_eq!(found.1.to_bits(), expected.1.to_bits(), "{kernel:?}, {count} values");
            }
        }
    }

    #[test]
    fn sums_agree_with_double_precision() {
        for count in [1, 9, 384, 1000] {
            let values = values(count);
            let exact: f64 = values.iter().map(|value| f64::from(*value)).sum();
            assert!((f64::from(sum(&values)) - exact).abs() < 1e-2, "{count} values");
        }
    }

    #[test]
    fn a_vector_of_zeros_is_not_divided_by_its_length() {
        let mut vector = vec![0.0; 16];
        normalize(&mut vector);
        assert!(vector.iter().all(|value| value.to_bits() == 0));
    }
}
