//! The rankers that ship inside the binary, one for each encoder.

use std::sync::Arc;

use super::confidence::model::{RankerError, RankerModel};
use super::matcher::RankingModels;
use crate::difference::embedded as difference;
use crate::encoder::{EncoderKind, SentenceEncoder};

/// Fitted on the vectors of the standard encoder.
const STANDARD: &[u8] = include_bytes!("../../models/ranker/standard.json");
/// The same for the transformer's vectors.
const ACCURATE: &[u8] = include_bytes!("../../models/ranker/accurate.json");

impl RankingModels {
    /// The shipped ranker for an encoder, beside it, and the content address of ranker and difference models.
    ///
    /// # Errors
    /// [`RankerError`] when the program was built beside a ranker of another version.
    pub fn embedded(encoder: Arc<SentenceEncoder>, kind: EncoderKind) -> Result<(Self, String), RankerError> {
        let file = match kind {
            EncoderKind::Standard => STANDARD,
            EncoderKind::Accurate => ACCURATE,
        };
        let ranker = Arc::new(RankerModel::from_json(file, encoder.version())?);
        let mut version = blake3::Hasher::new();
        version.update(file);
        difference::contents().iter().for_each(|file| {
            version.update(file);
        });
        Ok((Self { ranker, encoder }, version.finalize().to_hex()[..8].to_owned()))
    }
}
