//! The semantic stage: every stored question a vector of length one, near vectors near meanings.
//!
//! Vectors are taken relative to the corpus's mean, because what all its questions share tells none of them apart, and
//! whitened by how the questions of one entry scatter ([`whitening`]).
//! Stored in 8 bits a dimension; comparing a question with 15,000 others is one integer matrix product, the same bits
//! on every machine.

pub mod embeddings;
mod whitening;

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use self::embeddings::EmbeddingTable;
use self::whitening::Whitening;
use crate::encoder::{EncodedText, Kernel, PackedMatrix, SentenceEncoder, quantize};

/// A corpus's own mean counts as much as the general one at this many questions.
const MEAN_WEIGHT: f32 = 50.0;
/// Neighbours whose mean similarity is the crowding of a question.
const NEIGHBOURS: usize = 5;
/// Questions among which neighbours are sought; a larger corpus is sampled.
const NEIGHBOURHOOD: usize = 4_096;

/// A question as the stored ones are compared with it.
#[derive(Debug, Clone)]
pub struct Meaning {
    input: Vec<i16>,
    scale: f32,
}

/// What comparing a corpus's vectors with each other told: half a second's work for 4,000 questions.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LearntMeaning {
    /// Empty where nothing is whitened.
    pub(super) whitening: Vec<f32>,
    /// One a stored question.
    pub(super) crowding: Vec<f32>,
}

/// The stored questions' vectors. Immutable.
#[derive(Debug)]
pub struct MeaningIndex {
    encoder: Arc<SentenceEncoder>,
    /// Vectors by content, for the next version of the corpus.
    pub embeddings: Arc<EmbeddingTable>,
    frame: Frame,
    /// One row a stored question; `None` where there are none.
    vectors: Option<StoredVectors>,
    /// Mean cosine of each question with its nearest neighbours of other entries, in 0..=1: how many questions it is
    /// mistaken for (cross-domain similarity local scaling, Conneau et al. 2018).
    crowding: Vec<f32>,
}

impl MeaningIndex {
    /// Encodes what `known` has not, and compares all questions with each other where `learnt` does not tell what came
    /// of it. `entries` holds the entry of each text.
    #[must_use]
    pub(super) fn build(
        encoder: Arc<SentenceEncoder>,
        normalized: &[&str],
        entries: &[u32],
        known: &EmbeddingTable,
        (whiten, learnt): (bool, Option<LearntMeaning>),
    ) -> Self {
        let embeddings = EmbeddingTable::build(&encoder, normalized, known);
        let vector = |text: &&str| embeddings.get(text).unwrap_or_default();
        let dimensions = encoder.dimensions();
        let vectors: Vec<Vec<f32>> = normalized.iter().map(vector).collect();
        let (frame, vectors) = Frame::of_corpus(vectors, encoder.mean());
        let learnt = learnt.filter(|learnt| learnt.crowding.len() == normalized.len());
        let (whitening, crowding_before) = learnt.map(|learnt| (learnt.whitening, learnt.crowding)).unzip();
        let whitening = match whitening {
            _ if !whiten => None,
            Some(columns) => Whitening::from_columns(columns, dimensions),
            None => Whitening::learn(&vectors, entries, dimensions),
        };
        let frame = Frame { whitening, ..frame };
        let meanings: Vec<Meaning> = vectors.par_iter().map(|vector| Meaning::new(&frame.whiten(vector))).collect();
        let vectors = StoredVectors::new(&meanings, dimensions);
        let crowding = crowding_before.unwrap_or_else(|| crowding(&meanings, entries, dimensions));
        Self { encoder, embeddings: Arc::new(embeddings), frame, vectors, crowding }
    }

    /// What [`MeaningIndex::build`] need not find out again for the same texts.
    pub(super) fn learnt(&self) -> LearntMeaning {
        let whitening = self.frame.whitening.as_ref().map(Whitening::columns);
        LearntMeaning { whitening: whitening.unwrap_or_default().to_vec(), crowding: self.crowding.clone() }
    }

