//! The learned ranker and gate: two linear models over named inputs, as numbers in a JSON file.
//!
//! The ranker orders entries by how far a stored question means what was asked. The gate turns the strength of a
//! candidate, its lead over the others and how rare both are among the corpus's own wrong candidates into the
//! probability that its entry is right, questions outside the corpus included.

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::leads::{LEAD_LIMIT, Lead, Leads, StandIn};
use super::reference::{REFERENCE_NAMES, REFERENCES, Reference, ReferenceValues};
use crate::ranking::compare::signals::{ANSWER_EXPLAINS, CROWDING, GRAM_COSINE, SENSE_COSINE, SIGNAL_NAMES};
use crate::ranking::scored::Scored;
use crate::text::NORMALIZATION_VERSION;

/// Format of the file.
pub const RANKER_FORMAT: u32 = 2;

/// Inputs of the gate that concern the candidate and its lead; rarity and excess of [`REFERENCE_NAMES`] follow.
pub const STRENGTH_NAMES: [&str; STRENGTHS] = [
    "sense_cosine",
    "sense_close",
    "total_lead",
    "narrow_lead",
    "sense_lead",
    "lexical_lead",
    "asked_length",
    "total",
    "crowding",
    "answer_explains",
];
/// Number of [`STRENGTH_NAMES`].
pub const STRENGTHS: usize = 10;
/// Number of inputs of the gate.
pub const GATE_INPUTS: usize = STRENGTHS + 2 * REFERENCES;
/// A lead of this many points is no longer narrow.
const NARROW: f32 = 1.5;
/// Points of a typical good match; brings totals to about 0..1.
const TOTAL_SCALE: f32 = 30.0;
/// The same for the lexical part alone.
const LEXICAL_SCALE: f32 = 10.0;
/// Cosine from which two questions are close.
const CLOSE: f32 = 0.5;
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
    /// Encoder whose vectors the weights expect.
    pub encoder_version: String,
    /// Corpus the weights were fitted on and how many rows it saw.
    pub fitted_on: String,
    pub gate_rows: usize,
    pub rank: Linear,
    /// Weight of the mean of an entry's best questions beside its very best.
    pub support: f32,
    pub gate: Linear,
    /// Mean confidence in the wrong candidates of the corpus of the fit, 0..=1.
    pub wrong_confidence: f32,
    /// Wrong candidates of the corpus of the fit, for corpora too small to have their own.
    pub reference: Reference,
}

/// One signal's part in a logit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    pub signal: String,
    pub value: f32,
    pub contribution: f32,
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
    pub fn from_json(bytes: &[u8], encoder_version: &str) -> Result<Self, RankerError> {
        let model: Self = serde_json::from_slice(bytes)?;
        for (what, found, expected) in [
            ("format", model.format, RANKER_FORMAT),
            ("normalisation version", model.normalization_version, NORMALIZATION_VERSION),
        ] {
            if found != expected {
                return Err(RankerError::Mismatch { what, found: found.to_string(), expected: expected.to_string() });
            }
        }
        if model.encoder_version != encoder_version {
            let (found, expected) = (model.encoder_version, encoder_version.to_owned());
            return Err(RankerError::Mismatch { what: "encoder version", found, expected });
        }
        model.rank.check("ranking signals", &SIGNAL_NAMES)?;
        model.gate.check("gate signals", &gate_names().iter().map(String::as_str).collect::<Vec<_>>())?;
        if !model.support.is_finite() || !model.reference.is_complete() {
            let expected = "finite numbers".to_owned();
            return Err(RankerError::Mismatch { what: "reference", found: "incomplete".to_owned(), expected });
        }
        Ok(model)
    }

    /// Fills in the gate's inputs and the confidence of candidates ordered best first; confidences never rise down the
    /// list.
    pub fn gate(&self, candidates: &mut [Scored], asked_length: usize, yardstick: Yardstick<'_>) {
        let leads = Leads::of(candidates, yardstick.stand_in);
        let mut ceiling = 1.0_f32;
        for (at, candidate) in candidates.iter_mut().enumerate() {
            candidate.gate_inputs = gate_inputs(candidate, leads.at(at), asked_length, yardstick.reference);
            let logit = candidate.bounded(self.gate.logit(&candidate.gate_inputs));
            ceiling = ceiling.min(probability(yardstick.calibration.apply(logit)));
            candidate.confidence = ceiling;
        }
    }

    /// The gate's logit of a prospect within what its difference leaves, before calibration.
    #[must_use]
    pub fn logit(&self, prospect: &Prospect, reference: &Reference) -> f32 {
        let inputs = gate_inputs(&prospect.best, prospect.lead, prospect.asked_length, reference);
        prospect.best.bounded(self.gate.logit(&inputs))
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

/// What a corpus measures its candidates by.
#[derive(Debug, Clone, Copy)]
pub struct Yardstick<'a> {
    pub reference: &'a Reference,
    pub calibration: Calibration,
    /// Rival of all candidates in a corpus too small to have any.
    pub stand_in: Option<StandIn>,
}

