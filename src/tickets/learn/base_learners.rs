//! The base learners of a router, fitted on folds: what each says about rows it did not see, and which C suits it.
//!
//! Two linear support vector machines look at every ticket: one at its terms, one at its terms and its embedding (two
//! at its terms where no encoder is used). How they are put together is in [`super::stacking`].

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::linear_model::LinearModel;
use super::svm_params::{LinearSvm, SvmError};
use crate::numbers::argmax;
use crate::tickets::features::{DenseMatrix, DesignMatrix, SparseMatrix};
use crate::tickets::measure::{JudgedTicket, measure};

/// Values of C tried, the inverse of the regularisation strength; the first where they do equally well.
const C_GRID: [f64; 3] = [0.5, 0.25, 1.0];
/// Work (numbers in the rows times groups) up to which the grid is tried; beyond it rows are many, C matters little, and
/// the first is taken.
const MOST_SEARCHED: usize = 25_000_000;
/// How many dense numbers are as much work as one sparse one.
const DENSE_PER_SPARSE: usize = 8;

/// One of the classifiers; a report keeps it under the names of its first format.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaseLearner {
    /// How much of a term's weight comes from its naive Bayes ratio, 0..=1.
    #[serde(rename = "informed")]
    pub nb_share: f64,
    /// Whether it sees the embedding beside the terms.
    #[serde(rename = "meaning")]
    pub embedding: bool,
    /// The inverse of the regularisation strength.
    #[serde(rename = "cost")]
    pub c: f64,
}

/// The base learners of a router with or without an encoder.
pub(crate) fn base_learners(encoder: bool) -> [BaseLearner; 2] {
    let learner = |nb_share, embedding| BaseLearner { nb_share, embedding, c: C_GRID[0] };
    if encoder { [learner(0.6, false), learner(0.5, true)] } else { [learner(0.0, false), learner(0.6, false)] }
}

/// Labelled rows in folds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CrossValidation<'a> {
    pub(crate) sparse: &'a SparseMatrix,
    pub(crate) dense: &'a DenseMatrix,
    pub(crate) targets: &'a [usize],
    pub(crate) labels: &'a [String],
    /// The fold of each row, `0..folds`. The first is held out: it helps to choose nothing.
    pub(crate) fold_of: &'a [usize],
    pub(crate) folds: usize,
    pub(crate) seed: u64,
}

/// Margins of every row by a learner that did not see its fold: row by row, group by group.
pub(crate) type FoldMargins = Vec<Vec<f64>>;

