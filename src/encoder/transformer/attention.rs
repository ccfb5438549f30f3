//! Scaled dot-product attention of a text's tokens to each other.
//!
//! Small beside the matrix products, hence plain floats, in the fixed order of
//! `arithmetic::reduce`. Takes one whole text: no mask, no causal order, no cache.

use pulp::NullaryFnOnce;

use super::elementary::exp;
use crate::encoder::arithmetic::reduce;

/// Elements of one head: the loops below are unrolled for it.
pub(super) const HEAD: usize = 32;

/// `softmax(Q·Kᵀ / √HEAD)·V` for each head (Vaswani et al., 2017, section 3.2).
pub(super) struct Attention<'a> {
    /// Number of heads; a row of queries is `heads × HEAD` wide, so are the others.
    pub(super) heads: usize,
    /// n rows of queries, keys and values, side by side.
    pub(super) projected: &'a [f32],
    /// Working memory.
    pub(super) weights: &'a mut Vec<f32>,
    /// The result, n × (heads × HEAD).
    pub(super) context: &'a mut [f32],
}

impl NullaryFnOnce for Attention<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { heads, weights, .. } = self;
        let (projected, _) = self.projected.as_chunks::<HEAD>();
        let (context, _) = self.context.as_chunks_mut::<HEAD>();
        let stride = 3 * heads;
        weights.resize(projected.len() / stride, 0.0);

        for head in 0..heads {
            let of_head = |part: usize| projected.iter().skip(part * heads + head).step_by(stride);
            for (query, out) in of_head(0).zip(context.iter_mut().skip(head).step_by(heads)) {
                for (weight, key) in weights.iter_mut().zip(of_head(1)) {
                    *weight = reduce::dot(query, key) * SCALE;
                }
                softmax(weights);
                let mut sums = [0.0; HEAD];
                for (weight, value) in weights.iter().zip(of_head(2)) {
                    for (sum, value) in sums.iter_mut().zip(value) {
                        *sum += weight * value;
                    }
                }
                *out = sums;
            }
        }
    }
}

/// 1 / √[`HEAD`].
const SCALE: f32 = 0.176_776_7;

/// Turns scores into positive weights that add up to one.
#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let largest = reduce::largest(scores);
    for score in scores.iter_mut() {
        *score = exp(*score - largest);
    }
    let total = reduce::sum(scores);
    for score in scores {
        *score /= total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_belongs_to_the_head_size() {
        assert!((SCALE - 1.0 / 32.0_f32.sqrt()).abs() < 1e-7);
    }

    #[test]
    fn weights_add_up_to_one_even_for_large_scores() {
        let mut scores = [1000.0, 999.0, -1000.0];
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{scores:?}");
        assert!((scores[0] / scores[1] - std::f32::consts::E).abs() < 1e-4, "{scores:?}");
    }

    /// Two tokens, two heads; the first head's queries match only the second key.
    #[test]
    fn a_head_takes_the_values_of_the_keys_its_query_matches() {
        let (heads, width) = (2, 2 * HEAD);
        let mut projected = vec![0.0; 2 * 3 * width];
        for token in 0..2 {
            projected[token * 3 * width] = 100.0; // query, head 0
        }
        projected[3 * width + width] = 100.0; // key of token 1, head 0
        projected[2 * width] = 5.0; // value of token 0, head 0
        projected[3 * width + 2 * width] = 7.0; // value of token 1, head 0
        projected[2 * width + HEAD] = 2.0; // value of token 0, head 1: no match, so the mean
        let mut context = vec![f32::NAN; 2 * width];
        Attention { heads, projected: &projected, weights: &mut Vec::new(), context: &mut context }.call();
        for token in 0..2 {
            assert!((context[token * width] - 7.0).abs() < 1e-5, "token {token}");
            assert!((context[token * width + HEAD] - 1.0).abs() < 1e-5, "token {token}");
        }
    }
}
