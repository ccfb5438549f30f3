//! The convolutional encoder: Universal Sentence Encoder, multilingual, version 3.
//!
//! Embeddings pass through three branches of n-gram convolutions, the results are
//! added up over the text and a small dense network turns the sum into the
//! sentence's vector (Yang et al., *Multilingual Universal Sentence Encoder for
//! Semantic Retrieval*, ACL 2020). It does not cache: the same text is encoded anew.

mod branch;
mod projection;
mod table;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use self::branch::{Branch, relu};
use self::projection::Projection;
use self::table::Table;
use super::EncoderError;
use super::arithmetic::PackedMatrix;
use super::arithmetic::{Kernel, quantize};
use super::arithmetic::{reduce, vectorize_loop};
use super::layer_norm::LayerNorm;
use super::weights::Weights;
use super::word_piece::{Lattice, Pieces};

/// Pieces of a text that count: a bound on the work, to which each adds as much. So many of a text that may come with a
/// question, about 350 Chinese characters; twice as many of one that only a long ticket can be, which may cost more.
const LONGEST: usize = 256;
const LONGEST_OF_LONG: usize = 512;
/// Characters beyond which a text is long. A question of 500 as typed is 753 at most when it is normalised, and some more
/// where it is read with what was said before.
const LONG: usize = 800;

/// A sentence encoder that looks at short n-grams; fast.
#[derive(Debug, Clone)]
pub struct Convolutional {
    pieces: Pieces,
    table: Table,
    projection: Projection,
    branches: Vec<Branch>,
    /// Over embedding and branches, side by side.
    norm: LayerNorm,
    pooling: PackedMatrix,
    pooling_bias: Vec<f32>,
    /// Residual dense layers without bias: see [`Convolutional::head`].
    stack: [PackedMatrix; 4],
    kernel: Kernel,
}

/// Working memory, reused from text to text; grows with the longest text seen.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    lattice: Lattice,
    /// tokens × (embedding + branches).
    features: Vec<f32>,
    projected: Vec<f32>,
    projection: projection::Buffers,
    branch: branch::Buffers,
    codes: Vec<i16>,
    scales: Vec<f32>,
    pooled: Vec<f32>,
    /// The dense layers' outputs.
    dense: [Vec<f32>; 3],
}

#[derive(Deserialize)]
struct Header {
    branches: Vec<Window>,
    epsilon: f32,
    dimensions: usize,
}

#[derive(Deserialize)]
struct Window {
    width: usize,
    before: usize,
}

impl Convolutional {
    /// Builds the encoder from a weight file of architecture `convolutional`.
    ///
    /// # Errors
    ///
    /// `EncoderError::Header` or `Tensor` when a part is missing, `Shape` when the
    /// parts do not fit each other.
    pub(super) fn read(weights: &Weights<'_>) -> Result<Self, EncoderError> {
        let Header { branches: windows, epsilon, dimensions } = weights.header()?;
        let table = Table::read(weights)?;
        let kernel = Kernel::detect();
        let projection = Projection::read(weights, epsilon, &table, kernel)?;
        let channels = projection.width() / windows.len().max(1);
        let branches = windows.iter().map(|window| Branch::read(weights, (window.width, window.before), channels));
        let encoder = Self {
            pieces: Pieces::read(weights, table.rows())?,
            table,
            projection,
            branches: branches.collect::<Result<_, _>>()?,
            norm: norm(weights, "norm", epsilon)?,
            pooling: weights.matrix("pooling")?,
            pooling_bias: weights.floats("pooling.bias")?,
            stack: [
                weights.matrix("stack.0")?,
                weights.matrix("stack.1")?,
                weights.matrix("stack.2")?,
                weights.matrix("stack.3")?,
            ],
            kernel,
        };
        if encoder.fits(channels) && encoder.dimensions() == dimensions {
            Ok(encoder)
        } else {
            Err(EncoderError::Shape("the layers do not fit each other".to_owned()))
        }
    }

    /// Whether every layer takes what the one before it gives.
    fn fits(&self, channels: usize) -> bool {
        let inner = channels * self.branches.len();
        let features = self.table.dimensions() + inner;
        let [first, second, third, fourth] = &self.stack;
        let hidden = second.rows();
        let output = fourth.rows();
        let shape = |matrix: &PackedMatrix| (matrix.columns(), matrix.rows());
        channels > 0
            && self.projection.width() == inner
            && [self.norm.weight.len(), self.norm.bias.len()] == [features; 2]
            && self.pooling.columns() == features
            && self.pooling_bias.len() == self.pooling.rows()
            && shape(first) == (self.pooling.rows(), 2 * hidden)
            && second.columns() == hidden
            && shape(third) == (hidden, 2 * output)
            && fourth.columns() == output
    }

    /// Length of the vectors.
    pub(super) fn dimensions(&self) -> usize {
        self.stack[3].rows()
    }

    /// Runs on `kernel` from now on; for tests and measurements.
    pub(super) fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// The vector of `text`, of length one.
    pub(super) fn encode(&self, text: &str, buffers: &mut Buffers) -> Vec<f32> {
        let tokens = self.embed(text, buffers);
        self.convolve(tokens, buffers);
        self.pool(tokens, buffers);
        self.head(buffers)
    }

    /// The largest value of each feature over the pieces of the text encoded last: embedding and branches side by side.
    pub(super) fn peaks(&self, buffers: &Buffers) -> Vec<f32> {
        reduce::peaks(self.kernel, &buffers.features, self.norm.weight.len())
    }

