//! A trained model: ticket → margins → probabilities → judgement, and the terms that made it.
//!
//! Knows groups as numbers only; their names, files and rules are elsewhere.

use std::collections::BTreeMap;

use super::calibrate::Calibration;
use super::features::Vectorizer;
use super::promise::Policy;
use super::svm::{SvmModel, largest};
use super::terms::{TicketText, for_each_term};

/// Largest quantised weight.
const QUANTUM: f32 = 32_767.0;

/// The weights as they are served: 16-bit steps, all groups of a term side by side.
///
/// A step is 1/32,767 of the group's largest weight, so a margin moves by far less than a thousandth; what is
/// reported and explained is computed from these weights, not from the ones before rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Size of a step, group by group.
    pub steps: Vec<f32>,
    /// Group by group.
    pub biases: Vec<f32>,
    /// Term by term, group by group.
    pub quantized: Vec<i16>,
}

impl Weights {
    /// Rounds the weights of a fitted machine.
    #[must_use]
    pub fn quantize(model: &SvmModel) -> Self {
        let groups = model.weights.len();
        let terms = model.weights.first().map_or(0, Vec::len);
        let steps: Vec<f32> = model
            .weights
            .iter()
            .map(|weights| weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs())) / QUANTUM)
            .collect();
        let mut quantized = vec![0; groups * terms];
        for (group, weights) in model.weights.iter().enumerate() {
            for (term, weight) in weights.iter().enumerate() {
                #[expect(clippy::cast_possible_truncation, reason = "at most QUANTUM in size by the choice of step")]
                let step = (weight / steps[group]).round().clamp(-QUANTUM, QUANTUM) as i16;
                quantized[term * groups + group] = step;
            }
        }
        Self { steps, biases: model.biases.clone(), quantized }
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

    /// Margins of all groups.
    #[must_use]
    pub fn margins(&self, entries: &[(u32, f32)]) -> Vec<f64> {
        let groups = self.groups();
        let mut sums = vec![0.0_f32; groups];
        for (column, value) in entries {
            let start = *column as usize * groups;
            for (sum, step) in sums.iter_mut().zip(&self.quantized[start..start + groups]) {
                *sum += value * f32::from(*step);
            }
        }
        let scaled = sums.iter().zip(&self.steps).zip(&self.biases);
        scaled.map(|((sum, step), bias)| f64::from(*sum) * f64::from(*step) + f64::from(*bias)).collect()
    }
}

/// Everything needed to judge a ticket.
#[derive(Debug, Clone)]
pub struct Model {
    pub vectorizer: Vectorizer,
    pub weights: Weights,
    pub calibration: Calibration,
    pub policy: Policy,
    /// Share of each group among the training rows; the ranking of a ticket without text.
    pub prior: Vec<f64>,
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
    /// Most probable first; never empty.
    pub shortlist: Vec<usize>,
}

impl Model {
    /// Judges a ticket. One without text goes to review with the groups' shares as probabilities.
    #[must_use]
    pub fn judge(&self, ticket: &TicketText) -> Judgement {
        if ticket.is_empty() {
            let probabilities = self.prior.clone();
            let shortlist = self.policy.shortlist(&probabilities);
            return Judgement { best: largest(&probabilities), probabilities, routed: false, shortlist };
        }
        let vectorized = self.vectorizer.vectorize(ticket);
        let columns: Vec<u32> = vectorized.entries.iter().map(|(column, _)| *column).collect();
        let known = self.vectorizer.known_share(&columns, vectorized.unknown);
        judge(&self.weights.margins(&vectorized.entries), known, &self.calibration, &self.policy)
    }

    /// The terms that speak for or against a group, by the size of what they add to its margin, then by name; last the
    /// group's bias under the empty name. The weights sum to the margin.
    #[must_use]
    pub fn explain(&self, ticket: &TicketText, group: usize) -> Vec<(String, f64)> {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        for_each_term(ticket, self.vectorizer.segmenter(), |key, first, second| {
            if let Some(column) = self.vectorizer.column(key) {
                let name = || if second.is_empty() { first.to_owned() } else { format!("{first} {second}") };
                names.entry(column).or_insert_with(name);
            }
        });
        let mut by_name: BTreeMap<String, f64> = BTreeMap::new();
        for (column, value) in self.vectorizer.vectorize(ticket).entries {
            let name = names.remove(&column).unwrap_or_default();
            *by_name.entry(name).or_default() += f64::from(value) * self.weights.weight(column, group);
        }
        let mut terms: Vec<(String, f64)> = by_name.into_iter().collect();
        terms.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        terms.push((String::new(), f64::from(self.weights.biases[group])));
        terms
    }
}

/// Margins and share of known terms → judgement.
#[must_use]
pub fn judge(margins: &[f64], known: f64, calibration: &Calibration, policy: &Policy) -> Judgement {
    let probabilities = calibration.probabilities(margins);
    let best = largest(&probabilities);
    let margin = margins[largest(margins)];
    let routed = policy.routes(probabilities[best], margin, known);
    let shortlist = policy.shortlist(&probabilities);
    Judgement { best, probabilities, routed, shortlist }
}
