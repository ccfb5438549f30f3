//! Dataset → model with its report: folds, cost by cross-validation, calibration and promises from out-of-fold rows.
//!
//! The first fold is held out: it helps choose nothing, and the report measures on it what a model without it says.
//! The final model is fitted on all rows. Features count rows without looking at labels, so document frequencies are
//! taken once over all rows; a term that only a fold's own rows know is unknown to that fold, as it would be later.
//! Deterministic: equal rows and options give equal models, on any number of threads.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibrate::{Calibration, Evidence, Method};
use super::csr::Csr;
use super::dataset::Dataset;
use super::features::{DEFAULT_MAX_TERMS, Vectorizer, min_rows};
use super::folds::assign_folds;
use super::measures::{Judged, Measures, measure};
use super::model::{Model, Weights, judge};
use super::promise::{Policy, Witness};
use super::svm::{LinearSvm, SvmError, SvmModel, largest};

/// Costs tried.
const COSTS: [f64; 4] = [0.25, 0.5, 1.0, 2.0];
/// Non-zero entries times groups up to which costs are tried on two folds instead of one, and on all.
const PICKING: [usize; 2] = [500_000_000, 10_000_000];

/// What the user may set.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    pub seed: u64,
    /// Number of folds, at least 2; one of them is held out.
    pub folds: usize,
    /// Terms kept at most, at least 1.
    pub max_terms: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { seed: 0, folds: 5, max_terms: DEFAULT_MAX_TERMS }
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
    pub cost: f64,
    pub calibration: Method,
    /// Confidence from which tickets are routed; none are where the evidence does not carry the promise.
    pub route_at: Option<f64>,
    /// Groups with too few rows for a shortlist threshold of their own.
    pub shared_shortlist: Vec<String>,
    /// On the held-out fold, by a model that never saw it.
    pub held_out: Measures,
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

/// Trains a router.
///
/// # Errors
/// Whatever the learner refuses; a [`Dataset`] gives it nothing to refuse.
pub fn train(data: &Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<Trained, SvmError> {
    let tickets = data.tickets();
    let folds = options.folds.min(tickets.len()).max(2);
    let steps = folds + 3;
    let vectorizer = Vectorizer::fit(&tickets, options.max_terms.max(1));
    progress(1, steps);
    let (matrix, unknown) = vectorizer.vectorize_all(&tickets);
    let fold_of = assign_folds(&tickets, &data.targets, folds, options.seed);
    progress(2, steps);
    let parts = Parts { data, vectorizer: &vectorizer, matrix: &matrix, unknown: &unknown, fold_of: &fold_of, folds };
    let (cost, proof) = parts.cross_validate(options.seed, &|done| progress(2 + done, steps))?;
    let held_out = proof.held_out(&parts);
    let calibration = Calibration::fit(Evidence { margins: &proof.margins, targets: &data.targets });
    let policy = Policy::fit(&proof.witnesses(&calibration, &data.targets, &|_| true), data.labels.len());
    let machine = fit(matrix.clone(), data.targets.clone(), data.labels.len(), cost, options.seed)?;
    let mut prior = vec![0.0; data.labels.len()];
    data.targets.iter().for_each(|target| prior[*target] += 1.0 / data.targets.len() as f64);
    progress(steps, steps);
    let shared = data.labels.iter().zip(&policy.shortlist_own).filter(|(_, own)| !**own);
    let report = Report {
        rows: data.rows.len(),
        duplicates: data.duplicates,
        empty: data.empty,
        contradictions: data.contradictions.len(),
        terms: vectorizer.keys().len(),
        folds,
        cost,
        calibration: calibration.method,
        route_at: policy.route_at,
        shared_shortlist: shared.map(|(label, _)| label.clone()).collect(),
        held_out,
    };
    let model = Model { weights: Weights::quantize(&machine), vectorizer, calibration, policy, prior };
    Ok(Trained { model, labels: data.labels.clone(), report })
}

/// Measures on every fold in turn by a model that never saw it; calibration and promises come from the same
/// out-of-fold rows, so those figures are slightly flattering, accuracy and F1 are not.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(data: &Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<Measures, SvmError> {
    let tickets = data.tickets();
    let folds = options.folds.min(tickets.len()).max(2);
    let vectorizer = Vectorizer::fit(&tickets, options.max_terms.max(1));
    let (matrix, unknown) = vectorizer.vectorize_all(&tickets);
    let fold_of = assign_folds(&tickets, &data.targets, folds, options.seed);
    let parts = Parts { data, vectorizer: &vectorizer, matrix: &matrix, unknown: &unknown, fold_of: &fold_of, folds };
    let (_, proof) = parts.cross_validate(options.seed, &|done| progress(done, folds))?;
    let calibration = Calibration::fit(Evidence { margins: &proof.margins, targets: &data.targets });
    let policy = Policy::fit(&proof.witnesses(&calibration, &data.targets, &|_| true), data.labels.len());
    Ok(measure(&proof.judged(&data.targets, &calibration, &policy, &|_| true), &data.labels))
}

