//! Fits the gate on a corpus's labelled questions; the ranker's weights are given.
//!
//! The gate is fitted on the plain ranking, without what tells an entry from its neighbours, without whitening and
//! without what differs: on the one corpus there is to fit on, these part right from wrong far better than on others, and
//! a gate that has learnt to rely on them answers a tenth less elsewhere at the same precision (mean of six other corpora,
//! 0.44 instead of 0.48 at 95 %). A stronger penalty (100) brings half of that back and no more.
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
use crate::ranking::compare::signals::{SIGNALS, Signal};
use crate::ranking::confidence::gate::{GATE_INPUTS, SHIPPED_INPUTS, gate_names};
use crate::ranking::confidence::model::{Linear, RANKER_FORMAT, RankerModel};
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
/// What an entry lacks of the question costs most: it outweighs a template that many entries share.
///
/// Weights fitted on the shipped corpus's labelled questions ordered other corpora worse.
const RANK_WEIGHTS: [(Signal, f32); 16] = [
    (Signal::Exact, 2.0),
    (Signal::GramCosine, 5.0),
    (Signal::GramBm25, 10.0),
    (Signal::WordBm25, 2.5),
    (Signal::AskedGramsFound, 2.5),
    (Signal::AskedWordsFound, 1.5),
    (Signal::EditSimilarity, 1.0),
    (Signal::CodesMissing, -1.0),
    (Signal::CodesExtra, -0.5),
    (Signal::NegationMismatch, -0.5),
    (Signal::SenseCosine, 16.0),
    (Signal::Crowding, -6.0),
    (Signal::AnswerExplains, 12.0),
    (Signal::AskedMissing, -10.0),
    (Signal::StoredExtra, -5.0),
    (Signal::EntryCosine, 10.0),
];
/// What differs for the transformer, whose cosines spread less.
const RANK_WEIGHTS_ACCURATE: [(Signal, f32); 2] = [(Signal::SenseCosine, 25.0), (Signal::Crowding, -10.0)];
/// What the plain ranking goes without.
const REFINEMENTS: [Signal; 3] = [Signal::AskedMissing, Signal::StoredExtra, Signal::EntryCosine];
/// Weight of the mean of an entry's best three questions beside its very best in the plain ranking; the mean of their
/// cosines says it better.
const PLAIN_SUPPORT: f32 = 0.5;

/// The plain ranking, on which the gate is fitted.
#[must_use]
pub fn plain_model(kind: EncoderKind, encoder: &SentenceEncoder) -> RankerModel {
    let mut model = initial_model(kind, encoder);
    for signal in REFINEMENTS {
        model.rank.weights[signal as usize] = 0.0;
    }
    RankerModel { support: PLAIN_SUPPORT, refined: false, ..model }
}

/// The fixed ranker with a gate that trusts it blindly; the start of a fit.
#[must_use]
pub fn initial_model(kind: EncoderKind, encoder: &SentenceEncoder) -> RankerModel {
    let mut weights = [0.0; SIGNALS];
    let accurate = RANK_WEIGHTS_ACCURATE.iter().filter(|_| kind == EncoderKind::Accurate);
    for (signal, weight) in RANK_WEIGHTS.iter().chain(accurate) {
        weights[*signal as usize] = *weight;
    }
    let names = Signal::ALL.iter().map(|signal| signal.name().to_owned()).collect();
    RankerModel {
        format: RANKER_FORMAT,
        normalization_version: NORMALIZATION_VERSION,
        encoder_version: encoder.version().to_owned(),
        fitted_on: String::new(),
        gate_rows: 0,
        rank: Linear { names, weights: weights.to_vec(), intercept: 0.0 },
        support: 0.0,
        refined: true,
        wrong_confidence: 1.0,
        gate: Linear { names: gate_names(), weights: vec![1.0; GATE_INPUTS], intercept: -2.0 },
        reference: Reference::new(&[[0.0; REFERENCES]; MIN_REFERENCE]).unwrap_or_default(),
    }
}

/// Fits the gate on the labelled questions of the matcher's corpus; also says on how many.
///
/// # Errors
/// [`FitError`] when there is too little to learn from or the regression fails.
pub fn fit(matcher: &Matcher, corpus: &Corpus) -> Result<(Linear, usize), FitError> {
    if corpus.calibration.len() < MIN_QUESTIONS {
        return Err(FitError::TooFew(corpus.calibration.len()));
    }
    let everything = HeldOut { question: None, entry: None };
    let (mut inputs, mut right) = (Vec::new(), Vec::new());
    for case in &corpus.calibration {
        let candidates = matcher.candidates_in_full(&matcher.terms(&case.question), &everything)?;
        if let Some(best) = candidates.first() {
            let id = &corpus.entries[best.entry as usize].id;
            inputs.extend(best.gate_inputs.iter().take(SHIPPED_INPUTS).map(|value| f64::from(*value)));
            right.push(matches!(&case.expect, GoldenExpectation::Entry(wanted) if wanted == id));
        }
    }
    let rows = right.len();
    Ok((regress(Array2::from_shape_vec((rows, SHIPPED_INPUTS), inputs)?, Array1::from(right))?, rows))
}

/// Logistic regression on standardised inputs, as weights for the inputs as they are; those only a corpus's own
/// questions weigh get none.
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
    let mut weights: Vec<f32> = weights.iter().map(|weight| narrow(*weight)).collect();
    weights.resize(GATE_INPUTS, 0.0);
    Ok(Linear { names: gate_names(), weights, intercept: narrow(intercept) })
}

#[expect(clippy::cast_possible_truncation, reason = "weights are small numbers stored as f32")]
fn narrow(weight: f64) -> f32 {
    weight as f32
}
