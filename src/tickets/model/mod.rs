//! A trained model: ticket → features → margins → probabilities → judgement, and the terms that made it.
//!
//! Knows groups as numbers only; their names, files and rules are elsewhere.

mod judgement;
mod weights;

use std::collections::BTreeMap;

pub use self::judgement::Judgement;
pub(crate) use self::judgement::judge;
pub(crate) use self::weights::QuantizedWeights;
use crate::encoder::EncodedText;
use crate::numbers::argmax;
use crate::tickets::calibrate::ProbabilityMap;
use crate::tickets::features::{
    EmbeddingFeatures, TermKeys, TicketEmbedding, TicketText, Vectorized, Vectorizer, for_each_term,
};
use crate::tickets::promise::{OutOfFoldConfidences, Prediction, RoutingPolicy};

/// Everything needed to judge a ticket.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) vectorizer: Vectorizer,
    /// None where the model was trained on terms alone.
    pub(crate) embedding: Option<EmbeddingFeatures>,
    pub(crate) weights: QuantizedWeights,
    pub(crate) calibration: ProbabilityMap,
    pub(crate) policy: RoutingPolicy,
    /// For promises other than the usual; empty in older models.
    pub(crate) evidence: OutOfFoldConfidences,
    /// Share of each group among the training rows; the ranking of a ticket without text.
    pub(crate) prior: Vec<f64>,
}

/// A ticket as numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketFeatures {
    pub terms: Vectorized,
    pub embedding: Option<TicketEmbedding>,
}

impl TicketFeatures {
    /// The dense part of the row; empty without an encoder.
    #[must_use]
    pub fn dense(&self) -> &[f32] {
        self.embedding.as_ref().map_or(&[], |embedding| &embedding.dense)
    }
}

impl Model {
    /// Judges a ticket. One without text goes to review with the groups' shares as probabilities.
    #[must_use]
    pub fn judge(&self, ticket: &TicketText) -> Judgement {
        self.judge_features(&self.read(ticket))
    }

    /// A ticket as numbers; a ticket without text is empty.
    #[must_use]
    pub fn read(&self, ticket: &TicketText) -> TicketFeatures {
        let keys = TermKeys::of(ticket, self.vectorizer.segmenter());
        self.read_terms(&keys, &EncodedText::new(ticket.joined()))
    }

    /// As [`Model::read`], from the ticket's terms and its joined text: several models look up what was extracted and
    /// encoded once.
    #[must_use]
    pub fn read_terms(&self, keys: &TermKeys, encoded: &EncodedText) -> TicketFeatures {
        if encoded.text().is_empty() {
            return TicketFeatures::default();
        }
        TicketFeatures {
            terms: self.vectorizer.look_up(keys),
            embedding: self.embedding.as_ref().map(|features| features.of(encoded)),
        }
    }

    /// Judges what was read of a ticket.
    #[must_use]
    pub fn judge_features(&self, features: &TicketFeatures) -> Judgement {
        if features.terms == Vectorized::default() {
            let probabilities = self.prior.clone();
            let shortlist = self.policy.shortlist(&probabilities);
            return Judgement { best: argmax(&probabilities), probabilities, routed: false, outlier: true, shortlist };
        }
        let scores = self.scores(features);
        let columns: Vec<u32> = features.terms.entries.iter().map(|(column, _)| *column).collect();
        let predicted = Prediction {
            probabilities: self.calibration.probabilities(&scores),
            margin: scores[argmax(&scores)],
            vocabulary_coverage: self.vectorizer.vocabulary_coverage(&columns, features.terms.unknown),
            familiarity: features.embedding.as_ref().map(|embedding| embedding.familiarity),
        };
        judge(predicted, &self.policy)
    }

    /// Scores of all groups.
    #[must_use]
    pub fn scores(&self, features: &TicketFeatures) -> Vec<f64> {
        self.weights.scores(&features.terms.entries, features.dense())
    }

    /// What speaks for or against a group, beside the same for another: terms by the size of what they add to the
    /// group's score, then by name. All of it sums to the scores.
    #[must_use]
    pub fn explain(&self, ticket: &TicketText, features: &TicketFeatures, groups: [usize; 2]) -> Contributions {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        for_each_term(ticket, self.vectorizer.segmenter(), |key, first, second| {
            if let Some(column) = self.vectorizer.column(key) {
                let name = || if second.is_empty() { first.to_owned() } else { format!("{first} {second}") };
                names.entry(column).or_insert_with(name);
            }
        });
        let mut by_name: BTreeMap<String, [f64; 2]> = BTreeMap::new();
        for (column, value) in &features.terms.entries {
            let sums = by_name.entry(names.remove(column).unwrap_or_default()).or_default();
            for (sum, group) in sums.iter_mut().zip(groups) {
                *sum += f64::from(*value) * self.weights.weight(*column, group);
            }
        }
        let mut terms: Vec<(String, [f64; 2])> = by_name.into_iter().collect();
        terms.sort_by(|a, b| b.1[0].abs().total_cmp(&a.1[0].abs()).then_with(|| a.0.cmp(&b.0)));
        Contributions {
            terms,
            embedding: groups.map(|group| self.weights.embedding(features.dense(), group)),
            bias: groups.map(|group| f64::from(self.weights.biases[group])),
        }
    }
}

/// What makes the scores of two groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// Each term with what it adds to either score.
    pub terms: Vec<(String, [f64; 2])>,
    /// What the meaning of the whole ticket adds; 0 without an encoder.
    pub embedding: [f64; 2],
    pub bias: [f64; 2],
}

impl Contributions {
    /// The two scores.
    #[must_use]
    pub fn scores(&self) -> [f64; 2] {
        [0, 1].map(|at| {
            self.terms.iter().map(|(_, weights)| weights[at]).sum::<f64>() + self.embedding[at] + self.bias[at]
        })
    }
}
