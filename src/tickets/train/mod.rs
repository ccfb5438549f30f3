//! Dataset → model with its report: base learners on folds, their stack, calibration and promises from out-of-fold rows.
//!
//! The first fold is held out: it helps choose nothing, and the report measures on it what a model without it says.
//! The final model is fitted on all rows. Vocabulary, means and centres are taken once over all rows, without looking
//! at labels. Deterministic: equal rows and options give equal models, on any number of threads.

mod out_of_fold;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::out_of_fold::{Fold, OutOfFold, judged};
use crate::encoder::{EncoderError, EncoderKind};
use crate::tickets::calibrate::CalibrationMethod;
use crate::tickets::dataset::{Dataset, assign_folds};
use crate::tickets::features::{DEFAULT_MAX_TERMS, DenseMatrix, EmbeddingFeatures, SparseMatrix, Vectorizer, min_rows};
use crate::tickets::learn::{BaseLearner, CrossValidation, LinearModel, SvmError, base_learners};
use crate::tickets::measure::{JudgedTicket, RoutingQuality, measure};
use crate::tickets::model::{Model, QuantizedWeights};
use crate::tickets::promise::{MissingEvidence, OutOfFoldConfidences, RoutingPolicy, missing_evidence};

/// What the user may set.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    pub seed: u64,
    /// Number of folds, at least 2; one of them is held out.
    pub folds: usize,
    /// Terms kept at most, at least 1.
    pub max_terms: usize,
    /// Encoder whose vectors stand beside the terms; none trains on terms alone.
    pub encoder: Option<EncoderKind>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { seed: 0, folds: 5, max_terms: DEFAULT_MAX_TERMS, encoder: Some(EncoderKind::default()) }
    }
}

/// What was learnt from and how well; `report.json` of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    pub rows: usize,
    /// Rows left out: same text and label as another, and nothing left after normalisation.
    pub duplicates: usize,
    pub empty: usize,
    /// Rows whose text also stands under another label.
    pub contradictions: usize,
    pub terms: usize,
    pub folds: usize,
    /// Name of the encoder whose vectors stand beside the terms, if one does.
    #[serde(default)]
    pub encoder: Option<String>,
    /// The classifiers put together; empty in the reports of older models, which are one alone.
    #[serde(rename = "members", default)]
    pub base_learners: Vec<BaseLearner>,
    pub calibration: CalibrationMethod,
    /// Confidence from which tickets are routed; none are where the evidence does not carry the promise.
    pub route_at: Option<f64>,
    /// Groups with too few rows for a shortlist threshold of their own.
    pub shared_shortlist: Vec<String>,
    /// On the held-out fold, by a model that never saw it.
    pub held_out: RoutingQuality,
    /// What is known of each group from all rows, each judged by a model that never saw it, and what is missing; empty
    /// in the reports of older models.
    #[serde(default)]
    pub evidence: Vec<MissingEvidence>,
}

/// A model with its report.
#[derive(Debug, Clone)]
pub struct TrainedRouter {
    pub model: Model,
    pub labels: Vec<String>,
    pub report: TrainingReport,
}

/// Told after every step: steps done, steps in all.
pub type TrainingProgress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Why nothing was learnt.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Svm(#[from] SvmError),
    #[error(transparent)]
    Encoder(#[from] EncoderError),
}

/// What models say about rows they never saw.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFoldProbabilities {
    /// Calibrated probabilities of every label, row by row in the order of the [`Dataset`]; each row sums to 1.
    pub probabilities: Vec<Vec<f64>>,
}

