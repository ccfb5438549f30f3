//! A trained model: ticket → margins → probabilities → judgement, and the terms that made it.
//!
//! Knows groups as numbers only; their names, files and rules are elsewhere.

use std::collections::BTreeMap;

use super::calibrate::Calibration;
use super::features::{Vectorized, Vectorizer};
use super::meaning::{Meaning, Meant};
use super::promise::{Policy, RoutingEvidence, Witness};
use super::svm::{SvmModel, largest};
use super::terms::{TermKeys, TicketText, for_each_term};

/// Largest quantised weight.
const QUANTUM: f32 = 32_767.0;

/// The weights as they are served: 16-bit steps, all groups of a term side by side.
///
/// A step is 1/32,767 of the group's largest weight, so a score moves by far less than a thousandth; what is
/// reported and explained is computed from these weights, not from the ones before rounding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// Size of a step, group by group.
    pub steps: Vec<f32>,
    /// Group by group.
    pub biases: Vec<f32>,
    /// Term by term, group by group.
    pub quantized: Vec<i16>,
    /// Size of a step of the dense weights, group by group; empty without an encoder.
    pub dense_steps: Vec<f32>,
    /// Group by group, dense column by dense column.
    pub dense: Vec<i16>,
}

impl Weights {
    /// Rounds the weights of a fitted machine.
    #[must_use]
    pub fn quantize(model: &SvmModel) -> Self {
        let groups = model.classes();
        let mut largest = vec![f32::MIN_POSITIVE; groups];
        for term in model.terms.chunks_exact(groups) {
            largest.iter_mut().zip(term).for_each(|(most, weight)| *most = most.max(weight.abs()));
        }
        let steps: Vec<f32> = largest.into_iter().map(|most| most / QUANTUM).collect();
        let terms = model.terms.chunks_exact(groups);
        let quantized = terms.flat_map(|term| term.iter().zip(&steps).map(|(weight, step)| round(*weight, *step)));
        let (mut dense_steps, mut dense) = (Vec::new(), Vec::new());
        if !model.dense.is_empty() {
            for weights in model.dense.chunks_exact(model.dense.len() / groups) {
                let most = weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
                dense_steps.push(most / QUANTUM);
                dense.extend(weights.iter().map(|weight| round(*weight, most / QUANTUM)));
            }
        }
        Self { quantized: quantized.collect(), steps, biases: model.biases.clone(), dense_steps, dense }
    }

    /// Number of groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.steps.len()
    }

    /// The weight of a term for a group.
    #[must_use]
    pub fn weight(&self, column: u32, group: usize) -> f64 {
        f64::from(self.quantized[column as usize * self.groups() + group]) * f64::from(self.steps[group])
    }

    /// What the meaning adds to a group's score; 0 without an encoder.
    #[must_use]
    pub fn meaning(&self, dense: &[f32], group: usize) -> f64 {
        if dense.is_empty() {
            return 0.0;
        }
        let weights = &self.dense[group * dense.len()..(group + 1) * dense.len()];
        let mut sums = [0.0_f32; 16];
        for (weights, values) in weights.as_chunks::<16>().0.iter().zip(dense.as_chunks::<16>().0) {
            for ((sum, weight), value) in sums.iter_mut().zip(weights).zip(values) {
                *sum += f32::from(*weight) * value;
            }
        }
        let whole = dense.len() / 16 * 16;
        let rest = weights[whole..].iter().zip(&dense[whole..]).map(|(weight, value)| f32::from(*weight) * value);
        f64::from(sums.iter().sum::<f32>() + rest.sum::<f32>()) * f64::from(self.dense_steps[group])
    }

    /// Scores of all groups.
    #[must_use]
    pub fn scores(&self, entries: &[(u32, f32)], dense: &[f32]) -> Vec<f64> {
        let groups = self.groups();
        let mut sums = vec![0.0_f32; groups];
        for (column, value) in entries {
            let start = *column as usize * groups;
            for (sum, step) in sums.iter_mut().zip(&self.quantized[start..start + groups]) {
                *sum += value * f32::from(*step);
            }
        }
        let scaled = sums.iter().zip(&self.steps).zip(&self.biases).enumerate();
        scaled
            .map(|(group, ((sum, step), bias))| {
                f64::from(*sum) * f64::from(*step) + self.meaning(dense, group) + f64::from(*bias)
            })
            .collect()
    }
}

fn round(weight: f32, step: f32) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "at most QUANTUM in size by the choice of step")]
    let steps = (weight / step).round().clamp(-QUANTUM, QUANTUM) as i16;
    steps
}

/// Everything needed to judge a ticket.
#[derive(Debug, Clone)]
pub struct Model {
    pub vectorizer: Vectorizer,
    /// None where the model was trained on terms alone.
    pub meaning: Option<Meaning>,
    pub weights: Weights,
    pub calibration: Calibration,
    pub policy: Policy,
    /// For promises other than the usual; empty in older models.
    pub evidence: RoutingEvidence,
    /// Share of each group among the training rows; the ranking of a ticket without text.
    pub prior: Vec<f64>,
}

