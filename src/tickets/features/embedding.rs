//! What a sentence encoder says of a ticket, as the dense part of its row, and how familiar it sounds.
//!
//! Three vectors from one pass lie side by side: the network's, that of the meaning, and the peaks of what is said
//! anywhere in the text. Each is taken from the mean of the training rows and has a length of its own. A ticket is
//! familiar when it lies near one of some centres of the training rows (spherical k-means, Dhillon and Modha, 2001);
//! the centres are means over many tickets and give no ticket away.

use std::sync::Arc;

use pulp::NullaryFnOnce;
use rayon::prelude::*;

use super::design_matrix::DenseMatrix;
use super::inner_product::dot;
use super::terms::TicketText;
use crate::encoder::{Description, EncodedText, EncoderError, EncoderKind, SentenceEncoder};
use crate::random::SplitMix;

/// Lengths of the three vectors in the finished row.
const LENGTHS: [f32; 3] = [0.8, 0.6, 0.7];
/// Centres at most, and training rows for each at least.
const MOST_CENTERS: usize = 64;
const ROWS_A_CENTER: usize = 20;
/// Training rows the centres are made of at most; the first, which a dataset has in an order of chance.
const CENTERED_ROWS: usize = 2_000;
/// Rounds of k-means.
const ROUNDS: usize = 10;

/// The encoder with what was learnt of the training rows.
#[derive(Debug, Clone)]
pub(crate) struct EmbeddingFeatures {
    kind: EncoderKind,
    encoder: Arc<SentenceEncoder>,
    /// Mean of the training rows: the three vectors one after the other.
    mean: Vec<f32>,
    /// Of length one; each as long as the network's vector.
    centers: Vec<Vec<f32>>,
}

/// What was learnt of the training rows, as a bundle keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EmbeddingStatistics {
    pub mean: Vec<f32>,
    pub centers: Vec<Vec<f32>>,
}

/// A ticket as the encoder sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketEmbedding {
    /// The dense part of the ticket's row.
    pub dense: Vec<f32>,
    /// Cosine to the nearest centre, -1..=1.
    pub familiarity: f64,
}

impl EmbeddingFeatures {
    /// Encodes the training rows and learns mean and centres; returns the rows' dense part with it. `progress` hears
    /// of every part of the rows: rows done.
    ///
    /// # Errors
    /// What is wrong with the embedded weights; impossible in a tested build.
    pub(crate) fn fit(
        kind: EncoderKind,
        rows: &[TicketText],
        seed: u64,
        progress: &dyn Fn(usize),
    ) -> Result<(Self, DenseMatrix, Vec<f64>), EncoderError> {
        let encoder = SentenceEncoder::embedded(kind)?;
        let width = flat(encoder.describe(&EncodedText::default())).len();
        let mut values = Vec::with_capacity(width * rows.len());
        for part in rows.chunks(512) {
            let described = |ticket: &TicketText| flat(encoder.describe(&EncodedText::new(ticket.joined())));
            let mut each: Vec<Vec<f32>> = part.par_iter().with_min_len(8).map(described).collect();
            each.iter_mut().for_each(|row| values.append(row));
            progress(values.len() / width);
        }
        let mean = mean_of(&values, width);
        let length = encoder.network_dimensions();
        let network = |row| -> &[f32] { &values[row * width..][..length] };
        let networks: Vec<&[f32]> = (0..rows.len().min(CENTERED_ROWS)).map(network).collect();
        let meaning = Self { kind, centers: centers(&networks, seed), mean, encoder };
        let familiarity = (0..rows.len()).map(|row| meaning.nearest(network(row))).collect();
        values.chunks_exact_mut(width).for_each(|row| meaning.finish(row));
        Ok((meaning, DenseMatrix { width, values }, familiarity))
    }

    /// Length of the dense part of a row with this encoder.
    ///
    /// # Errors
    /// As [`EmbeddingFeatures::fit`].
    pub(crate) fn width_of(kind: EncoderKind) -> Result<usize, EncoderError> {
        Ok(flat(SentenceEncoder::embedded(kind)?.describe(&EncodedText::default())).len())
    }

    /// From what a bundle holds; `None` where it does not fit the encoder.
    ///
    /// # Errors
    /// As [`EmbeddingFeatures::fit`].
    pub(crate) fn from_statistics(
        kind: EncoderKind,
        statistics: EmbeddingStatistics,
    ) -> Result<Option<Self>, EncoderError> {
        let encoder = SentenceEncoder::embedded(kind)?;
        let length = encoder.network_dimensions();
        let EmbeddingStatistics { mean, centers } = statistics;
        let width = flat(encoder.describe(&EncodedText::default())).len();
        let fits = mean.len() == width && centers.iter().all(|center| center.len() == length);
        Ok(fits.then_some(Self { kind, encoder, mean, centers }))
    }

    /// What a bundle keeps.
    #[must_use]
    pub(crate) fn statistics(&self) -> EmbeddingStatistics {
        EmbeddingStatistics { mean: self.mean.clone(), centers: self.centers.clone() }
    }