/// Trains a router.
///
/// # Errors
/// Whatever the learner refuses; a [`Dataset`] gives it nothing to refuse.
pub fn train(
    data: &Dataset,
    options: &TrainOptions,
    progress: TrainingProgress<'_>,
) -> Result<TrainedRouter, TrainError> {
    let featurized = FeaturizedDataset::new(data, options, progress)?;
    let (learners, out_of_fold) = featurized.cross_fit(progress)?;
    let held_out = measure(&out_of_fold.judged(Fold::Except(0), Fold::Only(0)), &data.labels);
    let calibration = out_of_fold.probability_map(Fold::All);
    let predictions = out_of_fold.predictions(&calibration, Fold::All);
    let policy = RoutingPolicy::certify(&predictions, data.labels.len());
    let fitted: Vec<LinearModel> =
        learners.par_iter().map(|learner| featurized.folds().fit_all(*learner)).collect::<Result<_, _>>()?;
    let merged = out_of_fold.stack().merge(&fitted);
    let steps = featurized.steps();
    progress(steps, steps);
    let evidence = OutOfFoldConfidences::of(policy.usual(&predictions));
    let own = |group: usize| policy.shortlist_own[group];
    let missing = missing_evidence(&data.labels, data.labels.len(), own, &judged(predictions, &policy));
    let shared = data.labels.iter().zip(&policy.shortlist_own).filter(|(_, own)| !**own);
    let report = TrainingReport {
        rows: data.rows.len(),
        duplicates: data.duplicates,
        empty: data.empty,
        contradictions: data.contradictions.len(),
        terms: featurized.vectorizer.keys().len(),
        folds: featurized.folds,
        encoder: options.encoder.map(|kind| kind.name().to_owned()),
        base_learners: learners.to_vec(),
        calibration: calibration.method,
        route_at: policy.route_at,
        shared_shortlist: shared.map(|(label, _)| label.clone()).collect(),
        held_out,
        evidence: missing,
    };
    let prior = data.shares();
    let FeaturizedDataset { vectorizer, embedding, .. } = featurized;
    let weights = QuantizedWeights::quantize(&merged);
    let model = Model { weights, vectorizer, embedding, calibration, policy, evidence, prior };
    Ok(TrainedRouter { model, labels: data.labels.clone(), report })
}

/// Judges every row by a model that never saw its fold, in the order of the dataset. Calibration and promises come
/// from the same out-of-fold rows, so that figures on them are slightly flattering; accuracy and F1 are not.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(
    data: &Dataset,
    options: &TrainOptions,
    progress: TrainingProgress<'_>,
) -> Result<Vec<JudgedTicket>, TrainError> {
    let featurized = FeaturizedDataset::new(data, options, progress)?;
    let (_, out_of_fold) = featurized.cross_fit(progress)?;
    let judged = out_of_fold.judged(Fold::All, Fold::All);
    progress(featurized.steps(), featurized.steps());
    Ok(judged)
}

/// What a model that was fitted on the other folds says about every row.
///
/// # Errors
/// As [`train`].
pub fn out_of_fold(
    data: &Dataset,
    options: &TrainOptions,
    progress: TrainingProgress<'_>,
) -> Result<OutOfFoldProbabilities, TrainError> {
    let featurized = FeaturizedDataset::new(data, options, progress)?;
    let (_, out_of_fold) = featurized.cross_fit(progress)?;
    let predictions = out_of_fold.predictions(&out_of_fold.probability_map(Fold::All), Fold::All);
    progress(featurized.steps(), featurized.steps());
    Ok(OutOfFoldProbabilities {
        probabilities: predictions.into_iter().map(|row| row.prediction.probabilities).collect(),
    })
}

/// The rows as numbers, in folds.
struct FeaturizedDataset<'a> {
    data: &'a Dataset,
    seed: u64,
    folds: usize,
    vectorizer: Vectorizer,
    sparse: SparseMatrix,
    /// Character n-grams outside the vocabulary, row by row.
    unknown: Vec<usize>,
    embedding: Option<EmbeddingFeatures>,
    dense: DenseMatrix,
    /// Row by row; empty without an encoder.
    familiarity: Vec<f64>,
    fold_of: Vec<usize>,
    /// Numbers that the dense part has or will have.
    dense_numbers: usize,
}