/// A ticket as numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    pub terms: Vectorized,
    pub meant: Option<Meant>,
}

impl Reading {
    /// The dense part of the row; empty without an encoder.
    #[must_use]
    pub fn dense(&self) -> &[f32] {
        self.meant.as_ref().map_or(&[], |meant| &meant.dense)
    }
}

/// What a model makes of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The most probable group.
    pub best: usize,
    /// Group by group; they sum to one.
    pub probabilities: Vec<f64>,
    /// Whether the promised precision holds for tickets this sure.
    pub routed: bool,
    /// Whether the ticket is unlike the training rows.
    pub outlier: bool,
    /// Most probable first; never empty.
    pub shortlist: Vec<usize>,
}

impl Model {
    /// Judges a ticket. One without text goes to review with the groups' shares as probabilities.
    #[must_use]
    pub fn judge(&self, ticket: &TicketText) -> Judgement {
        self.judge_reading(&self.read(ticket))
    }

    /// A ticket as numbers; a ticket without text is empty.
    #[must_use]
    pub fn read(&self, ticket: &TicketText) -> Reading {
        self.read_terms(ticket, &TermKeys::of(ticket, self.vectorizer.segmenter()))
    }

    /// As [`Model::read`], from the ticket's terms: several models look up what was extracted once.
    #[must_use]
    pub fn read_terms(&self, ticket: &TicketText, keys: &TermKeys) -> Reading {
        if ticket.is_empty() {
            return Reading::default();
        }
        Reading { terms: self.vectorizer.look_up(keys), meant: self.meaning.as_ref().map(|it| it.of(ticket)) }
    }

    /// Judges what was read of a ticket.
    #[must_use]
    pub fn judge_reading(&self, reading: &Reading) -> Judgement {
        if reading.terms == Vectorized::default() {
            let probabilities = self.prior.clone();
            let shortlist = self.policy.shortlist(&probabilities);
            return Judgement { best: largest(&probabilities), probabilities, routed: false, outlier: true, shortlist };
        }
        let scores = self.scores(reading);
        let columns: Vec<u32> = reading.terms.entries.iter().map(|(column, _)| *column).collect();
        let seen = Witness {
            target: 0,
            probabilities: self.calibration.probabilities(&scores),
            margin: scores[largest(&scores)],
            known: self.vectorizer.known_share(&columns, reading.terms.unknown),
            familiarity: reading.meant.as_ref().map(|meant| meant.familiarity),
        };
        judge(seen, &self.policy)
    }

    /// Scores of all groups.
    #[must_use]
    pub fn scores(&self, reading: &Reading) -> Vec<f64> {
        self.weights.scores(&reading.terms.entries, reading.dense())
    }

    /// What speaks for or against a group, beside the same for another: terms by the size of what they add to the
    /// group's score, then by name. All of it sums to the scores.
    #[must_use]
    pub fn explain(&self, ticket: &TicketText, groups: [usize; 2]) -> Contributions {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        for_each_term(ticket, self.vectorizer.segmenter(), |key, first, second| {
            if let Some(column) = self.vectorizer.column(key) {
                let name = || if second.is_empty() { first.to_owned() } else { format!("{first} {second}") };
                names.entry(column).or_insert_with(name);
            }
        });
        let reading = self.read(ticket);
        let mut by_name: BTreeMap<String, [f64; 2]> = BTreeMap::new();
        for (column, value) in &reading.terms.entries {
            let sums = by_name.entry(names.remove(column).unwrap_or_default()).or_default();
            for (sum, group) in sums.iter_mut().zip(groups) {
                *sum += f64::from(*value) * self.weights.weight(*column, group);
            }
        }
        let mut terms: Vec<(String, [f64; 2])> = by_name.into_iter().collect();
        terms.sort_by(|a, b| b.1[0].abs().total_cmp(&a.1[0].abs()).then_with(|| a.0.cmp(&b.0)));
        Contributions {
            terms,
            meaning: groups.map(|group| self.weights.meaning(reading.dense(), group)),
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
    pub meaning: [f64; 2],
    pub bias: [f64; 2],
}

impl Contributions {
    /// The two scores.
    #[must_use]
    pub fn scores(&self) -> [f64; 2] {
        [0, 1]
            .map(|at| self.terms.iter().map(|(_, weights)| weights[at]).sum::<f64>() + self.meaning[at] + self.bias[at])
    }
}

/// Name of the line with what the meaning of the whole ticket adds.
pub const MEANING: &str = "（整段意思）";

/// What is known of a ticket → judgement.
#[must_use]
pub fn judge(ticket: Witness, policy: &Policy) -> Judgement {
    let best = largest(&ticket.probabilities);
    let outlier = policy.is_outlier(&ticket);
    let sure = policy.route_at.is_some_and(|least| ticket.probabilities[best] >= least);
    let shortlist = policy.shortlist(&ticket.probabilities);
    Judgement { best, probabilities: ticket.probabilities, routed: sure && !outlier, outlier, shortlist }
}
