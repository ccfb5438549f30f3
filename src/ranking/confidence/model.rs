//! The learned ranker and gate: two linear models over named inputs, as numbers in a JSON file.
//!
//! The ranker orders entries by how far a stored question means what was asked. The gate turns the strength of a
//! candidate, its lead over the others and how rare both are among the corpus's own wrong candidates into the
//! probability that its entry is right, questions outside the corpus included.

use serde::{Deserialize, Serialize};

use super::gate::gate_names;
pub use super::linear::{Linear, probability};
use super::reference::Reference;
use crate::ranking::compare::signals::Signal;
use crate::text::NORMALIZATION_VERSION;

/// Format of the file.
pub const RANKER_FORMAT: u32 = 3;

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
    /// Whether vectors are whitened and differences judged; not while the gate is fitted.
    pub refined: bool,
    pub gate: Linear,
    /// Mean confidence in the wrong candidates of the corpus of the fit, 0..=1.
    pub wrong_confidence: f32,
    /// Wrong candidates of the corpus of the fit, for corpora too small to have their own.
    pub reference: Reference,
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
    fn check(&self, what: &'static str, expected: &[&str]) -> Result<(), RankerError> {
        let fits = self.names == expected && self.weights.len() == expected.len();
        if fits && self.weights.iter().all(|weight| weight.is_finite()) && self.intercept.is_finite() {
            return Ok(());
        }
        Err(RankerError::Mismatch { what, found: self.names.join(","), expected: expected.join(",") })
    }
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
        model.rank.check("ranking signals", &Signal::ALL.map(Signal::name))?;
        model.gate.check("gate signals", &gate_names().iter().map(String::as_str).collect::<Vec<_>>())?;
        if !model.support.is_finite() || !model.reference.is_complete() {
            let expected = "finite numbers".to_owned();
            return Err(RankerError::Mismatch { what: "reference", found: "incomplete".to_owned(), expected });
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::confidence::reference::REFERENCES;

    fn model() -> RankerModel {
        let linear = |names: Vec<String>| Linear { weights: vec![1.0; names.len()], names, intercept: -2.0 };
        RankerModel {
            format: RANKER_FORMAT,
            normalization_version: NORMALIZATION_VERSION,
            encoder_version: "test".to_owned(),
            fitted_on: "test".to_owned(),
            gate_rows: 1,
            rank: linear(Signal::ALL.iter().map(|signal| signal.name().to_owned()).collect()),
            support: 0.4,
            refined: true,
            gate: linear(gate_names()),
            wrong_confidence: 0.3,
            reference: Reference::new(&[[0.1; REFERENCES]; 40]).unwrap(),
        }
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