impl CrossValidation<'_> {
    /// The learners with the C that suits each, and what each says about every row; `progress` hears of every fit.
    ///
    /// # Errors
    /// Whatever the learner refuses.
    pub(crate) fn cross_fit(
        &self,
        mut learners: [BaseLearner; 2],
        progress: &(dyn Fn() + Sync),
    ) -> Result<([BaseLearner; 2], [FoldMargins; 2]), SvmError> {
        let searched = self.searched_folds(self.dense.values.len());
        let mut margins = [vec![Vec::new(); self.targets.len()], vec![Vec::new(); self.targets.len()]];
        let mut done = vec![0; if searched == 0 { 0 } else { learners.len() }];
        if searched > 0 {
            let tried = self.search_c(learners, searched, progress)?;
            for (at, found) in tried.into_iter().enumerate() {
                learners[at].c = C_GRID[found.0];
                margins[at] = found.1;
                done[at] = searched;
            }
        }
        let left: Vec<(usize, usize)> = (0..learners.len())
            .flat_map(|learner| (0..self.folds).map(move |fold| (learner, fold)))
            .filter(|(learner, fold)| *fold == 0 || *fold > done.get(*learner).copied().unwrap_or(0))
            .collect();
        let found: Vec<Vec<(usize, Vec<f64>)>> = left
            .par_iter()
            .map(|(learner, fold)| self.judge_fold(learners[*learner], *fold).inspect(|_| progress()))
            .collect::<Result<_, _>>()?;
        for ((learner, _), rows) in left.iter().zip(found) {
            rows.into_iter().for_each(|(row, said)| margins[*learner][row] = said);
        }
        Ok((learners, margins))
    }

    /// Fits a learner on all rows.
    ///
    /// # Errors
    /// Whatever the learner refuses.
    pub(crate) fn fit_all(&self, learner: BaseLearner) -> Result<LinearModel, SvmError> {
        self.fit(learner, (0..self.targets.len()).collect())
    }

    /// How many fits [`CrossValidation::cross_fit`] makes with so many dense numbers.
    pub(crate) fn fits(&self, dense_numbers: usize) -> usize {
        2 * (self.searched_folds(dense_numbers) * (C_GRID.len() - 1) + self.folds)
    }

    /// How many folds the grid of C is tried on.
    fn searched_folds(&self, dense_numbers: usize) -> usize {
        let sparse: usize = (0..self.sparse.rows()).map(|row| self.sparse.row(row).indices.len()).sum();
        let work = (sparse + dense_numbers / DENSE_PER_SPARSE).saturating_mul(self.labels.len());
        if work <= MOST_SEARCHED { self.folds - 1 } else { 0 }
    }

    /// For each learner the place of the best C and what the learner says with it about the folds tried.
    fn search_c(
        &self,
        learners: [BaseLearner; 2],
        searched: usize,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Vec<(usize, FoldMargins)>, SvmError> {
        let jobs: Vec<(usize, usize, usize)> = (0..learners.len())
            .flat_map(|learner| (0..C_GRID.len()).map(move |c| (learner, c)))
            .flat_map(|(learner, c)| (1..=searched).map(move |fold| (learner, c, fold)))
            .collect();
        let found: Vec<Vec<(usize, Vec<f64>)>> = jobs
            .par_iter()
            .map(|(learner, c, fold)| {
                let learner = BaseLearner { c: C_GRID[*c], ..learners[*learner] };
                self.judge_fold(learner, *fold).inspect(|_| progress())
            })
            .collect::<Result<_, _>>()?;
        let mut said = vec![vec![vec![Vec::new(); self.targets.len()]; C_GRID.len()]; learners.len()];
        for ((learner, c, _), rows) in jobs.iter().zip(found) {
            rows.into_iter().for_each(|(row, margins)| said[*learner][*c][row] = margins);
        }
        let pick = |mut tried: Vec<FoldMargins>| {
            let scores: Vec<f64> = tried.iter().map(|margins| self.score(margins)).collect();
            let best = argmax(&scores);
            (best, tried.swap_remove(best))
        };
        Ok(said.into_iter().map(pick).collect())
    }

    /// Fits on every other fold and says the margins of this one's rows.
    fn judge_fold(&self, learner: BaseLearner, fold: usize) -> Result<Vec<(usize, Vec<f64>)>, SvmError> {
        let (learn, judge): (Vec<usize>, Vec<usize>) =
            (0..self.targets.len()).partition(|row| self.fold_of[*row] != fold);
        let fitted = self.fit(learner, learn)?;
        let dense = |row: usize| if learner.embedding { self.dense.row(row) } else { &[] };
        Ok(judge.into_iter().map(|row| (row, fitted.margins(self.sparse.row(row), dense(row)))).collect())
    }

    fn fit(&self, learner: BaseLearner, chosen: Vec<usize>) -> Result<LinearModel, SvmError> {
        let none = DenseMatrix::default();
        let targets = Array1::from_iter(chosen.iter().map(|row| self.targets[*row]));
        let rows = DesignMatrix::new(self.sparse, if learner.embedding { self.dense } else { &none }, chosen);
        let BaseLearner { nb_share, c, .. } = learner;
        let svm = LinearSvm { nb_share, c, seed: self.seed, ..LinearSvm::new(self.labels.len()) };
        svm.fit(&DatasetBase::new(rows, targets))
    }

    /// Mean of accuracy and macro-F1 over the rows that have margins.
    fn score(&self, margins: &FoldMargins) -> f64 {
        let rows = margins.iter().zip(self.targets).filter(|(said, _)| !said.is_empty());
        let judged: Vec<JudgedTicket> = rows
            .map(|(said, truth)| JudgedTicket {
                truth: *truth,
                guess: argmax(said),
                confidence: 0.0,
                routed: false,
                shortlist: Vec::new(),
            })
            .collect();
        let found = measure(&judged, self.labels);
        f64::midpoint(found.accuracy, found.macro_f1)
    }
}