/// The median wrong candidate of a reference, as a rival.
pub(in crate::ranking) fn stand_in(reference: &Reference) -> StandIn {
    StandIn {
        total: reference.median(0) * TOTAL_SCALE,
        sense: reference.median(1),
        lexical: reference.median(5) * LEXICAL_SCALE,
    }
}

/// The best of some candidates with its lead: all that the gate needs of them.
#[derive(Debug, Clone)]
pub struct Prospect {
    pub best: Scored,
    lead: Lead,
    asked_length: usize,
}

impl Prospect {
    /// Takes the best of candidates ordered best first, for a question of so many characters; `None` without any.
    #[must_use]
    pub fn of(candidates: &[Scored], asked_length: usize, stand_in: Option<StandIn>) -> Option<Self> {
        let best = candidates.first()?.clone();
        Some(Self { best, lead: Leads::of(candidates, stand_in).at(0), asked_length })
    }

    /// What a corpus's reference is made of.
    #[must_use]
    pub fn reference_values(&self) -> ReferenceValues {
        reference_values(&self.best, self.lead)
    }
}

/// In the order of [`gate_names`].
fn gate_inputs(candidate: &Scored, lead: Lead, asked_length: usize, reference: &Reference) -> [f32; GATE_INPUTS] {
    let signals = &candidate.signals.values;
    let strengths = [
        signals[SENSE_COSINE],
        (signals[SENSE_COSINE] - CLOSE).max(0.0),
        lead.total / LEAD_LIMIT,
        lead.total.min(NARROW) / NARROW,
        lead.sense,
        lead.lexical / LEXICAL_SCALE,
        bounded_length(asked_length),
        candidate.rank_logit / TOTAL_SCALE,
        signals[CROWDING],
        signals[ANSWER_EXPLAINS],
    ];
    let mut inputs = [0.0; GATE_INPUTS];
    inputs[..STRENGTHS].copy_from_slice(&strengths);
    for (name, value) in reference_values(candidate, lead).into_iter().enumerate() {
        inputs[STRENGTHS + name] = reference.rarity(name, value);
        inputs[STRENGTHS + REFERENCES + name] = reference.excess(name, value);
    }
    inputs
}

/// In the order of [`REFERENCE_NAMES`], each of the order of 1.
fn reference_values(candidate: &Scored, lead: Lead) -> ReferenceValues {
    let signals = &candidate.signals.values;
    [
        candidate.rank_logit / TOTAL_SCALE,
        signals[SENSE_COSINE],
        lead.total / LEAD_LIMIT,
        lead.sense,
        signals[GRAM_COSINE],
        candidate.lexical / LEXICAL_SCALE,
    ]
}

