//! Gradient-boosted trees (Friedman 2001) grown leaf by leaf over binned features, logistic loss.

use std::cmp::Ordering;

use super::super::features::FEATURES;
use super::super::model::{LEAF, Node};
use super::Row;

const TREES: usize = 160;
const LEAVES: usize = 12;
const RATE: f64 = 0.06;
/// Rows, by weight, that a leaf needs at least.
const LEAST_ROWS: f64 = 20.0;
/// L2 penalty on a leaf's value.
const PENALTY: f64 = 1.0;
/// Bins of a feature.
const BINS: usize = 48;

/// Sums over some rows.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    gradient: f64,
    hessian: f64,
    weight: f64,
}

/// A leaf that may still be split.
struct Open {
    node: usize,
    rows: Vec<usize>,
    sums: Sums,
    best: Option<Split>,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    /// Bins from this one on go right.
    bin: u8,
}

/// The base log-odds and the trees.
pub(super) fn fit(rows: &[Row]) -> (f32, Vec<Vec<Node>>) {
    let cuts: Vec<Vec<f32>> = (0..FEATURES).map(|feature| cuts(rows, feature)).collect();
    let bins: Vec<[u8; FEATURES]> = rows.iter().map(|row| binned(row, &cuts)).collect();
    let (same, total) = rows.iter().fold((1e-6, 2e-6), |(same, total), row| {
        let weight = f64::from(row.weight);
        (same + if row.same { weight } else { 0.0 }, total + weight)
    });
    let base = (same / (total - same)).ln();
    let mut logits = vec![base; rows.len()];
    let mut trees = Vec::with_capacity(TREES);
    for _ in 0..TREES {
        let slopes: Vec<Sums> = rows
            .iter()
            .zip(&logits)
            .map(|(row, logit)| {
                let chance = 1.0 / (1.0 + (-logit).exp());
                let weight = f64::from(row.weight);
                Sums {
                    gradient: weight * (f64::from(row.same) - chance),
                    hessian: weight * chance * (1.0 - chance),
                    weight,
                }
            })
            .collect();
        trees.push(grow(&bins, &cuts, &slopes, &mut logits));
    }
    (narrow(base), trees)
}

/// Grows one tree and adds its values to the logits.
fn grow(bins: &[[u8; FEATURES]], cuts: &[Vec<f32>], slopes: &[Sums], logits: &mut [f64]) -> Vec<Node> {
    let all: Vec<usize> = (0..bins.len()).collect();
    let mut nodes = vec![Node(LEAF, 0.0, 0)];
    let mut open = vec![leaf(0, all, bins, cuts, slopes)];
    while open.len() < LEAVES {
        let gain = |leaf: &Open| leaf.best.map_or(0.0, |split| split.gain);
        let Some(at) = (0..open.len()).max_by(|a, b| gain(&open[*a]).total_cmp(&gain(&open[*b])).then(b.cmp(a))) else {
            break;
        };
        let Some(split) = open[at].best else { break };
        let parent = open.swap_remove(at);
        let left_at = nodes.len();
        nodes[parent.node] = Node(
            u8::try_from(split.feature).unwrap_or(0),
            cuts[split.feature][usize::from(split.bin) - 1],
            u16::try_from(left_at).unwrap_or(0),
        );
        nodes.extend([Node(LEAF, 0.0, 0); 2]);
        let (right, left): (Vec<usize>, Vec<usize>) =
            parent.rows.into_iter().partition(|row| bins[*row][split.feature] >= split.bin);
        open.push(leaf(left_at, left, bins, cuts, slopes));
        open.push(leaf(left_at + 1, right, bins, cuts, slopes));
    }
    for leaf in open {
        let value = RATE * leaf.sums.gradient / (leaf.sums.hessian + PENALTY);
        nodes[leaf.node] = Node(LEAF, narrow(value), 0);
        for row in leaf.rows {
            logits[row] += value;
        }
    }
    nodes
}

fn leaf(node: usize, rows: Vec<usize>, bins: &[[u8; FEATURES]], cuts: &[Vec<f32>], slopes: &[Sums]) -> Open {
    let mut histogram = vec![[Sums::default(); BINS + 1]; FEATURES];
    let mut sums = Sums::default();
    for row in &rows {
        let slope = slopes[*row];
        sums.add(slope);
        for (feature, bin) in bins[*row].iter().enumerate() {
            histogram[feature][usize::from(*bin)].add(slope);
        }
    }
    let mut best: Option<Split> = None;
    let whole = sums.score();
    for (feature, histogram) in histogram.iter().enumerate() {
        let mut left = Sums::default();
        for bin in 1..=cuts[feature].len() {
            left.add(histogram[bin - 1]);
            let right = Sums {
                gradient: sums.gradient - left.gradient,
                hessian: sums.hessian - left.hessian,
                weight: sums.weight - left.weight,
            };
            if left.weight < LEAST_ROWS || right.weight < LEAST_ROWS {
                continue;
            }
            let gain = left.score() + right.score() - whole;
            if gain > best.map_or(1e-6, |held| held.gain) {
                best = Some(Split { gain, feature, bin: u8::try_from(bin).unwrap_or(u8::MAX) });
            }
        }
    }
    Open { node, rows, sums, best }
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.hessian += other.hessian;
        self.weight += other.weight;
    }

    fn score(&self) -> f64 {
        self.gradient * self.gradient / (self.hessian + PENALTY)
    }
}

/// Ascending values that part a feature into at most [`BINS`] bins of about equally many rows.
fn cuts(rows: &[Row], feature: usize) -> Vec<f32> {
    let mut values: Vec<f32> = rows.iter().map(|row| row.features.0[feature]).collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup_by(|a, b| a.total_cmp(b) == Ordering::Equal);
    if distinct.len() <= BINS {
        return distinct.into_iter().skip(1).collect();
    }
    let mut found: Vec<f32> = (1..BINS).map(|step| values[step * values.len() / BINS]).collect();
    found.dedup_by(|a, b| a.total_cmp(b) == Ordering::Equal);
    found.retain(|cut| cut.total_cmp(&values[0]) == Ordering::Greater);
    found
}

fn binned(row: &Row, cuts: &[Vec<f32>]) -> [u8; FEATURES] {
    let mut bins = [0; FEATURES];
    for ((bin, value), cuts) in bins.iter_mut().zip(row.features.0).zip(cuts) {
        *bin = u8::try_from(cuts.partition_point(|cut| *cut <= value)).unwrap_or(u8::MAX);
    }
    bins
}

#[expect(clippy::cast_possible_truncation, reason = "leaf values are small numbers stored as f32")]
fn narrow(value: f64) -> f32 {
    value as f32
}
