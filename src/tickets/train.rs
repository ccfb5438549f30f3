//! Dataset → model with its report: members on folds, their stack, calibration and promises from out-of-fold rows.
//!
//! The first fold is held out: it helps choose nothing, and the report measures on it what a model without it says.
//! The final model is fitted on all rows. Vocabulary, means and centres are taken once over all rows, without looking
//! at labels. Deterministic: equal rows and options give equal models, on any number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibrate::Method;
use super::csr::Csr;
use super::dataset::Dataset;
use super::evidence::{self, GroupEvidence};
use super::features::{DEFAULT_MAX_TERMS, Vectorizer};
use super::folds::assign_folds;
use super::meaning::Meaning;
use super::measures::{Judged, Measures, measure};
use super::members::{Folded, Member, members};
use super::model::{Model, Weights};
use super::promise::{Policy, RoutingEvidence};
use super::proof::{Proof, judged};
use super::rows::Dense;
use super::svm::{SvmError, SvmModel};
use crate::encoder::{EncoderError, EncoderKind};

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
pub struct Report {
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
    #[serde(default)]
    pub members: Vec<Member>,
    pub calibration: Method,
    /// Confidence from which tickets are routed; none are where the evidence does not carry the promise.
    pub route_at: Option<f64>,
    /// Groups with too few rows for a shortlist threshold of their own.
    pub shared_shortlist: Vec<String>,
    /// On the held-out fold, by a model that never saw it.
    pub held_out: Measures,
    /// What is known of each group from all rows, each judged by a model that never saw it, and what is missing; empty
    /// in the reports of older models.
    #[serde(default)]
    pub evidence: Vec<GroupEvidence>,
}

/// A model with its report.
#[derive(Debug, Clone)]
pub struct Trained {
    pub model: Model,
    pub labels: Vec<String>,
    pub report: Report,
}

/// Told after every step: steps done, steps in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

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
pub struct OutOfFold {
    /// Calibrated probabilities of every label, row by row in the order of the [`Dataset`]; each row sums to 1.
    pub probabilities: Vec<Vec<f64>>,
}

/// Trains a router.
///
/// # Errors
/// Whatever the learner refuses; a [`Dataset`] gives it nothing to refuse.
pub fn train(data: &Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<Trained, TrainError> {
    let prepared = Prepared::new(data, options, progress)?;
    let (members, proof) = prepared.prove(progress)?;
    let held_out = measure(&proof.held_out(), &data.labels);
    let calibration = proof.calibration(&|_| true);
    let witnesses = proof.witnesses(&calibration, &|_| true);
    let policy = Policy::fit(&witnesses, data.labels.len());
    let machines: Vec<SvmModel> =
        members.par_iter().map(|member| prepared.folded().fit_all(*member)).collect::<Result<_, _>>()?;
    let merged = proof.stack().merge(&machines);
    let mut prior = vec![0.0; data.labels.len()];
    data.targets.iter().for_each(|target| prior[*target] += 1.0 / data.targets.len() as f64);
    let steps = prepared.steps();
    progress(steps, steps);
    let evidence = RoutingEvidence::of(&witnesses, &policy);
    let own = |group: usize| policy.shortlist_own[group];
    let group_evidence = evidence::evidence(&data.labels, data.labels.len(), own, &judged(witnesses, &policy));
    let shared = data.labels.iter().zip(&policy.shortlist_own).filter(|(_, own)| !**own);
    let report = Report {
        rows: data.rows.len(),
        duplicates: data.duplicates,
        empty: data.empty,
        contradictions: data.contradictions.len(),
        terms: prepared.vectorizer.keys().len(),
        folds: prepared.folds,
        encoder: options.encoder.map(|kind| kind.name().to_owned()),
        members: members.to_vec(),
        calibration: calibration.method,
        route_at: policy.route_at,
        shared_shortlist: shared.map(|(label, _)| label.clone()).collect(),
        held_out,
        evidence: group_evidence,
    };
    let weights = Weights::quantize(&merged);
    let Prepared { vectorizer, meaning, .. } = prepared;
    let model = Model { weights, vectorizer, meaning, calibration, policy, evidence, prior };
    Ok(Trained { model, labels: data.labels.clone(), report })
}

/// Judges every row by a model that never saw its fold, in the order of the dataset. Calibration and promises come
/// from the same out-of-fold rows, so that figures on them are slightly flattering; accuracy and F1 are not.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(
    data: &Dataset,
    options: &TrainOptions,
    progress: Progress<'_>,
) -> Result<Vec<Judged>, TrainError> {
    let prepared = Prepared::new(data, options, progress)?;
    let (_, proof) = prepared.prove(progress)?;
    Ok(proof.judged(&|_| true, &|_| true))
}

