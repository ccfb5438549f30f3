//! The learned ranker and gate: two logistic regressions over named signals, as numbers in a JSON file.
//!
//! The ranker orders candidates by the log-odds that a stored question means what was asked. The gate turns the
//! signals of a candidate, together with its lead over the runner-up, into the probability that its entry is right,
//! questions outside the corpus included.

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::signals::{SIGNAL_NAMES, SIGNALS, Signals};
use crate::text::NORMALIZATION_VERSION;

/// Format of the file.
pub const RANKER_FORMAT: u32 = 1;

/// Signals of the gate besides those of the pair.
pub const GATE_EXTRA_NAMES: [&str; GATE_EXTRAS] =
    ["rank_probability", "rank_lead", "gram_lead", "word_lead", "asked_length"];
/// Number of [`GATE_EXTRA_NAMES`].
pub const GATE_EXTRAS: usize = 5;
/// Leads beyond this many log-odds say nothing more.
const LEAD_LIMIT: f32 = 6.0;
/// Characters beyond which a longer question says nothing more.
const LENGTH_LIMIT: f32 = 24.0;

/// Weights of a linear model over named inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    pub names: Vec<String>,
    pub weights: Vec<f32>,
    pub intercept: f32,
}

/// Ranker and gate with the versions they were fitted for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankerModel {
    pub format: u32,
    pub normalization_version: u32,
    /// Corpus the weights were fitted on and how many rows it saw.
    pub fitted_on: String,
    pub gate_rows: usize,
    pub rank: Linear,
    pub gate: Linear,
}

/// One signal's part in a logit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    pub signal: String,
    pub value: f32,
    pub contribution: f32,
}

/// A candidate entry after ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Position of the entry in the corpus.
    pub entry: u32,
    /// Position of its best question in the catalogue.
    pub question: u32,
    pub signals: Signals,
    /// Log-odds by which candidates are ordered.
    pub rank_logit: f32,
    /// Inputs of the gate, in the order of its names.
    pub gate_inputs: [f32; SIGNALS + GATE_EXTRAS],
    /// Probability in 0..=1 that the entry is right.
    pub confidence: f32,
}

/// Why a ranker file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RankerError {
    #[error("the ranker file is not valid JSON")]
    Json(#[from] serde_json::Error),
    #[error("the ranker's {what} is {found}, this program needs {expected}")]
    Mismatch { what: &'static str, found: String, expected: String },
}

impl Linear {
    /// Intercept plus weighted sum.
    #[must_use]
    pub fn logit(&self, inputs: &[f32]) -> f32 {
        self.weights.iter().zip(inputs).fold(self.intercept, |sum, (weight, input)| sum + weight * input)
    }

    fn check(&self, what: &'static str, expected: &[&str]) -> Result<(), RankerError> {
        let fits = self.names == expected && self.weights.len() == expected.len();
        if fits && self.weights.iter().all(|weight| weight.is_finite()) && self.intercept.is_finite() {
            return Ok(());
        }
        Err(RankerError::Mismatch { what, found: self.names.join(","), expected: expected.join(",") })
    }
}

/// Logistic function.
#[must_use]
pub fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

impl RankerModel {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// [`RankerError`] naming what is found and what is needed.
    pub fn from_json(bytes: &[u8]) -> Result<Self, RankerError> {
        let model: Self = serde_json::from_slice(bytes)?;
        for (what, found, expected) in [
            ("format", model.format, RANKER_FORMAT),
            ("normalisation version", model.normalization_version, NORMALIZATION_VERSION),
        ] {
            if found != expected {
                return Err(RankerError::Mismatch { what, found: found.to_string(), expected: expected.to_string() });
            }
        }
        model.rank.check("ranking signals", &SIGNAL_NAMES)?;
        model.gate.check("gate signals", &gate_names())?;
        Ok(model)
    }

    /// Fills in lead and confidence of candidates ordered best first; confidences never rise down the list.
    pub fn gate(&self, candidates: &mut [Scored], asked_length: usize, calibration: Calibration) {
        let lead = |of: fn(&Scored) -> f32| leads(candidates, of);
        let rank_leads = lead(|c| c.rank_logit);
        let gram_leads = lead(|c| c.signals.values[1]);
        let word_leads = lead(|c| c.signals.values[2]);
        let mut ceiling = 1.0_f32;
        for (at, candidate) in candidates.iter_mut().enumerate() {
            let extras = [
                probability(candidate.rank_logit),
                rank_leads[at].clamp(-LEAD_LIMIT, LEAD_LIMIT) / LEAD_LIMIT,
                gram_leads[at],
                word_leads[at],
                bounded_length(asked_length),
            ];
            candidate.gate_inputs[..SIGNALS].copy_from_slice(&candidate.signals.values);
            candidate.gate_inputs[SIGNALS..].copy_from_slice(&extras);
            ceiling = ceiling.min(probability(calibration.apply(self.gate.logit(&candidate.gate_inputs))));
            candidate.confidence = ceiling;
        }
    }

    /// What each input adds to the gate's logit; with the intercept they sum to it.
    #[must_use]
    pub fn contributions(&self, candidate: &Scored) -> Vec<Contribution> {
        let inputs = self.gate.names.iter().zip(&self.gate.weights).zip(&candidate.gate_inputs);
        inputs
            .map(|((name, weight), value)| Contribution {
                signal: name.clone(),
                value: *value,
                contribution: weight * value,
            })
            .collect()
    }
}

/// Names of the gate's inputs in order.
#[must_use]
pub fn gate_names() -> Vec<&'static str> {
    SIGNAL_NAMES.iter().chain(&GATE_EXTRA_NAMES).copied().collect()
}