/// Names of the gate's inputs in order.
#[must_use]
pub fn gate_names() -> Vec<String> {
    let strengths = STRENGTH_NAMES.iter().map(|name| (*name).to_owned());
    let rarities = REFERENCE_NAMES.iter().map(|name| format!("{name}_rarity"));
    strengths.chain(rarities).chain(REFERENCE_NAMES.iter().map(|name| format!("{name}_excess"))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn bounded_length(characters: usize) -> f32 {
    (characters as f32).min(LENGTH_LIMIT) / LENGTH_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::signals::{SIGNALS, Signals};
    use crate::ranking::judging::Judged;

    fn scored(rank_logit: f32) -> Scored {
        let signals = Signals { values: [0.5; SIGNALS] };
        let gate_inputs = [0.0; GATE_INPUTS];
        Scored {
            entry: 0,
            question: 0,
            signals,
            rank_logit,
            lexical: 0.0,
            difference: None,
            gate_inputs,
            confidence: 0.0,
        }
    }

    fn model() -> RankerModel {
        let linear = |names: Vec<String>| Linear { weights: vec![1.0; names.len()], names, intercept: -2.0 };
        RankerModel {
            format: RANKER_FORMAT,
            normalization_version: NORMALIZATION_VERSION,
            encoder_version: "test".to_owned(),
            fitted_on: "test".to_owned(),
            gate_rows: 1,
            rank: linear(SIGNAL_NAMES.iter().map(|name| (*name).to_owned()).collect()),
            support: 0.4,
            gate: linear(gate_names()),
            wrong_confidence: 0.3,
            reference: Reference::new(&[[0.1; REFERENCES]; 40]).unwrap(),
        }
    }

    #[test]
    fn contributions_and_intercept_sum_to_the_logit() {
        let model = model();
        let yardstick = Yardstick { reference: &model.reference, calibration: Calibration::default(), stand_in: None };
        let mut candidates = vec![scored(3.0), scored(1.0)];
        model.gate(&mut candidates, 8, yardstick);
        let sum: f32 = model.contributions(&candidates[0]).iter().map(|c| c.contribution).sum();
        assert!((probability(sum + model.gate.intercept) - candidates[0].confidence).abs() < 1e-6);
        assert!(candidates[0].confidence > candidates[1].confidence, "the leader leads");
    }

    #[test]
    fn a_difference_bounds_the_confidence_of_all_that_follow() {
        let model = model();
        let yardstick = Yardstick { reference: &model.reference, calibration: Calibration::default(), stand_in: None };
        let difference = Some(Judged { z: -1.0, bound: 0.0, lift: 0.5 });
        let mut candidates = vec![Scored { difference, ..scored(30.0) }, scored(1.0)];
        model.gate(&mut candidates, 8, yardstick);
        assert!(candidates.iter().all(|candidate| candidate.confidence <= 0.5), "{candidates:?}");
        let prospect = Prospect::of(&candidates, 8, None).unwrap();
        assert!(model.logit(&prospect, &model.reference) <= 0.0);
    }

    #[test]
    fn refuses_other_versions_and_other_signals() {
        let good = model();
        let json = |m: &RankerModel| serde_json::to_vec(m).unwrap();
        assert_eq!(RankerModel::from_json(&json(&good), "test").unwrap(), good);
        let mut old = good.clone();
        old.normalization_version = 0;
        let message = RankerModel::from_json(&json(&old), "test").unwrap_err().to_string();
        assert_eq!(message, "the ranker's normalisation version is 0, this program needs 1");
        let message = RankerModel::from_json(&json(&good), "new").unwrap_err().to_string();
        assert_eq!(message, "the ranker's encoder version is test, this program needs new");
        let mut other = good;
        other.rank.names[0] = "magic".to_owned();
        assert!(matches!(RankerModel::from_json(&json(&other), "test"), Err(RankerError::Mismatch { .. })));
    }
}
