//! Float reductions in one fixed order, and the loops built on them.
//!
//! Float addition depends on its order, so a sum the compiler may reorder would
//! differ between machines. Every sum here runs in [`LANES`] explicit lanes that
//! are then added in a fixed tree: as wide as the hardware likes, yet the same
//! bits everywhere. No multiplication is fused into an addition. Matrices are in
//! `kernels`.

use pulp::NullaryFnOnce;

use super::EncoderError;
use super::kernels::Kernel;
use super::weights::Weights;

/// Partial sums kept side by side: one AVX register of `f32`.
pub(super) const LANES: usize = 8;

/// Runs `job` compiled for the instruction set of `kernel`.
///
/// Only what is inlined into `job` profits, hence the `#[inline(always)]` below.
/// Closures are for [`vectorize_loop`].
pub(super) fn vectorize<J: NullaryFnOnce>(kernel: Kernel, job: J) -> J::Output {
    match kernel {
        Kernel::Portable => job.call(),
        #[cfg(target_arch = "x86_64")]
        Kernel::Sse41(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512Vnni(level) => level.vectorize(job),
        #[cfg(target_arch = "aarch64")]
        Kernel::Neon(level) => level.vectorize(job),
    }
}

/// [`vectorize`] for a closure, which must be marked `#[inline(always)]`.
///
/// It is taken as `FnMut`: a closure called as `FnOnce` goes through a shim that
/// the compiler leaves on its own, compiled for the build target alone.
pub(super) fn vectorize_loop<R>(kernel: Kernel, job: impl FnMut() -> R) -> R {
    struct Inlined<F>(F);

    impl<R, F: FnMut() -> R> NullaryFnOnce for Inlined<F> {
        type Output = R;

        #[inline(always)]
        fn call(mut self) -> R {
            (self.0)()
        }
    }

    vectorize(kernel, Inlined(job))
}

/// The largest value of each column over the rows of `width` values; zeros without rows.
pub(super) fn peaks(kernel: Kernel, rows: &[f32], width: usize) -> Vec<f32> {
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
fn sum_of(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
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
pub(super) fn sum(values: &[f32]) -> f32 {
    sum_of(values, |value| value)
}

/// Inner product of two vectors of `N` elements, a multiple of [`LANES`].
#[inline(always)]
pub(super) fn dot<const N: usize>(left: &[f32; N], right: &[f32; N]) -> f32 {
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
pub(super) fn largest(values: &[f32]) -> f32 {
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
pub(super) fn add(row: &mut [f32], addend: &[f32]) {
    for (value, addend) in row.iter_mut().zip(addend) {
        *value += addend;
    }
}

/// Scales a vector to length one; a vector of zeros stays as it is.
pub(super) fn normalize(vector: &mut [f32]) {
    let squares = sum_of(vector, |value| value * value);
    if squares > 0.0 {
        let length = squares.sqrt();
        for value in vector {
            *value /= length;
        }
    }
}

/// Layer normalisation (Ba, Kiros and Hinton, 2016): zero mean, unit variance, then scale and shift.
#[derive(Debug, Clone)]
pub(super) struct LayerNorm {
    /// One factor per element.
    pub(super) weight: Vec<f32>,
    /// One summand per element.
    pub(super) bias: Vec<f32>,
    /// Added to the variance before the root.
    pub(super) epsilon: f32,
}

impl LayerNorm {
    /// Reads `{name}.weight` and `{name}.bias`, of `width` elements each.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one of them is missing, `Shape` when one has another length.
    pub(super) fn read(weights: &Weights<'_>, name: &str, width: usize, epsilon: f32) -> Result<Self, EncoderError> {
        let weight = weights.floats(&format!("{name}.weight"))?;
        let bias = weights.floats(&format!("{name}.bias"))?;
        if [weight.len(), bias.len()] == [width; 2] {
            Ok(Self { weight, bias, epsilon })
        } else {
            Err(EncoderError::Shape(format!("{name}: expected {width} elements")))
        }
    }

    /// Normalises one row in place.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "rows are a few thousand elements long")]
    pub(super) fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row) / count;
        let variance = sum_of(row, |value| (value - mean) * (value - mean)) / count;
        let inverse = 1.0 / (variance + self.epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *value = (*value - mean) * inverse * weight + bias;
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
    fn a_normalised_row_has_mean_zero_and_variance_one() {
        let norm = LayerNorm { weight: vec![1.0; 384], bias: vec![0.0; 384], epsilon: 1e-12 };
        let mut row = values(384);
        norm.apply(&mut row);
        assert!(sum(&row).abs() < 1e-3);
        assert!((sum_of(&row, |value| value * value) / 384.0 - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_vector_of_zeros_is_not_divided_by_its_length() {
        let mut vector = vec![0.0; 16];
        normalize(&mut vector);
        assert!(vector.iter().all(|value| value.to_bits() == 0));
    }
}