/// What models say about rows they never saw.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// Calibrated probabilities of every label, row by row in the order of the [`Dataset`]; each row sums to 1.
    pub probabilities: Vec<Vec<f64>>,
}

/// Judges every row by a model that was fitted on the other folds.
///
/// # Errors
/// As [`train`].
pub fn out_of_fold(data: &Dataset, options: &TrainOptions, progress: Progress<'_>) -> Result<OutOfFold, SvmError> {
    let tickets = data.tickets();
    let folds = options.folds.min(tickets.len()).max(2);
    let vectorizer = Vectorizer::fit(&tickets, options.max_terms.max(1));
    let (matrix, unknown) = vectorizer.vectorize_all(&tickets);
    let fold_of = assign_folds(&tickets, &data.targets, folds, options.seed);
    let parts = Parts { data, vectorizer: &vectorizer, matrix: &matrix, unknown: &unknown, fold_of: &fold_of, folds };
    let (_, proof) = parts.cross_validate(options.seed, &|done| progress(done, folds))?;
    let calibration = Calibration::fit(Evidence { margins: &proof.margins, targets: &data.targets });
    Ok(OutOfFold { probabilities: proof.margins.iter().map(|row| calibration.probabilities(row)).collect() })
}

fn fit(rows: Csr, targets: Vec<usize>, classes: usize, cost: f64, seed: u64) -> Result<SvmModel, SvmError> {
    LinearSvm::new(classes).cost(cost).seed(seed).fit(&DatasetBase::new(rows, Array1::from(targets)))
}

/// The rows and their folds.
struct Parts<'a> {
    data: &'a Dataset,
    vectorizer: &'a Vectorizer,
    matrix: &'a Csr,
    unknown: &'a [usize],
    fold_of: &'a [usize],
    folds: usize,
}

/// What models say about rows they never saw.
struct Proof {
    /// Row by row.
    margins: Vec<Vec<f64>>,
    /// Share of known terms, row by row.
    known: Vec<f64>,
}

