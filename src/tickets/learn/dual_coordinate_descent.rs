//! Dual coordinate descent for all groups at once: the learning behind [`super::svm`].
//!
//! Weights of a term lie group by group, so that a row's term touches one stretch of memory whatever the number of
//! groups, and the commonest terms come first, so that what is touched all the time stays in the cache. The loops over
//! numbers are in [`super::simd`], compiled for the widest vectors the machine has.

use ndarray::Array1;
use pulp::NullaryFnOnce;

use super::linear_model::LinearModel;
use super::nb_ratio::squared_factors;
use super::simd::{STEP, gather, products, scatter};
use super::svm_params::LinearSvm;
use crate::random::SplitMix;
use crate::tickets::features::{DesignMatrix, SparseMatrix, dot};

/// The state of learning.
pub(super) struct Descent<'a> {
    params: &'a LinearSvm,
    rows: &'a DesignMatrix<'a>,
    targets: &'a Array1<usize>,
    /// The sparse part of the rows, columns by how common they are.
    sparse: SparseMatrix,
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
    /// `1 / 2C`: how far the squared hinge loss lets a row give way.
    slack: f32,
    random: SplitMix,
}

/// How far one group is.
#[derive(Clone)]
struct Group {
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
    pub(super) fn new(params: &'a LinearSvm, rows: &'a DesignMatrix<'a>, targets: &'a Array1<usize>) -> Self {
        let classes = params.classes;
        let stride = classes.next_multiple_of(STEP);
        let (sparse, columns) = commonest_first(rows);
        let factors = if params.nb_share > 0.0 {
            squared_factors(&sparse, &targets.to_vec(), classes, stride, params.nb_share)
        } else {
            Vec::new()
        };
        #[expect(clippy::cast_possible_truncation, reason = "C has a few digits")]
        let slack = (0.5 / params.c) as f32;
        let group = Group {
            bound: f32::INFINITY,
            highest: f32::NEG_INFINITY,
            lowest: f32::INFINITY,
            shrunk: false,
            finished: false,
        };
        Self {
            params,
            rows,
            targets,
            stride,
            norms: pulp::Arch::new().dispatch(Norms { sparse: &sparse, rows, factors: &factors, classes, stride }),
            factors,
            alpha: vec![0.0; rows.len() * classes],
            live: vec![true; rows.len() * classes],
            terms: vec![0.0; columns.len() * stride],
            sparse,
            columns,
            dense: vec![0.0; rows.width() * classes],
            biases: vec![0.0; classes],
            groups: vec![group; classes],
            slack,
            random: SplitMix(params.seed),
        }
    }

    pub(super) fn run(mut self) -> LinearModel {
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
        LinearModel { terms, dense: self.dense, biases: self.biases }
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
    fn visit(&mut self, at: usize, room: &mut Room) {
        let classes = self.params.classes;
        let mine = at * classes..(at + 1) * classes;
        room.live.clear();
        room.live.extend(self.live[mine.clone()].iter().enumerate().filter(|(_, live)| **live).map(|(class, _)| class));
        if room.live.is_empty() {
            return;
        }
        let (sparse, dense) = (self.sparse.row(at), self.rows.dense(at));
        room.sums.fill(0.0);
        gather(sparse, &self.terms, &mut room.sums, |value| value);
        products(&self.dense, dense, &room.live, &mut room.products);
        room.steps.fill(0.0);
        let mut moved = false;
        for class in room.live.iter().copied() {
            let place = mine.start + class;
            let margin = room.sums[class] + self.biases[class] + room.products[class];
            let group = &mut self.groups[class];
            let sign = if self.targets[at] == class { 1.0 } else { -1.0 };
            let slack = self.slack;
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
                let weights = &mut self.dense[class * dense.len()..(class + 1) * dense.len()];
                for (weight, value) in weights.iter_mut().zip(dense) {
                    *weight += step * value;
                }
                self.biases[class] += step;
                room.steps[class] = step;
                moved = true;
            }
        }
        if moved {
            scatter(sparse, &mut self.terms, &self.factors, &room.steps);
        }
    }
}

/// Working memory of [`Descent::visit`].
struct Room {
    /// The groups that look at the row.
    live: Vec<usize>,
    /// What the terms and what the dense part say, group by group.
    sums: Vec<f32>,
    products: Vec<f32>,
    /// How far each group goes along the row.
    steps: Vec<f32>,
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
        let zeros = || vec![0.0; self.descent.stride];
        let mut room = Room { live: Vec::new(), sums: zeros(), products: zeros(), steps: zeros() };
        for at in self.order {
            self.descent.visit(*at, &mut room);
        }
    }
}

/// Squared lengths of the rows under each group's factors, one for the bias included.
struct Norms<'a> {
    sparse: &'a SparseMatrix,
    rows: &'a DesignMatrix<'a>,
    factors: &'a [f32],
    classes: usize,
    stride: usize,
}

impl NullaryFnOnce for Norms<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn call(self) -> Vec<f32> {
        let mut norms = Vec::with_capacity(self.rows.len() * self.classes);
        let mut own = vec![0.0; self.stride];
        for at in 0..self.rows.len() {
            let (sparse, dense) = (self.sparse.row(at), self.rows.dense(at));
            let constant = 1.0 + dot(dense, dense);
            if self.factors.is_empty() {
                own.fill(sparse.values.iter().fold(constant, |norm, value| norm + value * value));
            } else {
                own.fill(constant);
                gather(sparse, self.factors, &mut own, |value| value * value);
            }
            norms.extend_from_slice(&own[..self.classes]);
        }
        norms
    }
}

/// The sparse part of the rows with the commonest column first, and which column each was; columns that no row has are
/// left out.
fn commonest_first(rows: &DesignMatrix<'_>) -> (SparseMatrix, Vec<u32>) {
    let mut counts: Vec<(u32, u32)> = (0..).take(rows.columns()).map(|column| (0, column)).collect();
    for at in 0..rows.len() {
        rows.sparse(at).indices.iter().for_each(|column| counts[*column as usize].0 += 1);
    }
    counts.retain(|(count, _)| *count > 0);
    counts.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let columns: Vec<u32> = counts.into_iter().map(|(_, column)| column).collect();
    let mut place = vec![0_u32; rows.columns()];
    columns.iter().zip(0..).for_each(|(column, at)| place[*column as usize] = at);
    let mut sparse = SparseMatrix::new(columns.len());
    for at in 0..rows.len() {
        let row = rows.sparse(at);
        let mut entries: Vec<(u32, f32)> =
            row.indices.iter().map(|column| place[*column as usize]).zip(row.values.iter().copied()).collect();
        entries.sort_unstable_by_key(|(column, _)| *column);
        sparse.push_row(entries);
    }
    (sparse, columns)
}
