//! Fits the gate on a corpus's labelled questions; the ranker's weights are given.
//!
//! The labelled questions (`calibration.jsonl`) are worded as customers word them, some with no answer in the corpus.
//! Leave-one-out over similar questions and questions with their entry taken out were tried and order other corpora
//! worse: staff word similar questions further apart than customers do. Logistic regression by `linfa-logistic` (L-BFGS,
//! L2) over standardised inputs.

use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};

use crate::corpus::{Corpus, GoldenExpectation};
use crate::encoder::{EncoderKind, SentenceEncoder};
use crate::ranking::compare::signals::{CROWDING, SENSE_COSINE, SIGNAL_NAMES, SIGNALS};
use crate::ranking::confidence::model::{GATE_INPUTS, Linear, RANKER_FORMAT, RankerModel, gate_names};
use crate::ranking::confidence::reference::{MIN_REFERENCE, REFERENCES, Reference};
use crate::ranking::evidence::HeldOut;
use crate::ranking::matcher::Matcher;
use crate::retrieval::IndexError;
use crate::text::NORMALIZATION_VERSION;

/// L2 penalty, in units of summed log loss.
const GATE_PENALTY: f64 = 2.0;
const ITERATIONS: u64 = 500;

/// Why weights could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    #[error("the corpus has {0} labelled questions in calibration.jsonl; fitting needs at least {MIN_QUESTIONS}")]
    TooFew(usize),
    #[error("the logistic regression failed")]
    Regression(#[from] linfa_logistic::error::Error),
    #[error("cannot shape {0} training rows")]
    Shape(#[from] ndarray::ShapeError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Fewer labelled questions than this say too little about any weight.
pub const MIN_QUESTIONS: usize = 500;

/// The ranker's weights, chosen by hand and compared by mean hit@1 over several corpora rather than fitted: meaning and
/// saturated term overlap lead (BM25 over characters and pairs), the cosine corrects for extra words, words and edit
/// order break near ties, contradictions and questions near to everything cost.
///
/// Weights fitted on the shipped corpus's labelled questions ordered other corpora worse.
const RANK_WEIGHTS: [f32; SIGNALS] =
    [2.0, 5.0, 0.0, 10.0, 2.5, 2.5, 0.0, 1.5, 0.0, 1.0, 0.0, -1.0, -0.5, -0.5, 16.0, -6.0, 12.0];
/// What differs for the transformer, whose cosines spread less: weight of the meaning, and of its crowding.
const RANK_WEIGHTS_ACCURATE: [f32; 2] = [25.0, -10.0];
/// Weight of the mean of an entry's best three questions.
const SUPPORT: f32 = 0.5;

/// The fixed ranker with a gate that trusts it blindly; the start of a fit.
#[must_use]
pub fn initial_model(kind: EncoderKind, encoder: &SentenceEncoder) -> RankerModel {
    let mut weights = RANK_WEIGHTS.to_vec();
    if kind == EncoderKind::Accurate {
        weights[SENSE_COSINE] = RANK_WEIGHTS_ACCURATE[0];
        weights[CROWDING] = RANK_WEIGHTS_ACCURATE[1];
    }
    let names = SIGNAL_NAMES.iter().map(|name| (*name).to_owned()).collect();
    RankerModel {
        format: RANKER_FORMAT,
        normalization_version: NORMALIZATION_VERSION,
        encoder_version: encoder.version().to_owned(),
        fitted_on: String::new(),
        gate_rows: 0,
        rank: Linear { names, weights, intercept: 0.0 },
        support: SUPPORT,
        wrong_confidence: 1.0,
        gate: Linear { names: gate_names(), weights: vec![1.0; GATE_INPUTS], intercept: -2.0 },
        reference: Reference::new(&[[0.0; REFERENCES]; MIN_REFERENCE]).unwrap_or_default(),
    }
}

/// Fits the gate on the labelled questions of the matcher's corpus.
///
/// # Errors
/// [`FitError`] when there is too little to learn from or the regression fails.
pub fn fit(matcher: &Matcher, corpus: &Corpus) -> Result<RankerModel, FitError> {
    if corpus.calibration.len() < MIN_QUESTIONS {
        return Err(FitError::TooFew(corpus.calibration.len()));
    }
    let everything = HeldOut { question: None, entry: None };
    let (mut inputs, mut right) = (Vec::new(), Vec::new());
    for case in &corpus.calibration {
        let candidates = matcher.candidates_in_full(&matcher.terms(&case.question), &everything)?;
        if let Some(best) = candidates.first() {
            let id = &corpus.entries[best.entry as usize].id;
            inputs.extend(best.gate_inputs.iter().map(|value| f64::from(*value)));
            right.push(matches!(&case.expect, GoldenExpectation::Entry(wanted) if wanted == id));
        }
    }
    let gate_rows = right.len();
    let gate = regress(Array2::from_shape_vec((gate_rows, GATE_INPUTS), inputs)?, Array1::from(right))?;
    let fitted_on = corpus.version.clone();
    let reference = matcher.reference.thinned();
    Ok(RankerModel { fitted_on, gate_rows, gate, reference, ..RankerModel::clone(&matcher.model) })
}

/// Logistic regression on standardised inputs, as weights for the inputs as they are.
fn regress(mut x: Array2<f64>, y: Array1<bool>) -> Result<Linear, FitError> {
    let zeros = Array1::zeros(x.ncols());
    let means = x.mean_axis(Axis(0)).unwrap_or_else(|| zeros.clone());
    let deviations = x.std_axis(Axis(0), 0.0).mapv(|deviation| if deviation > 1e-9 { deviation } else { 1.0 });
    x = (x - &means) / &deviations;
    let fitted = LogisticRegression::default()
        .alpha(GATE_PENALTY)
        .max_iterations(ITERATIONS)
        .fit(&linfa::DatasetBase::new(x, y))?;
    // linfa calls whichever class it met first positive.
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let weights: Array1<f64> = fitted.params().mapv(|weight| sign * weight) / &deviations;
    let intercept = sign * fitted.intercept() - weights.dot(&means);
    let weights = weights.iter().map(|weight| narrow(*weight)).collect();
    Ok(Linear { names: gate_names(), weights, intercept: narrow(intercept) })
}

#[expect(clippy::cast_possible_truncation, reason = "weights are small numbers stored as f32")]
fn narrow(weight: f64) -> f32 {
    weight as f32
}
