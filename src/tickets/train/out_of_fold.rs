//! Out-of-fold predictions: what models say about labelled rows that they never saw.
//!
//! Every row's scores come from a stack fitted on other folds; the rows of the first fold, which is held out, are in
//! none of these fits but their own. Fits nothing that is served except the stack of all rows.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::numbers::argmax;
use crate::tickets::calibrate::{LabelledMargins, ProbabilityMap};
use crate::tickets::learn::{CrossValidation, FoldMargins, LearnerMargins, Stack};
use crate::tickets::measure::JudgedTicket;
use crate::tickets::model::judge;
use crate::tickets::promise::{LabelledPrediction, Prediction, RoutingPolicy};

/// Which rows are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    All,
    /// The rows of this fold.
    Only(usize),
    /// The rows of all other folds.
    Except(usize),
}

impl Fold {
    fn has(self, fold: usize) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => fold == own,
            Self::Except(other) => fold != other,
        }
    }
}

/// Out-of-fold scores of every row.
pub(super) struct OutOfFold<'a> {
    cv: CrossValidation<'a>,
    /// Learner by learner.
    margins: Vec<FoldMargins>,
    /// Of the stack of other folds; row by row.
    scores: Vec<Vec<f64>>,
    /// Row by row.
    vocabulary_coverage: Vec<f64>,
    /// Row by row; empty without an encoder.
    familiarity: &'a [f64],
    stack: OnceLock<Stack>,
}

impl<'a> OutOfFold<'a> {
    /// Stacks the learners' margins, for each fold on the others.
    pub(super) fn stacked(
        cv: CrossValidation<'a>,
        margins: Vec<FoldMargins>,
        vocabulary_coverage: Vec<f64>,
        familiarity: &'a [f64],
    ) -> Self {
        let groups = cv.labels.len();
        let rows = 0..cv.targets.len();
        let evidence = LearnerMargins { learners: &margins, targets: cv.targets };
        let stacks: Vec<Stack> = (0..cv.folds)
            .into_par_iter()
            .map(|fold| {
                let others = |row: &usize| cv.fold_of[*row] != fold && cv.fold_of[*row] != 0;
                let mut learn: Vec<usize> = rows.clone().filter(others).collect();
                if learn.is_empty() {
                    learn = rows.clone().filter(|row| cv.fold_of[*row] != fold).collect();
                }
                Stack::fit(evidence, &learn, groups)
            })
            .collect();
        let scores = rows.map(|row| stacks[cv.fold_of[row]].scores(evidence, row)).collect();
        Self { cv, margins, scores, vocabulary_coverage, familiarity, stack: OnceLock::new() }
    }

    /// The stack of all rows.
    pub(super) fn stack(&self) -> &Stack {
        self.stack.get_or_init(|| {
            let rows: Vec<usize> = (0..self.cv.targets.len()).collect();
            let evidence = LearnerMargins { learners: &self.margins, targets: self.cv.targets };
            Stack::fit(evidence, &rows, self.cv.labels.len())
        })
    }

    /// The map from scores to probabilities, fitted on these rows.
    pub(super) fn probability_map(&self, rows: Fold) -> ProbabilityMap {
        let (margins, targets): (Vec<Vec<f64>>, Vec<usize>) =
            self.rows(rows).map(|row| (self.scores[row].clone(), self.cv.targets[row])).unzip();
        ProbabilityMap::fit(LabelledMargins { margins: &margins, targets: &targets })
    }

    /// What is said of these rows, in their order.
    pub(super) fn predictions(&self, map: &ProbabilityMap, rows: Fold) -> Vec<LabelledPrediction> {
        let predicted = |row: usize| LabelledPrediction {
            target: self.cv.targets[row],
            prediction: Prediction {
                probabilities: map.probabilities(&self.scores[row]),
                margin: self.scores[row][argmax(&self.scores[row])],
                vocabulary_coverage: self.vocabulary_coverage[row],
                familiarity: self.familiarity.get(row).copied(),
            },
        };
        self.rows(rows).map(predicted).collect()
    }

    /// Judgements of some rows, with the map and the policy that others lead to.
    pub(super) fn judged(&self, learn: Fold, judge: Fold) -> Vec<JudgedTicket> {
        let map = self.probability_map(learn);
        let policy = RoutingPolicy::certify(&self.predictions(&map, learn), self.cv.labels.len());
        judged(self.predictions(&map, judge), &policy)
    }

    fn rows(&self, rows: Fold) -> impl Iterator<Item = usize> {
        (0..self.scores.len()).filter(move |row| rows.has(self.cv.fold_of[*row]))
    }
}

/// What a policy makes of rows.
pub(super) fn judged(predictions: Vec<LabelledPrediction>, policy: &RoutingPolicy) -> Vec<JudgedTicket> {
    let judged = |LabelledPrediction { target, prediction }| {
        let found = judge(prediction, policy);
        let (guess, confidence) = (found.best, found.probabilities[found.best]);
        JudgedTicket { truth: target, guess, confidence, routed: found.routed, shortlist: found.shortlist }
    };
    predictions.into_iter().map(judged).collect()
}