/// Steps told before the fits: the vocabulary, the terms, the folds; the embedding has as many again.
const PREPARING: usize = 6;
/// Steps after the fits on folds: the stack, the fits on all rows.
const FINISHING: usize = 2;

impl<'a> FeaturizedDataset<'a> {
    fn new(data: &'a Dataset, options: &TrainOptions, progress: TrainingProgress<'_>) -> Result<Self, TrainError> {
        let tickets = data.tickets();
        let folds = options.folds.min(tickets.len()).max(2);
        let vectorizer = Vectorizer::fit(&tickets, options.max_terms.max(1));
        let (sparse, unknown) = vectorizer.vectorize_all(&tickets);
        let fold_of = assign_folds(&tickets, &data.targets, folds, options.seed);
        let mut featurized = Self {
            data,
            seed: options.seed,
            folds,
            vectorizer,
            sparse,
            unknown,
            embedding: None,
            dense: DenseMatrix::default(),
            familiarity: Vec::new(),
            fold_of,
            dense_numbers: 0,
        };
        if let Some(kind) = options.encoder {
            featurized.dense_numbers = EmbeddingFeatures::width_of(kind)? * tickets.len();
            let steps = featurized.steps();
            let encoded = |rows: usize| progress(1 + rows * (PREPARING - 1) / tickets.len().max(1), steps);
            let (embedding, dense, familiarity) = EmbeddingFeatures::fit(kind, &tickets, options.seed, &encoded)?;
            (featurized.embedding, featurized.dense, featurized.familiarity) = (Some(embedding), dense, familiarity);
        }
        progress(PREPARING, featurized.steps());
        Ok(featurized)
    }

    fn folds(&self) -> CrossValidation<'_> {
        CrossValidation {
            sparse: &self.sparse,
            dense: &self.dense,
            targets: &self.data.targets,
            labels: &self.data.labels,
            fold_of: &self.fold_of,
            folds: self.folds,
            seed: self.seed,
        }
    }

    fn steps(&self) -> usize {
        PREPARING + self.folds().fits(self.dense_numbers) + FINISHING
    }

    /// The base learners at the C that suits each, and what they and their stack say of rows they never saw.
    fn cross_fit(&self, progress: TrainingProgress<'_>) -> Result<([BaseLearner; 2], OutOfFold<'_>), SvmError> {
        let folds = self.folds();
        let steps = self.steps();
        let fitted = AtomicUsize::new(PREPARING);
        let tell = || progress(1 + fitted.fetch_add(1, Ordering::Relaxed), steps);
        let (learners, margins) = folds.cross_fit(base_learners(self.embedding.is_some()), &tell)?;
        let mut coverage = vec![0.0; self.data.targets.len()];
        let covered = (0..self.folds).flat_map(|fold| self.coverage_without(fold));
        covered.for_each(|(row, share)| coverage[row] = share);
        Ok((learners, OutOfFold::stacked(folds, margins.into(), coverage, &self.familiarity)))
    }

    /// For each row of a fold the share of its character n-grams that the other folds know.
    fn coverage_without(&self, fold: usize) -> Vec<(usize, f64)> {
        let mut seen = vec![0_u32; self.sparse.columns()];
        for row in (0..self.fold_of.len()).filter(|row| self.fold_of[*row] != fold) {
            self.sparse.row(row).indices.iter().for_each(|column| seen[*column as usize] += 1);
        }
        let least = min_rows(self.fold_of.len());
        let share = |row: usize| {
            let (known, lost): (Vec<u32>, Vec<u32>) =
                self.sparse.row(row).indices.iter().partition(|column| seen[**column as usize] >= least);
            (row, self.vectorizer.vocabulary_coverage(&known, self.unknown[row] + self.vectorizer.characters(&lost)))
        };
        (0..self.fold_of.len()).filter(|row| self.fold_of[*row] == fold).map(share).collect()
    }
}
