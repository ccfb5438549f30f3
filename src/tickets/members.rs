//! The classifiers a router is made of, fitted on folds: what each says about rows it did not see, and which price of
//! a violated margin suits it.
//!
//! Two linear support vector machines look at every ticket: one at its terms, one at its terms and its meaning (two at
//! its terms where no encoder is used). How they are put together is in [`super::stack`].

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::csr::Csr;
use super::measures::{Judged, measure};
use super::rows::{Dense, Rows};
use super::svm::{LinearSvm, SvmError, SvmModel, largest};

/// Prices tried; the first where they do equally well.
const COSTS: [f64; 3] = [0.5, 0.25, 1.0];
/// Work (numbers in the rows times groups) up to which prices are tried; beyond it rows are many, prices matter little,
/// and the first is taken.
const PICKING: usize = 25_000_000;
/// How many dense numbers are as much work as one sparse one.
const DENSE_PER_SPARSE: usize = 8;

/// One of the classifiers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// How much of a term's weight comes from what it tells about a group, 0..=1.
    pub informed: f64,
    /// Whether it sees the meaning beside the terms.
    pub meaning: bool,
    /// Price of a violated margin.
    pub cost: f64,
}

/// The members of a router with or without an encoder.
#[must_use]
pub fn members(encoder: bool) -> [Member; 2] {
    let member = |informed, meaning| Member { informed, meaning, cost: COSTS[0] };
    if encoder { [member(0.6, false), member(0.5, true)] } else { [member(0.0, false), member(0.6, false)] }
}

/// Labelled rows in folds.
#[derive(Debug, Clone, Copy)]
pub struct Folded<'a> {
    pub sparse: &'a Csr,
    pub dense: &'a Dense,
    pub targets: &'a [usize],
    pub labels: &'a [String],
    /// The fold of each row, `0..folds`. The first is held out: it helps to choose nothing.
    pub fold_of: &'a [usize],
    pub folds: usize,
    pub seed: u64,
}

/// Margins of every row by a member that did not see its fold: row by row, group by group.
pub type OutOfFold = Vec<Vec<f64>>;

impl Folded<'_> {
    /// The members with the prices that suit them, and what each says about every row; `progress` hears of every fit.
    ///
    /// # Errors
    /// Whatever the learner refuses.
    pub fn cross_fit(
        &self,
        mut members: [Member; 2],
        progress: &(dyn Fn() + Sync),
    ) -> Result<([Member; 2], [OutOfFold; 2]), SvmError> {
        let picking = self.picking_folds();
        let mut margins = [vec![Vec::new(); self.targets.len()], vec![Vec::new(); self.targets.len()]];
        let mut done = vec![0; if picking == 0 { 0 } else { members.len() }];
        if picking > 0 {
            let tried = self.try_costs(members, picking, progress)?;
            for (at, found) in tried.into_iter().enumerate() {
                members[at].cost = COSTS[found.0];
                margins[at] = found.1;
                done[at] = picking;
            }
        }
        let left: Vec<(usize, usize)> = (0..members.len())
            .flat_map(|member| (0..self.folds).map(move |fold| (member, fold)))
            .filter(|(member, fold)| *fold == 0 || *fold > done.get(*member).copied().unwrap_or(0))
            .collect();
        let found: Vec<Vec<(usize, Vec<f64>)>> = left
            .par_iter()
            .map(|(member, fold)| self.judge_fold(members[*member], *fold).inspect(|_| progress()))
            .collect::<Result<_, _>>()?;
        for ((member, _), rows) in left.iter().zip(found) {
            rows.into_iter().for_each(|(row, said)| margins[*member][row] = said);
        }
        Ok((members, margins))
    }

    /// Fits a member on all rows.
    ///
    /// # Errors
    /// Whatever the learner refuses.
    pub fn fit_all(&self, member: Member) -> Result<SvmModel, SvmError> {
        self.fit(member, (0..self.targets.len()).collect())
    }

    /// How many fits [`Folded::cross_fit`] makes.
    #[must_use]
    pub fn fits(&self) -> usize {
        2 * (self.picking_folds() * (COSTS.len() - 1) + self.folds)
    }

    /// How many folds prices are tried on.
    fn picking_folds(&self) -> usize {
        let sparse: usize = (0..self.sparse.rows()).map(|row| self.sparse.row(row).indices.len()).sum();
        let work = (sparse + self.dense.values.len() / DENSE_PER_SPARSE).saturating_mul(self.labels.len());
        if work <= PICKING { self.folds - 1 } else { 0 }
    }

    /// For each member the place of the best price and what the member says at that price about the folds tried.
    fn try_costs(
        &self,
        members: [Member; 2],
        picking: usize,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Vec<(usize, OutOfFold)>, SvmError> {
        let jobs: Vec<(usize, usize, usize)> = (0..members.len())
            .flat_map(|member| (0..COSTS.len()).map(move |cost| (member, cost)))
            .flat_map(|(member, cost)| (1..=picking).map(move |fold| (member, cost, fold)))
            .collect();
        let found: Vec<Vec<(usize, Vec<f64>)>> = jobs
            .par_iter()
            .map(|(member, cost, fold)| {
                let member = Member { cost: COSTS[*cost], ..members[*member] };
                self.judge_fold(member, *fold).inspect(|_| progress())
            })
            .collect::<Result<_, _>>()?;
        let mut said = vec![vec![vec![Vec::new(); self.targets.len()]; COSTS.len()]; members.len()];
        for ((member, cost, _), rows) in jobs.iter().zip(found) {
            rows.into_iter().for_each(|(row, margins)| said[*member][*cost][row] = margins);
        }
        let pick = |mut costs: Vec<OutOfFold>| {
            let scores: Vec<f64> = costs.iter().map(|margins| self.score(margins)).collect();
            let best = largest(&scores);
            (best, costs.swap_remove(best))
        };
        Ok(said.into_iter().map(pick).collect())
    }

    /// Fits on every other fold and says the margins of this one's rows.
    fn judge_fold(&self, member: Member, fold: usize) -> Result<Vec<(usize, Vec<f64>)>, SvmError> {
        let (learn, judge): (Vec<usize>, Vec<usize>) =
            (0..self.targets.len()).partition(|row| self.fold_of[*row] != fold);
        let machine = self.fit(member, learn)?;
        let dense = |row: usize| if member.meaning { self.dense.row(row) } else { &[] };
        Ok(judge.into_iter().map(|row| (row, machine.margins(self.sparse.row(row), dense(row)))).collect())
    }

    fn fit(&self, member: Member, chosen: Vec<usize>) -> Result<SvmModel, SvmError> {
        let none = Dense::default();
        let targets = Array1::from_iter(chosen.iter().map(|row| self.targets[*row]));
        let rows = Rows::new(self.sparse, if member.meaning { self.dense } else { &none }, chosen);
        let learner = LinearSvm::new(self.labels.len()).cost(member.cost).informed(member.informed).seed(self.seed);
        learner.fit(&DatasetBase::new(rows, targets))
    }

    /// Mean of accuracy and macro-F1 over the rows that have margins.
    fn score(&self, margins: &OutOfFold) -> f64 {
        let rows = margins.iter().zip(self.targets).filter(|(said, _)| !said.is_empty());
        let judged: Vec<Judged> = rows
            .map(|(said, truth)| Judged {
                truth: *truth,
                guess: largest(said),
                confidence: 0.0,
                routed: false,
                shortlist: Vec::new(),
            })
            .collect();
        let found = measure(&judged, self.labels);
        f64::midpoint(found.accuracy, found.macro_f1)
    }
}
