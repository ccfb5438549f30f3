//! What a model says of one ticket before anything is decided: probabilities, and how far the ticket is like the
//! training rows.

/// What is predicted for one ticket; for a training row by models that did not see it.
#[derive(Debug, Clone)]
pub(crate) struct Prediction {
    /// Group by group; they sum to one.
    pub(crate) probabilities: Vec<f64>,
    /// Largest score of a group.
    pub(crate) margin: f64,
    /// Share of the ticket's character n-grams that the vocabulary knows, 0..=1.
    pub(crate) vocabulary_coverage: f64,
    /// Cosine to the nearest centre of the training rows, -1..=1; none without an encoder.
    pub(crate) familiarity: Option<f64>,
}

/// A prediction beside the true group.
#[derive(Debug, Clone)]
pub(crate) struct LabelledPrediction {
    pub(crate) target: usize,
    pub(crate) prediction: Prediction,
}

impl LabelledPrediction {
    /// What was said of the true group, 0..=1.
    pub(crate) fn probability_of_truth(&self) -> f64 {
        self.prediction.probabilities[self.target]
    }
}
