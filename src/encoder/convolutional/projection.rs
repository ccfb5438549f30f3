//! Embeddings → the inputs of all branches, kept for the most common pieces.
//!
//! What the projection makes of a piece depends on nothing around it. Rows of the embedding table stand from the most
//! to the least probable piece, so the first few thousand of them are nearly all that customers write; projecting
//! them once saves a fifth of the work on a text. The bits are the same either way.

use super::norm;
use super::table::Table;
use crate::encoder::EncoderError;
use crate::encoder::arithmetic::PackedMatrix;
use crate::encoder::arithmetic::{Kernel, quantize};
use crate::encoder::arithmetic::{reduce, vectorize_loop};
use crate::encoder::layer_norm::LayerNorm;
use crate::encoder::weights::Weights;

/// Pieces whose projections are kept: 12 MB.
const COMMON: usize = 4_096;
/// Pieces projected together when the encoder is read.
const TOGETHER: usize = 64;

/// A linear layer with layer normalisation.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    matrix: PackedMatrix,
    bias: Vec<f32>,
    /// Over the inputs of all branches together.
    norm: LayerNorm,
    /// Piece by piece.
    common: Vec<f32>,
}

/// Working memory, reused from text to text.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    codes: Vec<i16>,
    scales: Vec<f32>,
    rare: Vec<f32>,
    /// Tokens whose pieces are rare.
    places: Vec<usize>,
}

impl Projection {
    /// Takes the layer out of a weight file and projects the most common pieces.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when a part is missing, `Shape` when the parts do not fit each other or the table.
    pub(super) fn read(
        weights: &Weights<'_>,
        epsilon: f32,
        table: &Table,
        kernel: Kernel,
    ) -> Result<Self, EncoderError> {
        let mut projection = Self {
            matrix: weights.matrix("projection")?,
            bias: weights.floats("projection.bias")?,
            norm: norm(weights, "projection.norm", epsilon)?,
            common: Vec::new(),
        };
        let Self { matrix, bias, norm, .. } = &projection;
        let lengths = [bias.len(), norm.weight.len(), norm.bias.len()];
        if matrix.rows() == 0 || matrix.columns() != table.dimensions() || lengths != [matrix.rows(); 3] {
            return Err(EncoderError::Shape("the projection does not fit the embeddings".to_owned()));
        }
        let pieces: Vec<u32> = (0..).take(table.rows().min(COMMON)).collect();
        let mut embeddings = vec![0.0; TOGETHER * table.dimensions()];
        let (mut buffers, mut projected) = (Buffers::default(), Vec::new());
        let mut common = Vec::with_capacity(pieces.len() * projection.width());
        for pieces in pieces.chunks(TOGETHER) {
            let rows = embeddings.chunks_exact_mut(table.dimensions());
            rows.zip(pieces).for_each(|(embedding, piece)| table.unpack(*piece, embedding));
            let rows = embeddings.chunks_exact(table.dimensions());
            projection.apply(kernel, pieces.iter().copied().zip(rows), &mut buffers, &mut projected);
            common.append(&mut projected);
        }
        projection.common = common;
        Ok(projection)
    }

    /// Length of a projected embedding.
    pub(super) fn width(&self) -> usize {
        self.matrix.rows()
    }

    /// Fills `projected`, tokens × width, from each token's piece and embedding.
    pub(super) fn apply<'a>(
        &self,
        kernel: Kernel,
        tokens: impl Iterator<Item = (u32, &'a [f32])>,
        buffers: &mut Buffers,
        projected: &mut Vec<f32>,
    ) {
        let Buffers { codes, scales, rare, places } = buffers;
        let (width, columns) = (self.width(), self.matrix.columns());
        projected.clear();
        codes.clear();
        scales.clear();
        places.clear();
        for (place, (piece, embedding)) in tokens.enumerate() {
            let kept = usize::try_from(piece).ok().and_then(|piece| self.common.chunks_exact(width).nth(piece));
            if let Some(kept) = kept {
                projected.extend_from_slice(kept);
                continue;
            }
            projected.resize((place + 1) * width, 0.0);
            let start = codes.len();
            codes.resize(start + columns, 0);
            let codes = codes.get_mut(start..).unwrap_or_default();
            scales.push(vectorize_loop(
                kernel,
                #[inline(always)]
                || quantize(embedding, codes),
            ));
            places.push(place);
        }
        rare.resize(places.len() * width, 0.0);
        self.matrix.multiply(kernel, codes, scales, rare);
        vectorize_loop(
            kernel,
            #[inline(always)]
            || {
                for row in rare.chunks_exact_mut(width) {
                    reduce::add(row, &self.bias);
                    self.norm.apply(row);
                }
            },
        );
        for (place, row) in places.iter().zip(rare.chunks_exact(width)) {
            if let Some(target) = projected.chunks_exact_mut(width).nth(*place) {
                target.copy_from_slice(row);
            }
        }
    }
}