    /// Encodes a normalised question, or takes its vector from the stored ones.
    #[must_use]
    pub fn meaning(&self, normalized: &str) -> Meaning {
        let vector = self.embeddings.get(normalized).unwrap_or_else(|| self.encoder.encode(normalized));
        Meaning::new(&self.frame.whiten(&self.frame.centre(vector)))
    }

    /// As [`MeaningIndex::meaning`], with the pass that is handed on.
    #[must_use]
    pub fn meaning_of(&self, asked: &EncodedText) -> Meaning {
        let vector = self.embeddings.get(asked.text()).unwrap_or_else(|| self.encoder.encode_shared(asked));
        Meaning::new(&self.frame.whiten(&self.frame.centre(vector)))
    }

    /// Cosine of a question with every stored one, in their order.
    #[must_use]
    pub fn cosines(&self, asked: &Meaning) -> Vec<f32> {
        self.vectors.as_ref().map(|vectors| vectors.cosines(asked)).unwrap_or_default()
    }

    /// Mean cosine of a stored question with its nearest neighbours of other entries.
    #[must_use]
    pub fn crowding(&self, question: u32) -> f32 {
        self.crowding.get(question as usize).copied().unwrap_or(0.0)
    }
}

impl Meaning {
    /// Scales a vector to length one.
    fn new(vector: &[f32]) -> Self {
        let length = length(vector);
        let mut input = vec![0; vector.len()];
        let scale = quantize(vector, &mut input) / length;
        Self { input, scale }
    }
}

/// Length of a vector; never 0.
fn length(vector: &[f32]) -> f32 {
    vector.iter().fold(0.0_f32, |square, value| square + value * value).sqrt().max(f32::MIN_POSITIVE)
}

/// What vectors are taken relative to: the corpus's mean, and how its entries' own questions scatter.
#[derive(Debug)]
struct Frame {
    mean: Vec<f32>,
    whitening: Option<Whitening>,
}

impl Frame {
    /// Learns the mean of a corpus's vectors, and hands them back centred.
    fn of_corpus(vectors: Vec<Vec<f32>>, general: &[f32]) -> (Self, Vec<Vec<f32>>) {
        let frame = Self { mean: shrunken_mean(&vectors, general), whitening: None };
        let centred = vectors.into_iter().map(|vector| frame.centre(vector)).collect();
        (frame, centred)
    }

    /// A vector of length one relative to the mean.
    fn centre(&self, mut vector: Vec<f32>) -> Vec<f32> {
        vector.iter_mut().zip(&self.mean).for_each(|(value, mean)| *value -= mean);
        let length = length(&vector);
        vector.iter_mut().for_each(|value| *value /= length);
        vector
    }

    /// A centred vector in which what differs within entries counts less.
    fn whiten<'a>(&self, vector: &'a [f32]) -> Cow<'a, [f32]> {
        self.whitening.as_ref().map_or(Cow::Borrowed(vector), |whitening| whitening.apply(vector).into())
    }
}

/// The mean of the corpus's vectors, drawn towards the general mean where there are few.
fn shrunken_mean(vectors: &[Vec<f32>], general: &[f32]) -> Vec<f32> {
    let mut sum: Vec<f32> = general.iter().map(|value| value * MEAN_WEIGHT).collect();
    let mut count = MEAN_WEIGHT;
    for vector in vectors {
        count += 1.0;
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += value;
        }
    }
    sum.into_iter().map(|value| value / count).collect()
}

/// Vectors in 8 bits a dimension, as many rows as questions and some of padding.
#[derive(Debug)]
struct StoredVectors {
    matrix: PackedMatrix,
    kernel: Kernel,
    questions: usize,
}