/// What a model that was fitted on the other folds says about every row.
///
/// # Errors
/// As [`train`].
pub fn out_of_fold(data: &Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<OutOfFold, TrainError> {
    let prepared = Prepared::new(data, options, progress)?;
    let (_, proof) = prepared.prove(progress)?;
    let calibration = proof.calibration(&|_| true);
    Ok(OutOfFold {
        probabilities: proof.witnesses(&calibration, &|_| true).into_iter().map(|w| w.probabilities).collect(),
    })
}

/// The rows as numbers, in folds.
struct Prepared<'a> {
    data: &'a Dataset,
    seed: u64,
    folds: usize,
    vectorizer: Vectorizer,
    sparse: Csr,
    /// Character n-grams outside the vocabulary, row by row.
    unknown: Vec<usize>,
    meaning: Option<Meaning>,
    dense: Dense,
    /// Row by row; empty without an encoder.
    familiarity: Vec<f64>,
    fold_of: Vec<usize>,
}

/// Steps told before the fits: the vocabulary, the terms, the folds; the meaning has as many again.
const PREPARING: usize = 6;

impl<'a> Prepared<'a> {
    fn new(data: &'a Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<Self, TrainError> {
        let tickets = data.tickets();
        let folds = options.folds.min(tickets.len()).max(2);
        let vectorizer = Vectorizer::fit(&tickets, options.max_terms.max(1));
        let (sparse, unknown) = vectorizer.vectorize_all(&tickets);
        let fold_of = assign_folds(&tickets, &data.targets, folds, options.seed);
        let mut prepared = Self {
            data,
            seed: options.seed,
            folds,
            vectorizer,
            sparse,
            unknown,
            meaning: None,
            dense: Dense::default(),
            familiarity: Vec::new(),
            fold_of,
        };
        if let Some(kind) = options.encoder {
            let steps = prepared.steps();
            let encoded = |rows: usize| progress(1 + rows * (PREPARING - 1) / tickets.len().max(1), steps);
            let (meaning, dense, familiarity) = Meaning::fit(kind, &tickets, options.seed, &encoded)?;
            (prepared.meaning, prepared.dense, prepared.familiarity) = (Some(meaning), dense, familiarity);
        }
        progress(PREPARING, prepared.steps());
        Ok(prepared)
    }

    fn folded(&self) -> Folded<'_> {
        Folded {
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
        PREPARING + self.folded().fits() + 2
    }

    /// The members at their prices, and all that is known about rows from models that never saw them.
    fn prove(&self, progress: Progress<'_>) -> Result<([Member; 2], Proof<'_>), SvmError> {
        let folded = self.folded();
        let steps = self.steps();
        let fitted = AtomicUsize::new(PREPARING);
        let tell = || progress(1 + fitted.fetch_add(1, Ordering::Relaxed), steps);
        let (members, margins) = folded.cross_fit(members(self.meaning.is_some()), &tell)?;
        let known = (0..self.folds).flat_map(|fold| self.known_without(fold)).collect::<Vec<_>>();
        let mut shares = vec![0.0; self.data.targets.len()];
        known.into_iter().for_each(|(row, share)| shares[row] = share);
        Ok((members, Proof::new(folded, margins.into(), shares, &self.familiarity)))
    }

    /// For each row of a fold the share of its character n-grams that the other folds know.
    fn known_without(&self, fold: usize) -> Vec<(usize, f64)> {
        let mut seen = vec![0_u32; self.sparse.columns()];
        for row in (0..self.fold_of.len()).filter(|row| self.fold_of[*row] != fold) {
            self.sparse.row(row).indices.iter().for_each(|column| seen[*column as usize] += 1);
        }
        let least = super::features::min_rows(self.fold_of.len());
        let share = |row: usize| {
            let (known, lost): (Vec<u32>, Vec<u32>) =
                self.sparse.row(row).indices.iter().partition(|column| seen[**column as usize] >= least);
            (row, self.vectorizer.known_share(&known, self.unknown[row] + self.vectorizer.characters(&lost)))
        };
        (0..self.fold_of.len()).filter(|row| self.fold_of[*row] == fold).map(share).collect()
    }
}