impl Parts<'_> {
    /// Picks the cost on all folds but the held-out one and returns the out-of-fold margins at that cost.
    fn cross_validate(&self, seed: u64, progress: &dyn Fn(usize)) -> Result<(f64, Proof), SvmError> {
        let rows = self.matrix.rows();
        let entries: usize = (0..rows).map(|row| self.matrix.row(row).indices.len()).sum();
        let work = entries.saturating_mul(self.data.labels.len());
        let affordable = PICKING.iter().filter(|most| work <= **most).count();
        let picking = if affordable == PICKING.len() { self.folds - 1 } else { (affordable + 1).min(self.folds - 1) };
        let mut proofs: Vec<Proof> =
            COSTS.iter().map(|_| Proof { margins: vec![Vec::new(); rows], known: vec![0.0; rows] }).collect();
        for fold in 1..=picking {
            self.prove(fold, &COSTS, seed, &mut proofs)?;
            progress(fold);
        }
        let scores: Vec<f64> = proofs.iter().map(|proof| self.score(proof, picking)).collect();
        let best = largest(&scores);
        let mut chosen = vec![proofs.swap_remove(best)];
        for fold in (picking + 1..self.folds).chain([0]) {
            self.prove(fold, &COSTS[best..=best], seed, &mut chosen)?;
            progress(if fold == 0 { self.folds } else { fold });
        }
        Ok((COSTS[best], chosen.swap_remove(0)))
    }

    /// Fits on every other fold, once for each cost, and writes down what is said about this one.
    fn prove(&self, fold: usize, costs: &[f64], seed: u64, proofs: &mut [Proof]) -> Result<(), SvmError> {
        let (learn, judge): (Vec<usize>, Vec<usize>) =
            (0..self.matrix.rows()).partition(|row| self.fold_of[*row] != fold);
        let kept = self.columns_known_without(fold);
        let train = self.masked(&learn, &kept);
        let targets: Vec<usize> = learn.iter().map(|row| self.data.targets[*row]).collect();
        let test = self.masked(&judge, &kept);
        let classes = self.data.labels.len();
        let machines: Vec<SvmModel> = costs
            .par_iter()
            .map(|cost| fit(train.clone(), targets.clone(), classes, *cost, seed))
            .collect::<Result<_, _>>()?;
        for (proof, machine) in proofs.iter_mut().zip(&machines) {
            for (at, row) in judge.iter().enumerate() {
                let sparse = test.row(at);
                proof.margins[*row] = machine.margins(sparse);
                let lost = self.matrix.row(*row).indices.iter().filter(|column| !kept[**column as usize]);
                let lost = lost.copied().collect::<Vec<u32>>();
                let unknown = self.unknown[*row] + self.characters(&lost);
                proof.known[*row] = self.vectorizer.known_share(sparse.indices, unknown);
            }
        }
        Ok(())
    }

    /// How many of these columns are character n-grams of title and text.
    fn characters(&self, columns: &[u32]) -> usize {
        use super::terms::View;
        columns.iter().filter(|column| View::of(self.vectorizer.keys()[**column as usize]) == View::Characters).count()
    }

    /// Whether each column would be in the vocabulary had the rows of this fold not been there.
    fn columns_known_without(&self, fold: usize) -> Vec<bool> {
        let mut rows_of = vec![0_u32; self.matrix.columns()];
        for row in (0..self.matrix.rows()).filter(|row| self.fold_of[*row] != fold) {
            self.matrix.row(row).indices.iter().for_each(|column| rows_of[*column as usize] += 1);
        }
        let least = min_rows(self.matrix.rows());
        rows_of.into_iter().map(|count| count >= least).collect()
    }

    /// These rows with the kept columns only, each view at its length again.
    fn masked(&self, rows: &[usize], kept: &[bool]) -> Csr {
        let mut out = Csr::new(self.matrix.columns());
        for row in rows {
            let row = self.matrix.row(*row);
            let entries = row.indices.iter().copied().zip(row.values.iter().copied());
            let mut entries: Vec<(u32, f32)> = entries.filter(|(column, _)| kept[*column as usize]).collect();
            self.vectorizer.scale_views(&mut entries);
            out.push_row(entries);
        }
        out
    }

    /// Mean of accuracy and macro-F1 over the folds costs are picked on.
    fn score(&self, proof: &Proof, picking: usize) -> f64 {
        let rows = (0..self.fold_of.len()).filter(|row| (1..=picking).contains(&self.fold_of[*row]));
        let judged: Vec<Judged> = rows
            .map(|row| {
                let guess = largest(&proof.margins[row]);
                let truth = self.data.targets[row];
                Judged { truth, guess, confidence: 0.0, routed: false, shortlist: Vec::new() }
            })
            .collect();
        let found = measure(&judged, &self.data.labels);
        f64::midpoint(found.accuracy, found.macro_f1)
    }
}

impl Proof {
    fn witnesses(&self, calibration: &Calibration, targets: &[usize], take: &dyn Fn(usize) -> bool) -> Vec<Witness> {
        (0..targets.len())
            .filter(|row| take(*row))
            .map(|row| Witness {
                target: targets[row],
                probabilities: calibration.probabilities(&self.margins[row]),
                margin: self.margins[row][largest(&self.margins[row])],
                known: self.known[row],
            })
            .collect()
    }

    /// Measures on the held-out fold, with calibration and promises from the other folds.
    fn held_out(&self, parts: &Parts<'_>) -> Measures {
        let targets = &parts.data.targets;
        let inside = |row: usize| parts.fold_of[row] != 0;
        let margins: Vec<Vec<f64>> =
            (0..targets.len()).filter(|row| inside(*row)).map(|row| self.margins[row].clone()).collect();
        let known: Vec<usize> = (0..targets.len()).filter(|row| inside(*row)).map(|row| targets[row]).collect();
        let calibration = Calibration::fit(Evidence { margins: &margins, targets: &known });
        let policy = Policy::fit(&self.witnesses(&calibration, targets, &inside), parts.data.labels.len());
        measure(&self.judged(targets, &calibration, &policy, &|row| !inside(row)), &parts.data.labels)
    }

    /// Judgements of the taken rows.
    fn judged(
        &self,
        targets: &[usize],
        calibration: &Calibration,
        policy: &Policy,
        take: &dyn Fn(usize) -> bool,
    ) -> Vec<Judged> {
        (0..targets.len())
            .filter(|row| take(*row))
            .map(|row| {
                let found = judge(&self.margins[row], self.known[row], calibration, policy);
                let confidence = found.probabilities[found.best];
                let (truth, guess) = (targets[row], found.best);
                Judged { truth, guess, confidence, routed: found.routed, shortlist: found.shortlist }
            })
            .collect()
    }
}