    /// Looks up the pieces, fills the embedding part of `features` and `projected`; returns their number.
    fn embed(&self, text: &str, buffers: &mut Buffers) -> usize {
        let Buffers { lattice, features, projected, projection, .. } = buffers;
        let rows = self.pieces.split(text, longest(text), lattice);
        let (width, columns) = (self.norm.weight.len(), self.table.dimensions());
        features.resize(rows.len() * width, 0.0);
        vectorize_loop(
            self.kernel,
            #[inline(always)]
            || {
                for (feature, row) in features.chunks_exact_mut(width).zip(rows) {
                    self.table.unpack(*row, feature.get_mut(..columns).unwrap_or_default());
                }
            },
        );
        let embeddings = features.chunks_exact(width).map(|feature| feature.get(..columns).unwrap_or_default());
        self.projection.apply(self.kernel, rows.iter().copied().zip(embeddings), projection, projected);
        rows.len()
    }

    /// Runs every branch and writes its result beside the embeddings.
    fn convolve(&self, tokens: usize, buffers: &mut Buffers) {
        let Buffers { features, projected, branch: inner, .. } = buffers;
        let (width, projected_width) = (self.norm.weight.len(), self.projection.width());
        let channels = projected_width / self.branches.len();
        for (index, branch) in self.branches.iter().enumerate() {
            let start = index * channels;
            inner.rows.resize(tokens * channels, 0.0);
            let sources = projected.chunks_exact(projected_width);
            for (row, source) in inner.rows.chunks_exact_mut(channels).zip(sources) {
                row.copy_from_slice(source.get(start..start + channels).unwrap_or_default());
            }
            branch.apply(self.kernel, inner);
            let offset = self.table.dimensions() + start;
            for (row, feature) in inner.rows.chunks_exact(channels).zip(features.chunks_exact_mut(width)) {
                if let Some(target) = feature.get_mut(offset..offset + channels) {
                    target.copy_from_slice(row);
                }
            }
        }
    }

    /// Normalises and adds up the tokens, then projects: Σ(W·x + b) = W·Σx + tokens·b, over √tokens.
    #[expect(clippy::cast_precision_loss, reason = "a text has at most a few hundred tokens")]
    fn pool(&self, tokens: usize, buffers: &mut Buffers) {
        let Buffers { features, pooled, codes, scales, dense: [out, ..], .. } = buffers;
        let width = self.norm.weight.len();
        pooled.clear();
        pooled.resize(width, 0.0);
        vectorize_loop(
            self.kernel,
            #[inline(always)]
            || {
                for row in features.chunks_exact_mut(width) {
                    self.norm.apply(row);
                    reduce::add(pooled, row);
                }
            },
        );
        product(self.kernel, &self.pooling, pooled, (codes, scales), out);
        let count = tokens as f32;
        let factor = 1.0 / count.sqrt();
        for (value, bias) in out.iter_mut().zip(&self.pooling_bias) {
            *value = (*value + count * bias) * factor;
        }
    }

    /// The residual dense network.
    ///
    /// With x from [`Convolutional::pool`]: a = `ReLU`(A·x), b = `ReLU`(B·a + P·x),
    /// c = `ReLU`(C·b), and the vector is tanh(D·c + Q·b) scaled to length one.
    /// A and P read the same input and are one matrix, and so are C and Q.
    fn head(&self, buffers: &mut Buffers) -> Vec<f32> {
        let Buffers { codes, scales, dense: [input, wide, narrow], .. } = buffers;
        let [first, second, third, fourth] = &self.stack;
        product(self.kernel, first, input, (codes, scales), wide);
        let (a, skipped) = wide.split_at_mut(second.rows());
        rectify(a);
        product(self.kernel, second, a, (codes, scales), narrow);
        reduce::add(narrow, skipped);
        rectify(narrow);

        product(self.kernel, third, narrow, (codes, scales), wide);
        let (c, skipped) = wide.split_at_mut(fourth.rows());
        rectify(c);
        product(self.kernel, fourth, c, (codes, scales), narrow);
        reduce::add(narrow, skipped);
        let mut vector: Vec<f32> = narrow.iter().map(|value| libm::tanhf(*value)).collect();
        reduce::normalize(&mut vector);
        vector
    }
}

/// Pieces of this text that count at most.
fn longest(text: &str) -> usize {
    if text.chars().nth(LONG).is_some() { LONGEST_OF_LONG } else { LONGEST }
}

fn norm(weights: &Weights<'_>, name: &str, epsilon: f32) -> Result<LayerNorm, EncoderError> {
    let weight = weights.floats(&format!("{name}.weight"))?;
    Ok(LayerNorm { weight, bias: weights.floats(&format!("{name}.bias"))?, epsilon })
}

/// out = matrix · input, for one row.
fn product(
    kernel: Kernel,
    matrix: &PackedMatrix,
    input: &[f32],
    (codes, scales): (&mut Vec<i16>, &mut Vec<f32>),
    out: &mut Vec<f32>,
) {
    codes.resize(matrix.columns(), 0);
    scales.clear();
    scales.push(vectorize_loop(
        kernel,
        #[inline(always)]
        || quantize(input, codes),
    ));
    out.resize(matrix.rows(), 0.0);
    matrix.multiply(kernel, codes, scales, out);
}

fn rectify(values: &mut [f32]) {
    for value in values {
        *value = relu(*value);
    }
}
