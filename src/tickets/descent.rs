//! Dual coordinate descent for all groups at once: the learning behind [`super::svm`].
//!
//! Weights of a term lie group by group, so that a row's term touches one stretch of memory whatever the number of
//! groups, and the commonest terms come first, so that what is touched all the time stays in the cache. Loops are compiled for the widest vectors the machine has; sums run in a fixed order, so that every machine
//! learns the same bits.

use ndarray::Array1;
use pulp::NullaryFnOnce;

use super::csr::{Csr, SparseRow};
use super::informative::squared_factors;
use super::rows::Rows;
use super::svm::{SvmModel, SvmParams};
use crate::random::SplitMix;

/// Groups a vector step handles; the groups of a term are filled up to a multiple of it.
const STEP: usize = 4;
/// Partial sums of a dense product.
const LANES: usize = 16;

/// The state of learning.
pub(super) struct Descent<'a> {
    params: &'a SvmParams,
    rows: &'a Rows<'a>,
    targets: &'a Array1<usize>,
    /// The sparse part of the rows, columns by how common they are.
    sparse: Csr,
    /// The column of the rows that each column of `sparse` is.
    columns: Vec<u32>,
    /// Groups a term has room for.
    stride: usize,
    /// Squared factors of the terms, term by term; empty where all are 1.
    factors: Vec<f32>,
    /// Squared lengths of the rows, the constant feature of the bias included; row by row, group by group.
    norms: Vec<f32>,
    /// Dual variables, row by row, group by group.
    alpha: Vec<f32>,
    /// Whether a dual variable may still move; row by row, group by group.
    live: Vec<bool>,
    terms: Vec<f32>,
    dense: Vec<f32>,
    biases: Vec<f32>,
    groups: Vec<Group>,
    random: SplitMix,
}

/// How far one group is.
#[derive(Clone)]
struct Group {
    /// `1 / 2C` for rows of the rest and of the group.
    slack: [f32; 2],
    /// Rows at zero with a gradient above this will surely stay there.
    bound: f32,
    /// Extremes of the projected gradient in this epoch.
    highest: f32,
    lowest: f32,
    /// Whether some row was set aside since all were last looked at.
    shrunk: bool,
    finished: bool,
}

impl<'a> Descent<'a> {
    pub(super) fn new(params: &'a SvmParams, rows: &'a Rows<'a>, targets: &'a Array1<usize>) -> Self {
        let classes = params.classes;
        let stride = classes.next_multiple_of(STEP);
        let (sparse, columns) = commonest_first(rows);
        let factors = if params.informed > 0.0 {
            squared_factors(&sparse, &targets.to_vec(), classes, stride, params.informed)
        } else {
            Vec::new()
        };
        #[expect(clippy::cast_possible_truncation, reason = "prices of a few digits")]
        let group = |class: usize| {
            let weight = params.class_weights.get(class).copied().unwrap_or(1.0);
            Group {
                slack: [(0.5 / params.cost) as f32, (0.5 / (params.cost * weight)) as f32],
                bound: f32::INFINITY,
                highest: f32::NEG_INFINITY,
                lowest: f32::INFINITY,
                shrunk: false,
                finished: false,
            }
        };
        Self {
            params,
            rows,
            targets,
            stride,
            norms: norms(&sparse, rows, &factors, [classes, stride]),
            factors,
            alpha: vec![0.0; rows.len() * classes],
            live: vec![true; rows.len() * classes],
            terms: vec![0.0; columns.len() * stride],
            sparse,
            columns,
            dense: vec![0.0; rows.width() * classes],
            biases: vec![0.0; classes],
            groups: (0..classes).map(group).collect(),
            random: SplitMix(params.seed),
        }
    }

    pub(super) fn run(mut self) -> SvmModel {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        let vectors = pulp::Arch::new();
        for _ in 0..self.params.max_epochs {
            for at in 0..order.len() {
                let other = at + self.random.below(order.len() - at);
                order.swap(at, other);
            }
            vectors.dispatch(Epoch { descent: &mut self, order: &order });
            self.settle();
            if self.groups.iter().all(|group| group.finished) {
                break;
            }
        }
        let classes = self.params.classes;
        let mut terms = vec![0.0; self.rows.columns() * classes];
        for (learnt, column) in self.terms.chunks_exact(self.stride).zip(&self.columns) {
            let start = *column as usize * classes;
            terms[start..start + classes].copy_from_slice(&learnt[..classes]);
        }
        SvmModel { terms, dense: self.dense, biases: self.biases }
    }

    /// After an epoch: which groups are done, and which rows the others may set aside in the next.
    fn settle(&mut self) {
        let classes = self.params.classes;
        for (class, group) in self.groups.iter_mut().enumerate().filter(|(_, group)| !group.finished) {
            if f64::from(group.highest - group.lowest) <= self.params.tolerance || group.highest < group.lowest {
                if group.shrunk {
                    // Converged on the rows still looked at: look at all of them once more.
                    self.live.iter_mut().skip(class).step_by(classes).for_each(|live| *live = true);
                    group.shrunk = false;
                    group.bound = f32::INFINITY;
                } else {
                    self.live.iter_mut().skip(class).step_by(classes).for_each(|live| *live = false);
                    group.finished = true;
                }
            } else {
                group.bound = if group.highest <= 0.0 { f32::INFINITY } else { group.highest };
            }
            (group.highest, group.lowest) = (f32::NEG_INFINITY, f32::INFINITY);
        }
    }