    /// Which encoder.
    #[must_use]
    pub(crate) fn kind(&self) -> EncoderKind {
        self.kind
    }

    /// Version of the encoder's weights.
    #[must_use]
    pub(crate) fn encoder_version(&self) -> &str {
        self.encoder.version()
    }

    /// Length of the dense part of a row.
    #[must_use]
    pub(crate) fn width(&self) -> usize {
        self.mean.len()
    }

    /// A ticket as the encoder sees it.
    #[must_use]
    pub(crate) fn of(&self, ticket: &EncodedText) -> TicketEmbedding {
        let mut dense = flat(self.encoder.describe(ticket));
        let familiarity = self.nearest(&dense[..self.encoder.network_dimensions()]);
        self.finish(&mut dense);
        TicketEmbedding { dense, familiarity }
    }

    fn nearest(&self, network: &[f32]) -> f64 {
        f64::from(nearest(&self.centers, network).1.max(-1.0))
    }

    /// Takes the mean off and gives each of the three vectors its length.
    fn finish(&self, row: &mut [f32]) {
        row.iter_mut().zip(&self.mean).for_each(|(value, mean)| *value -= mean);
        let (network, rest) = row.split_at_mut(self.encoder.network_dimensions());
        let (meaning, peaks) = rest.split_at_mut(self.encoder.dimensions());
        for (vector, length) in [network, meaning, peaks].into_iter().zip(LENGTHS) {
            scale_to(vector, length);
        }
    }
}

/// The three vectors one after the other.
fn flat(description: &Description) -> Vec<f32> {
    [description.network.as_slice(), &description.meaning, &description.peaks].concat()
}

fn mean_of(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; width];
    for row in rows.chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    let count = (rows.len() / width).max(1) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "vectors are kept in f32 on purpose")]
    let mean = sums.iter().map(|sum| (sum / count) as f32).collect();
    mean
}

/// Centres of rows of length one.
fn centers(rows: &[&[f32]], seed: u64) -> Vec<Vec<f32>> {
    let count = (rows.len() / ROWS_A_CENTER).clamp(1, MOST_CENTERS).min(rows.len());
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = SplitMix(seed);
    for at in 0..count {
        let other = at + random.below(order.len() - at);
        order.swap(at, other);
    }
    let mut centers: Vec<Vec<f32>> = order[..count].iter().map(|row| rows[*row].to_vec()).collect();
    for _ in 0..ROUNDS {
        let nearest: Vec<usize> = rows.par_iter().map(|row| nearest(&centers, row).0).collect();
        for (center, place) in centers.iter_mut().zip(0..) {
            let members: Vec<&[f32]> =
                rows.iter().zip(&nearest).filter(|(_, at)| **at == place).map(|(row, _)| *row).collect();
            if members.is_empty() {
                continue; // A centre that nobody is near to stays where it is.
            }
            center.fill(0.0);
            for row in members {
                center.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            scale_to(center, 1.0);
        }
    }
    centers
}

/// Place and cosine of the nearest centre; the first among equals.
fn nearest(centers: &[Vec<f32>], row: &[f32]) -> (usize, f32) {
    struct Nearest<'a>(&'a [Vec<f32>], &'a [f32]);

    impl NullaryFnOnce for Nearest<'_> {
        type Output = (usize, f32);

        #[inline(always)]
        fn call(self) -> (usize, f32) {
            let mut best = (0, f32::NEG_INFINITY);
            for (place, center) in self.0.iter().enumerate() {
                let cosine = dot(center, self.1);
                if cosine > best.1 {
                    best = (place, cosine);
                }
            }
            best
        }
    }

    pulp::Arch::new().dispatch(Nearest(centers, row))
}

fn scale_to(vector: &mut [f32], length: f32) {
    let scale = length / dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|value| *value *= scale);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_like_the_training_rows_are_familiar_and_others_are_not() {
        let texts = ["快递还没到", "包裹到哪了", "物流三天没有更新", "什么时候送到", "快递员没送货", "包裹丢了"];
        let rows: Vec<TicketText> = texts.iter().map(|text| TicketText::new("", text)).collect();
        let (meaning, dense, familiarity) = EmbeddingFeatures::fit(EncoderKind::Standard, &rows, 0, &|_| ()).unwrap();
        assert_eq!(dense.values.len(), dense.width * rows.len());
        let square: f32 = dense.row(0).iter().map(|value| value * value).sum();
        assert!((square - LENGTHS.iter().map(|length| length * length).sum::<f32>()).abs() < 1e-4);
        assert_eq!(
            meaning.of(&EncodedText::new(rows[2].joined())),
            TicketEmbedding { dense: dense.row(2).to_vec(), familiarity: familiarity[2] }
        );
        let familiar = |text: &str| meaning.of(&EncodedText::new(text)).familiarity;
        assert!(familiar("我的快递什么时候能到") > familiar("唐诗三百首有哪些作者") + 0.1);
    }
}