/// Each candidate's value minus the best value among the others; its own value where it is alone.
fn leads(candidates: &[Scored], of: impl Fn(&Scored) -> f32) -> Vec<f32> {
    let mut best = (f32::NEG_INFINITY, usize::MAX);
    let mut second = f32::NEG_INFINITY;
    for (at, value) in candidates.iter().map(&of).enumerate() {
        if value > best.0 {
            second = best.0;
            best = (value, at);
        } else if value > second {
            second = value;
        }
    }
    let other = |at| if at == best.1 { second } else { best.0 };
    candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| {
            let rival = other(at);
            if rival.is_finite() { of(candidate) - rival } else { of(candidate).max(0.0) }
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn bounded_length(characters: usize) -> f32 {
    (characters as f32).min(LENGTH_LIMIT) / LENGTH_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(rank_logit: f32) -> Scored {
        let signals = Signals { values: [0.5; SIGNALS] };
        Scored {
            entry: 0,
            question: 0,
            signals,
            rank_logit,
            gate_inputs: [0.0; SIGNALS + GATE_EXTRAS],
            confidence: 0.0,
        }
    }

    fn model() -> RankerModel {
        let linear = |names: Vec<&str>| Linear {
            weights: vec![1.0; names.len()],
            names: names.into_iter().map(str::to_owned).collect(),
            intercept: -2.0,
        };
        RankerModel {
            format: RANKER_FORMAT,
            normalization_version: NORMALIZATION_VERSION,
            fitted_on: "test".to_owned(),
            gate_rows: 1,
            rank: linear(SIGNAL_NAMES.to_vec()),
            gate: linear(gate_names()),
        }
    }

    #[test]
    fn contributions_and_intercept_sum_to_the_logit() {
        let model = model();
        let mut candidates = vec![scored(3.0), scored(1.0)];
        model.gate(&mut candidates, 8, Calibration::default());
        let sum: f32 = model.contributions(&candidates[0]).iter().map(|c| c.contribution).sum();
        assert!((probability(sum + model.gate.intercept) - candidates[0].confidence).abs() < 1e-6);
        assert!(candidates[0].confidence > candidates[1].confidence, "the leader leads");
    }

    #[test]
    fn refuses_other_versions_and_other_signals() {
        let good = model();
        let json = |m: &RankerModel| serde_json::to_vec(m).unwrap();
        assert_eq!(RankerModel::from_json(&json(&good)).unwrap(), good);
        let mut old = good.clone();
        old.normalization_version = 0;
        let message = RankerModel::from_json(&json(&old)).unwrap_err().to_string();
        assert_eq!(message, "the ranker's normalisation version is 0, this program needs 1");
        let mut other = good;
        other.rank.names[0] = "magic".to_owned();
        assert!(matches!(RankerModel::from_json(&json(&other)), Err(RankerError::Mismatch { .. })));
    }
}