impl StoredVectors {
    /// One row a question; `None` where there are none.
    fn new(meanings: &[Meaning], dimensions: usize) -> Option<Self> {
        let mut weights = Vec::with_capacity(meanings.len() * dimensions);
        let mut scales = Vec::with_capacity(meanings.len());
        for meaning in meanings {
            let largest = meaning.input.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0).max(1);
            let step = f32::from(largest) / 127.0;
            #[expect(clippy::cast_possible_truncation, reason = "at most 127 by the choice of the step")]
            weights.extend(meaning.input.iter().map(|value| (f32::from(*value) / step).round_ties_even() as i8));
            scales.push(step * meaning.scale);
        }
        let questions = scales.len();
        let matrix = PackedMatrix::padded(dimensions, weights, scales).ok().filter(|_| questions > 0)?;
        Some(Self { matrix, kernel: Kernel::detect(), questions })
    }

    /// Cosine of a question with every stored one, in their order.
    fn cosines(&self, asked: &Meaning) -> Vec<f32> {
        let mut cosines = vec![0.0; self.matrix.rows()];
        self.matrix.multiply(self.kernel, &asked.input, &[asked.scale], &mut cosines);
        cosines.truncate(self.questions);
        cosines
    }
}

/// Mean cosine of each question with its nearest neighbours among at most [`NEIGHBOURHOOD`] questions of other entries.
fn crowding(meanings: &[Meaning], entries: &[u32], dimensions: usize) -> Vec<f32> {
    let stride = meanings.len().div_ceil(NEIGHBOURHOOD).max(1);
    let sampled: Vec<usize> = (0..meanings.len()).step_by(stride).collect();
    let sample: Vec<Meaning> = sampled.iter().map(|at| meanings[*at].clone()).collect();
    let Some(vectors) = StoredVectors::new(&sample, dimensions) else { return vec![0.0; meanings.len()] };
    // Of a sample of one in n, the nearest few stand for n times as many.
    let neighbours = NEIGHBOURS.div_ceil(stride);
    let measure = |(at, meaning): (usize, &Meaning)| {
        let cosines = vectors.cosines(meaning);
        let own = entries.get(at);
        let mut nearest = [f32::NEG_INFINITY; NEIGHBOURS];
        for (cosine, other) in cosines.iter().zip(&sampled) {
            if *cosine > nearest[neighbours - 1] && entries.get(*other) != own {
                nearest[neighbours - 1] = *cosine;
                nearest[..neighbours].sort_unstable_by(|a, b| b.total_cmp(a));
            }
        }
        let found: Vec<f32> = nearest[..neighbours].iter().copied().filter(|cosine| cosine.is_finite()).collect();
        #[expect(clippy::cast_precision_loss, reason = "at most five")]
        let mean = found.iter().sum::<f32>() / found.len().max(1) as f32;
        mean.clamp(0.0, 1.0)
    };
    meanings.par_iter().enumerate().map(measure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncoderKind;

    #[test]
    fn a_question_is_nearest_to_itself_and_then_to_its_meaning() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let texts = ["怎么申请退款", "钱怎么退给我", "运费怎么算", "怎么开发票", "营业时间是几点"];
        let index = MeaningIndex::build(encoder, &texts, &[0, 0, 1, 2, 3], &EmbeddingTable::default(), (true, None));
        let cosines = index.cosines(&index.meaning("怎么申请退款"));
        assert!((cosines[0] - 1.0).abs() < 0.01, "{cosines:?}");
        assert!(cosines[2..].iter().all(|other| *other < cosines[1]), "{cosines:?}");
        assert!(texts.iter().zip(0..).all(|(_, at)| (0.0..=1.0).contains(&index.crowding(at))));
    }

    #[test]
    fn an_empty_corpus_has_no_cosines() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let index = MeaningIndex::build(encoder, &[], &[], &EmbeddingTable::default(), (true, None));
        assert!(index.cosines(&index.meaning("怎么退款")).is_empty());
    }
}
