//! What is known about labelled rows from models that never saw them: scores, probabilities, promises.
//!
//! Every row's scores come from a stack fitted on other folds; the rows of the first fold, which is held out, are in
//! none of these fits but their own. Fits nothing that is served except the stack of all rows.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::calibrate::{Calibration, Evidence};
use super::measures::Judged;
use super::members::{Folded, OutOfFold};
use super::model::judge;
use super::promise::{Policy, Witness};
use super::stack::{Margins, Stack};
use super::svm::largest;

/// Out-of-fold evidence on every row.
pub(super) struct Proof<'a> {
    folded: Folded<'a>,
    /// Member by member.
    margins: Vec<OutOfFold>,
    /// Of the stack of other folds; row by row.
    scores: Vec<Vec<f64>>,
    /// Share of known terms, row by row.
    known: Vec<f64>,
    /// Row by row; empty without an encoder.
    familiarity: &'a [f64],
    stack: OnceLock<Stack>,
}

impl<'a> Proof<'a> {
    pub(super) fn new(folded: Folded<'a>, margins: Vec<OutOfFold>, known: Vec<f64>, familiarity: &'a [f64]) -> Self {
        let groups = folded.labels.len();
        let rows = 0..folded.targets.len();
        let evidence = Margins { members: &margins, targets: folded.targets };
        let stacks: Vec<Stack> = (0..folded.folds)
            .into_par_iter()
            .map(|fold| {
                let others = |row: &usize| folded.fold_of[*row] != fold && folded.fold_of[*row] != 0;
                let mut learn: Vec<usize> = rows.clone().filter(others).collect();
                if learn.is_empty() {
                    learn = rows.clone().filter(|row| folded.fold_of[*row] != fold).collect();
                }
                Stack::fit(evidence, &learn, groups)
            })
            .collect();
        let scores = rows.map(|row| stacks[folded.fold_of[row]].scores(evidence, row)).collect();
        Self { folded, margins, scores, known, familiarity, stack: OnceLock::new() }
    }

    /// The stack of all rows.
    pub(super) fn stack(&self) -> &Stack {
        self.stack.get_or_init(|| {
            let rows: Vec<usize> = (0..self.folded.targets.len()).collect();
            let evidence = Margins { members: &self.margins, targets: self.folded.targets };
            Stack::fit(evidence, &rows, self.folded.labels.len())
        })
    }

    /// The map from scores to probabilities, fitted on the taken rows.
    pub(super) fn calibration(&self, take: &dyn Fn(usize) -> bool) -> Calibration {
        let taken: Vec<usize> = (0..self.scores.len()).filter(|row| take(*row)).collect();
        let margins: Vec<Vec<f64>> = taken.iter().map(|row| self.scores[*row].clone()).collect();
        let targets: Vec<usize> = taken.iter().map(|row| self.folded.targets[*row]).collect();
        Calibration::fit(Evidence { margins: &margins, targets: &targets })
    }

    pub(super) fn witnesses(&self, calibration: &Calibration, take: &dyn Fn(usize) -> bool) -> Vec<Witness> {
        (0..self.scores.len())
            .filter(|row| take(*row))
            .map(|row| Witness {
                target: self.folded.targets[row],
                probabilities: calibration.probabilities(&self.scores[row]),
                margin: self.scores[row][largest(&self.scores[row])],
                known: self.known[row],
                familiarity: self.familiarity.get(row).copied(),
            })
            .collect()
    }

    /// Judgements of the `judge`d rows, with calibration and promises from the `learn`t ones.
    pub(super) fn judged(&self, learn: &dyn Fn(usize) -> bool, taken: &dyn Fn(usize) -> bool) -> Vec<Judged> {
        let calibration = self.calibration(learn);
        let policy = Policy::fit(&self.witnesses(&calibration, learn), self.folded.labels.len());
        judged(self.witnesses(&calibration, taken), &policy)
    }

    /// Judgements of the held-out fold, with calibration and promises from the others.
    pub(super) fn held_out(&self) -> Vec<Judged> {
        let inside = |row: usize| self.folded.fold_of[row] != 0;
        self.judged(&inside, &|row| !inside(row))
    }
}

/// What a policy makes of rows.
pub(super) fn judged(witnesses: Vec<Witness>, policy: &Policy) -> Vec<Judged> {
    let judged = |row: Witness| {
        let truth = row.target;
        let found = judge(row, policy);
        let (guess, confidence) = (found.best, found.probabilities[found.best]);
        Judged { truth, guess, confidence, routed: found.routed, shortlist: found.shortlist }
    };
    witnesses.into_iter().map(judged).collect()
}
