//! One layer of a BERT encoder: attention, then feed-forward, each with a residual.
//!
//! Normalisation comes after the residual, as in the original (Devlin et al.,
//! 2019). How tokens become rows and rows a sentence vector is in `transformer`.

use pulp::NullaryFnOnce;

use super::attention::{Attention, HEAD};
use super::elementary::Gelu;
use super::linear::{Linear, Quantized};
use crate::encoder::EncoderError;
use crate::encoder::arithmetic::Kernel;
use crate::encoder::arithmetic::{reduce, vectorize};
use crate::encoder::layer_norm::LayerNorm;
use crate::encoder::weights::Weights;

/// The weights of one layer; `hidden` is the width of a token's row.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// hidden → queries, keys and values, `3 × hidden`.
    attention_input: Linear,
    /// The heads' results → hidden.
    attention_output: Linear,
    attention_norm: LayerNorm,
    /// hidden → the wide inner row.
    feed_forward_inner: Linear,
    /// The inner row → hidden.
    feed_forward_outer: Linear,
    feed_forward_norm: LayerNorm,
}

/// Working memory of a layer, reused from layer to layer and text to text.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    quantized: Quantized,
    wide: Vec<f32>,
    context: Vec<f32>,
    branch: Vec<f32>,
    attention_weights: Vec<f32>,
}

impl Layer {
    /// Reads the tensors whose names begin with `prefix`.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when one is missing, `Shape` when they do not fit
    /// each other or rows of `hidden` elements.
    pub(super) fn read(weights: &Weights<'_>, prefix: &str, hidden: usize, epsilon: f32) -> Result<Self, EncoderError> {
        let linear = |name: &str| Linear::read(weights, &format!("{prefix}.{name}"));
        let norm = |name: &str| LayerNorm::read(weights, &format!("{prefix}.{name}"), hidden, epsilon);
        let layer = Self {
            attention_input: linear("attention.input")?,
            attention_output: linear("attention.output")?,
            attention_norm: norm("attention.norm")?,
            feed_forward_inner: linear("feed_forward.inner")?,
            feed_forward_outer: linear("feed_forward.outer")?,
            feed_forward_norm: norm("feed_forward.norm")?,
        };
        if layer.fits(hidden) {
            Ok(layer)
        } else {
            Err(EncoderError::Shape(format!("{prefix}: the parts do not fit rows of {hidden} elements")))
        }
    }

    fn fits(&self, hidden: usize) -> bool {
        let shape = |linear: &Linear| (linear.columns(), linear.rows());
        let inner = self.feed_forward_inner.rows();
        hidden.is_multiple_of(HEAD)
            && shape(&self.attention_input) == (hidden, hidden.saturating_mul(3))
            && shape(&self.attention_output) == (hidden, hidden)
            && shape(&self.feed_forward_inner) == (hidden, inner)
            && shape(&self.feed_forward_outer) == (inner, hidden)
    }

    /// Runs on `kernel` from now on.
    pub(super) fn with_kernel(self, kernel: Kernel) -> Self {
        Self {
            attention_input: self.attention_input.with_kernel(kernel),
            attention_output: self.attention_output.with_kernel(kernel),
            feed_forward_inner: self.feed_forward_inner.with_kernel(kernel),
            feed_forward_outer: self.feed_forward_outer.with_kernel(kernel),
            ..self
        }
    }

    /// Replaces n rows of hidden states by the layer's output.
    pub(super) fn apply(&self, kernel: Kernel, states: &mut [f32], buffers: &mut Buffers) {
        let Buffers { quantized, wide, context, branch, attention_weights } = buffers;
        let heads = self.attention_input.rows() / (3 * HEAD);

        self.attention_input.apply(states, quantized, wide);
        context.resize(states.len(), 0.0);
        let attention = Attention { heads, projected: wide, weights: attention_weights, context };
        vectorize(kernel, attention);
        self.attention_output.apply(context, quantized, branch);
        vectorize(kernel, AddAndNorm { states, branch, norm: &self.attention_norm });

        self.feed_forward_inner.apply(states, quantized, wide);
        vectorize(kernel, Gelu(wide));
        self.feed_forward_outer.apply(wide, quantized, branch);
        vectorize(kernel, AddAndNorm { states, branch, norm: &self.feed_forward_norm });
    }
}

/// Adds the branch to the residual stream and normalises every row.
struct AddAndNorm<'a> {
    states: &'a mut [f32],
    branch: &'a [f32],
    norm: &'a LayerNorm,
}

impl NullaryFnOnce for AddAndNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.norm.weight.len();
        for (row, branch) in self.states.chunks_exact_mut(width).zip(self.branch.chunks_exact(width)) {
            reduce::add(row, branch);
            self.norm.apply(row);
        }
    }
}