    /// One row: all live groups take their step.
    #[inline(always)]
    fn visit(&mut self, at: usize, sums: &mut [f32], steps: &mut [f32]) {
        let classes = self.params.classes;
        let mine = at * classes..(at + 1) * classes;
        if !self.live[mine.clone()].contains(&true) {
            return;
        }
        let (sparse, dense) = (self.sparse.row(at), self.rows.dense(at));
        gather(sparse, &self.terms, sums);
        steps.fill(0.0);
        let mut moved = false;
        for (class, place) in mine.enumerate() {
            if !self.live[place] {
                continue;
            }
            let weights = &mut self.dense[class * dense.len()..(class + 1) * dense.len()];
            let margin = sums[class] + self.biases[class] + dot(weights, dense);
            let group = &mut self.groups[class];
            let sign = if self.targets[at] == class { 1.0 } else { -1.0 };
            let slack = group.slack[usize::from(sign > 0.0)];
            let alpha = self.alpha[place];
            let gradient = sign * margin - 1.0 + alpha * slack;
            let at_zero = alpha <= 0.0;
            if at_zero && gradient > group.bound {
                self.live[place] = false;
                group.shrunk = true;
                continue;
            }
            let projected = if at_zero { gradient.min(0.0) } else { gradient };
            group.highest = group.highest.max(projected);
            group.lowest = group.lowest.min(projected);
            if projected.abs() > 1e-7 {
                self.alpha[place] = (alpha - gradient / (self.norms[place] + slack)).max(0.0);
                let step = (self.alpha[place] - alpha) * sign;
                for (weight, value) in weights.iter_mut().zip(dense) {
                    *weight += step * value;
                }
                self.biases[class] += step;
                steps[class] = step;
                moved = true;
            }
        }
        if moved {
            scatter(sparse, &mut self.terms, &self.factors, steps);
        }
    }
}

/// One pass over the rows.
struct Epoch<'e, 'a> {
    descent: &'e mut Descent<'a>,
    order: &'e [usize],
}

impl NullaryFnOnce for Epoch<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (mut sums, mut steps) = (vec![0.0; self.descent.stride], vec![0.0; self.descent.stride]);
        for at in self.order {
            self.descent.visit(*at, &mut sums, &mut steps);
        }
    }
}

/// Sums of the terms' weights, group by group.
#[inline(always)]
fn gather(row: SparseRow<'_>, terms: &[f32], sums: &mut [f32]) {
    sums.fill(0.0);
    let stride = sums.len();
    let (sums, _) = sums.as_chunks_mut::<STEP>();
    for (column, value) in row.indices.iter().zip(row.values) {
        let (weights, _) = terms[*column as usize * stride..][..stride].as_chunks::<STEP>();
        for (sums, weights) in sums.iter_mut().zip(weights) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += weight * value;
            }
        }
    }
}

/// Adds each group's step times the row, times the terms' factors, to the terms' weights.
#[inline(always)]
fn scatter(row: SparseRow<'_>, terms: &mut [f32], factors: &[f32], steps: &[f32]) {
    let stride = steps.len();
    let (steps, _) = steps.as_chunks::<STEP>();
    for (column, value) in row.indices.iter().zip(row.values) {
        let start = *column as usize * stride;
        let (weights, _) = terms[start..start + stride].as_chunks_mut::<STEP>();
        if factors.is_empty() {
            for (weights, steps) in weights.iter_mut().zip(steps) {
                for (weight, step) in weights.iter_mut().zip(steps) {
                    *weight += step * value;
                }
            }
        } else {
            let (factors, _) = factors[start..start + stride].as_chunks::<STEP>();
            for ((weights, steps), factors) in weights.iter_mut().zip(steps).zip(factors) {
                for ((weight, step), factor) in weights.iter_mut().zip(steps).zip(factors) {
                    *weight += step * value * factor;
                }
            }
        }
    }
}

/// Inner product; the order of the sum does not depend on the machine.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// The sparse part of the rows with the commonest column first, and which column each was; columns that no row has are
/// left out.
fn commonest_first(rows: &Rows<'_>) -> (Csr, Vec<u32>) {
    let mut counts: Vec<(u32, u32)> = (0..).take(rows.columns()).map(|column| (0, column)).collect();
    for at in 0..rows.len() {
        rows.sparse(at).indices.iter().for_each(|column| counts[*column as usize].0 += 1);
    }
    counts.retain(|(count, _)| *count > 0);
    counts.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let columns: Vec<u32> = counts.into_iter().map(|(_, column)| column).collect();
    let mut place = vec![0_u32; rows.columns()];
    columns.iter().zip(0..).for_each(|(column, at)| place[*column as usize] = at);
    let mut sparse = Csr::new(columns.len());
    for at in 0..rows.len() {
        let row = rows.sparse(at);
        let mut entries: Vec<(u32, f32)> =
            row.indices.iter().map(|column| place[*column as usize]).zip(row.values.iter().copied()).collect();
        entries.sort_unstable_by_key(|(column, _)| *column);
        sparse.push_row(entries);
    }
    (sparse, columns)
}

/// Squared lengths of the rows under each group's factors, one for the bias included.
fn norms(sparse: &Csr, rows: &Rows<'_>, factors: &[f32], [classes, stride]: [usize; 2]) -> Vec<f32> {
    let mut norms = Vec::with_capacity(rows.len() * classes);
    for at in 0..rows.len() {
        let (sparse, dense) = (sparse.row(at), rows.dense(at));
        let constant = 1.0 + dot(dense, dense);
        let start = norms.len();
        norms.resize(start + classes, constant);
        for (column, value) in sparse.indices.iter().zip(sparse.values) {
            let square = value * value;
            if factors.is_empty() {
                norms[start..].iter_mut().for_each(|norm| *norm += square);
            } else {
                let factors = &factors[*column as usize * stride..][..classes];
                norms[start..].iter_mut().zip(factors).for_each(|(norm, factor)| *norm += square * factor);
            }
        }
    }
    norms
}
