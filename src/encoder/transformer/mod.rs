//! The transformer encoder: multilingual-e5-small, cut to Chinese text.
//!
//! A BERT encoder (Devlin et al., 2019) trained to bring a question near the
//! texts that answer it (Wang et al., *Multilingual E5 Text Embeddings*, 2024).
//! Every text is encoded as a query, with the prefix the model was trained with:
//! questions are compared with questions. It does not cache: the same text is
//! encoded anew.

mod attention;
mod blocks;
mod elementary;
mod layer;
mod linear;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use self::blocks::Blocks;
use self::layer::Layer;
use super::EncoderError;
use super::arithmetic::Kernel;
use super::arithmetic::{reduce, vectorize_loop};
use super::layer_norm::LayerNorm;
use super::weights::Weights;
use super::word_piece::{Lattice, Pieces};

/// A sentence encoder that relates every piece of a text to every other; the better one.
#[derive(Debug, Clone)]
pub struct Transformer {
    pieces: Pieces,
    /// Put before every text.
    prefix: String,
    embedding: Blocks,
    /// One row per position: its own vector plus the one all tokens share.
    positions: Vec<f32>,
    embedding_norm: LayerNorm,
    layers: Vec<Layer>,
    kernel: Kernel,
}

/// Working memory, reused from text to text; grows with the longest text seen.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    text: String,
    lattice: Lattice,
    /// tokens × hidden.
    states: Vec<f32>,
    layer: layer::Buffers,
}

#[derive(Deserialize)]
struct Header {
    dimensions: usize,
    layers: usize,
    epsilon: f32,
    prefix: String,
}

impl Transformer {
    /// Builds the encoder from a weight file of architecture `transformer`.
    ///
    /// # Errors
    ///
    /// `EncoderError::Header` or `Tensor` when a part is missing, `Shape` when the
    /// parts do not fit each other.
    pub(super) fn read(weights: &Weights<'_>) -> Result<Self, EncoderError> {
        let Header { dimensions: hidden, layers, epsilon, prefix } = weights.header()?;
        let embedding = Blocks::read(weights, "embedding")?;
        let token_type = weights.floats("token_type")?;
        let mut positions = weights.floats("positions")?;
        let widths = [embedding.columns(), token_type.len()];
        // Even the empty text takes two positions.
        if widths != [hidden; 2] || !positions.len().is_multiple_of(hidden) || positions.len() / hidden < 2 {
            return Err(EncoderError::Shape(format!("the embeddings do not fit rows of {hidden} elements")));
        }
        for position in positions.chunks_exact_mut(hidden) {
            reduce::add(position, &token_type);
        }
        let layers = (0..layers).map(|index| Layer::read(weights, &format!("layers.{index}"), hidden, epsilon));
        Ok(Self {
            pieces: Pieces::read(weights, embedding.rows())?,
            prefix,
            embedding,
            positions,
            embedding_norm: LayerNorm::read(weights, "embedding.norm", hidden, epsilon)?,
            layers: layers.collect::<Result<_, _>>()?,
            kernel: Kernel::detect(),
        })
    }

    /// Length of the vectors.
    pub(super) fn dimensions(&self) -> usize {
        self.embedding.columns()
    }

    /// Runs on `kernel` from now on; for tests and measurements.
    pub(super) fn with_kernel(self, kernel: Kernel) -> Self {
        let layers = self.layers.into_iter().map(|layer| layer.with_kernel(kernel)).collect();
        Self { layers, kernel, ..self }
    }

    /// The vector of `text`, of length one.
    pub(super) fn encode(&self, text: &str, buffers: &mut Buffers) -> Vec<f32> {
        self.embed(text, buffers);
        for layer in &self.layers {
            layer.apply(self.kernel, &mut buffers.states, &mut buffers.layer);
        }
        self.pool(&buffers.states)
    }

    /// The largest value of each element over the tokens of the text encoded last.
    pub(super) fn peaks(&self, buffers: &Buffers) -> Vec<f32> {
        reduce::peaks(self.kernel, &buffers.states, self.dimensions())
    }

    /// Fills `states` with the embeddings of the text's pieces.
    fn embed(&self, text: &str, buffers: &mut Buffers) {
        let Buffers { text: prefixed, lattice, states, .. } = buffers;
        prefixed.clear();
        prefixed.push_str(&self.prefix);
        prefixed.push_str(text);

        let hidden = self.dimensions();
        let rows = self.pieces.split(prefixed, self.positions.len() / hidden, lattice);
        states.resize(rows.len() * hidden, 0.0);
        vectorize_loop(
            self.kernel,
            #[inline(always)]
            || {
                let positions = self.positions.chunks_exact(hidden);
                for ((state, row), position) in states.chunks_exact_mut(hidden).zip(rows).zip(positions) {
                    self.embedding.unpack(*row, state);
                    reduce::add(state, position);
                    self.embedding_norm.apply(state);
                }
            },
        );
    }

    /// The mean over all tokens, begin and end included, scaled to length one.
    fn pool(&self, states: &[f32]) -> Vec<f32> {
        // The number of tokens cancels out.
        let mut vector = vec![0.0; self.dimensions()];
        for state in states.chunks_exact(self.dimensions()) {
            reduce::add(&mut vector, state);
        }
        reduce::normalize(&mut vector);
        vector
    }
}
