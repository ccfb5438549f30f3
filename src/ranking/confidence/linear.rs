//! Linear models over named inputs, and the logistic function.

use serde::{Deserialize, Serialize};

use crate::ranking::compare::signals::Signal;

/// Weights of a linear model over named inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    pub names: Vec<String>,
    pub weights: Vec<f32>,
    pub intercept: f32,
}

impl Linear {
    /// Intercept plus weighted sum.
    #[must_use]
    pub fn logit(&self, inputs: &[f32]) -> f32 {
        self.weights.iter().zip(inputs).fold(self.intercept, |sum, (weight, input)| sum + weight * input)
    }

    /// What each input adds to the logit; with the intercept they sum to it.
    #[must_use]
    pub fn contributions(&self, inputs: &[f32]) -> Vec<Contribution> {
        let parts = self.names.iter().zip(&self.weights).zip(inputs);
        parts
            .map(|((name, weight), value)| Contribution {
                signal: name.clone(),
                value: *value,
                contribution: weight * value,
            })
            .collect()
    }

    /// Weight of a ranking signal.
    #[must_use]
    pub fn weight(&self, signal: Signal) -> f32 {
        self.weights.get(signal as usize).copied().unwrap_or(0.0)
    }
}

/// One signal's part in a logit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    pub signal: String,
    pub value: f32,
    pub contribution: f32,
}

/// Logistic function.
#[must_use]
pub fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
