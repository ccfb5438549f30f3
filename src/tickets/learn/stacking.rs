//! Several classifiers → one: a linear combination of their margins, fitted on rows none of them saw.
//!
//! Stacked generalisation (Wolpert, 1992; Ting and Witten, 1999) with a softmax over weighted margins. Because both the
//! learners and the combination are linear, the result is one linear classifier again, and what a term adds to it can be
//! said exactly. It gives scores; probabilities are made of them in `calibrate`.

use super::lbfgs::minimize;
use super::linear_model::LinearModel;

/// Pulls towards the slopes all groups share, of other groups' margins towards 0, and of offsets towards 0; in rows.
const SLOPE_PULL: f64 = 10.0;
const CROSS_PULL: f64 = 50.0;
const OFFSET_PULL: f64 = 5.0;
/// Pull of the shared slopes towards 1, in rows.
const SHARED_PULL: f64 = 1.0;
/// Groups beyond which margins of other groups are left out: their number grows with the square.
const MOST_CROSSED: usize = 40;
/// Rows looked at at most; the first, which a `Dataset` has in an order of chance.
const MOST_ROWS: usize = 20_000;
/// Steps of the optimiser for the shared slopes and for all.
const ITERATIONS: [usize; 2] = [40, 60];

/// Weights of the learners' margins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stack {
    /// Member by learner, group by group: the weight of the learner's margin for the group itself.
    pub own: Vec<Vec<f64>>,
    /// Group by group, the weight of the last learner's margin for each group; empty where left out.
    pub cross: Vec<f64>,
    /// Group by group.
    pub offsets: Vec<f64>,
}

/// Margins of rows the learners did not see: learner by learner, row by row, group by group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LearnerMargins<'a> {
    pub learners: &'a [Vec<Vec<f64>>],
    pub targets: &'a [usize],
}

impl Stack {
    /// Fits the weights on these rows of the margins.
    #[must_use]
    pub(crate) fn fit(margins: LearnerMargins<'_>, rows: &[usize], groups: usize) -> Self {
        let rows = &rows[..rows.len().min(MOST_ROWS)];
        let shape = Shape { learners: margins.learners.len(), groups, crossed: groups <= MOST_CROSSED };
        let count = rows.len().max(1) as f64;
        let shared = minimize(vec![1.0; shape.learners], ITERATIONS[0], |slopes, gradient| {
            let at = shape.spread(slopes);
            let mut wide = vec![0.0; at.len()];
            let mut value = shape.loss(margins, rows, &at, &mut wide);
            for (learner, (slope, gradient)) in slopes.iter().zip(gradient).enumerate() {
                let away = slope - 1.0;
                value += 0.5 * SHARED_PULL / count * away * away;
                *gradient =
                    wide[learner * groups..(learner + 1) * groups].iter().sum::<f64>() + SHARED_PULL / count * away;
            }
            value
        });
        let start = shape.spread(&shared);
        let center = start.clone();
        let found = minimize(start, ITERATIONS[1], |at, gradient| {
            let mut value = shape.loss(margins, rows, at, gradient);
            for (place, ((x, center), gradient)) in at.iter().zip(&center).zip(gradient).enumerate() {
                let pull = shape.pull(place) / count;
                value += 0.5 * pull * (x - center) * (x - center);
                *gradient += pull * (x - center);
            }
            value
        });
        let slopes = shape.learners * groups;
        Self {
            own: found[..slopes].chunks_exact(groups).map(<[f64]>::to_vec).collect(),
            offsets: found[slopes..slopes + groups].to_vec(),
            cross: found[slopes + groups..].to_vec(),
        }
    }

    /// Scores of the groups for one row of the margins.
    #[must_use]
    pub(crate) fn scores(&self, margins: LearnerMargins<'_>, row: usize) -> Vec<f64> {
        let flat: Vec<f64> = self.own.iter().flatten().chain(&self.offsets).chain(&self.cross).copied().collect();
        let shape = Shape { learners: self.own.len(), groups: self.offsets.len(), crossed: !self.cross.is_empty() };
        let (mut scores, mut crossed) = (vec![0.0; shape.groups], vec![0.0; shape.groups]);
        shape.scores(margins.learners, row, &shape.turned(&flat), [&mut scores, &mut crossed]);
        scores
    }

    /// The one classifier that gives these scores, from learners fitted on all rows.
    #[must_use]
    pub(crate) fn merge(&self, learners: &[LinearModel]) -> LinearModel {
        let groups = self.offsets.len();
        let combine = |of: &dyn Fn(usize, usize) -> f64, group: usize| -> f64 {
            let own: f64 =
                self.own.iter().enumerate().map(|(learner, slopes)| slopes[group] * of(learner, group)).sum();
            let last = learners.len() - 1;
            let row = self.cross.chunks_exact(groups).nth(group).unwrap_or_default();
            own + row.iter().enumerate().map(|(other, weight)| weight * of(last, other)).sum::<f64>()
        };
        #[expect(clippy::cast_possible_truncation, reason = "weights are kept in f32 on purpose")]
        let narrow = |value: f64| value as f32;
        let columns = learners[0].terms.len() / groups;
        let mut terms = Vec::with_capacity(columns * groups);
        for column in 0..columns {
            let of = |learner: usize, group: usize| f64::from(learners[learner].terms[column * groups + group]);
            terms.extend((0..groups).map(|group| narrow(combine(&of, group))));
        }
        let width = learners.iter().map(|learner| learner.dense.len() / groups).max().unwrap_or(0);
        let mut dense = vec![0.0; width * groups];
        for group in 0..groups {
            for at in 0..width {
                let of = |learner: usize, group: usize| {
                    learners[learner].dense.get(group * width + at).map_or(0.0, |weight| f64::from(*weight))
                };
                dense[group * width + at] = narrow(combine(&of, group));
            }
        }
        let bias = |learner: usize, group: usize| f64::from(learners[learner].biases[group]);
        let biases = (0..groups).map(|group| narrow(combine(&bias, group) + self.offsets[group])).collect();
        LinearModel { terms, dense, biases }
    }
}

/// How the weights lie one after the other: slopes learner by learner, offsets, weights of other groups' margins.
#[derive(Debug, Clone, Copy)]
struct Shape {
    learners: usize,
    groups: usize,
    crossed: bool,
}

impl Shape {
    /// All weights where every group has the same slopes.
    fn spread(self, slopes: &[f64]) -> Vec<f64> {
        let crossed = if self.crossed { self.groups * self.groups } else { 0 };
        let mut at: Vec<f64> = slopes.iter().flat_map(|slope| std::iter::repeat_n(*slope, self.groups)).collect();
        at.resize((self.learners + 1) * self.groups + crossed, 0.0);
        at
    }

    fn pull(self, place: usize) -> f64 {
        if place < self.learners * self.groups {
            SLOPE_PULL
        } else if place < (self.learners + 1) * self.groups {
            OFFSET_PULL
        } else {
            CROSS_PULL
        }
    }

    /// The weights with those of other groups' margins margin by margin, so that all groups add the same margin at once.
    fn turned(self, at: &[f64]) -> Vec<f64> {
        let (straight, cross) = at.split_at((self.learners + 1) * self.groups);
        let mut turned = straight.to_vec();
        for margin in 0..if cross.is_empty() { 0 } else { self.groups } {
            turned.extend(cross.iter().skip(margin).step_by(self.groups));
        }
        turned
    }

    /// Scores of a row under [`Shape::turned`] weights; what is added by other groups' margins is summed in `crossed`.
    fn scores(self, learners: &[Vec<Vec<f64>>], row: usize, at: &[f64], [scores, crossed]: [&mut [f64]; 2]) {
        let groups = self.groups;
        let (slopes, rest) = at.split_at(self.learners * groups);
        let (offsets, cross) = rest.split_at(groups);
        scores.copy_from_slice(offsets);
        for (slopes, learner) in slopes.chunks_exact(groups).zip(learners) {
            for ((score, slope), margin) in scores.iter_mut().zip(slopes).zip(&learner[row]) {
                *score += slope * margin;
            }
        }
        let Some(last) = learners.last().filter(|_| !cross.is_empty()) else { return };
        crossed.fill(0.0);
        for (weights, margin) in cross.chunks_exact(groups).zip(&last[row]) {
            crossed.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight * margin);
        }
        scores.iter_mut().zip(crossed).for_each(|(score, sum)| *score += *sum);
    }

    /// Mean log loss of a softmax over the scores, with its gradient.
    fn loss(self, margins: LearnerMargins<'_>, rows: &[usize], at: &[f64], gradient: &mut [f64]) -> f64 {
        let groups = self.groups;
        let share = 1.0 / rows.len().max(1) as f64;
        gradient.fill(0.0);
        let (slopes, rest) = gradient.split_at_mut(self.learners * groups);
        let (offsets, cross) = rest.split_at_mut(groups);
        let mut loss = 0.0;
        let (mut errors, mut crossed) = (vec![0.0; groups], vec![0.0; groups]);
        let turned = self.turned(at);
        for row in rows.iter().copied() {
            self.scores(margins.learners, row, &turned, [&mut errors, &mut crossed]);
            let truth = margins.targets[row];
            loss += share * softmax_errors(&mut errors, truth);
            errors.iter_mut().for_each(|error| *error *= share);
            for (slopes, learner) in slopes.chunks_exact_mut(groups).zip(margins.learners) {
                for ((slope, error), margin) in slopes.iter_mut().zip(&errors).zip(&learner[row]) {
                    *slope += error * margin;
                }
            }
            offsets.iter_mut().zip(&errors).for_each(|(offset, error)| *offset += error);
            if let Some(last) = margins.learners.last() {
                for (weights, error) in cross.chunks_exact_mut(groups).zip(&errors) {
                    weights.iter_mut().zip(&last[row]).for_each(|(weight, margin)| *weight += error * margin);
                }
            }
        }
        loss
    }
}

/// Turns scores into probabilities minus the truth; returns the log loss.
fn softmax_errors(scores: &mut [f64], truth: usize) -> f64 {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
    let loss = -scores[truth].max(1e-12).ln();
    scores[truth] -= 1.0;
    loss
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    /// Two learners over three groups: the first knows the truth, the second is noise.
    fn margins(rows: usize) -> (Vec<Vec<Vec<f64>>>, Vec<usize>) {
        let mut random = SplitMix(3);
        let mut noise = || (random.next() >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0;
        let targets: Vec<usize> = (0..rows).map(|row| row % 3).collect();
        let knowing =
            targets.iter().map(|truth| (0..3).map(|g| f64::from(u8::from(g == *truth)) + 0.7 * noise()).collect());
        let knowing: Vec<Vec<f64>> = knowing.collect();
        let guessing = (0..rows).map(|_| (0..3).map(|_| noise()).collect()).collect();
        (vec![guessing, knowing], targets)
    }

    #[test]
    fn trusts_the_learner_that_knows() {
        let (learners, targets) = margins(600);
        let margins = LearnerMargins { learners: &learners, targets: &targets };
        let rows: Vec<usize> = (0..600).collect();
        let stack = Stack::fit(margins, &rows, 3);
        for group in 0..3 {
            assert!(stack.own[1][group] > 2.0 && stack.own[0][group].abs() < 0.5, "{stack:?}");
        }
    }

    #[test]
    fn merging_gives_the_scores_of_the_stack() {
        let learner = |seed: u64, width: usize| {
            let mut random = SplitMix(seed);
            let mut some = |count: usize| -> Vec<f32> {
                (0..count).map(|_| (random.next() >> 40) as f32 / 16_777_216.0 - 0.5).collect()
            };
            LinearModel { terms: some(4 * 3), dense: some(width * 3), biases: some(3) }
        };
        let (plain, joint) = (learner(1, 0), learner(2, 2));
        let mut sparse = crate::tickets::features::SparseMatrix::new(4);
        sparse.push_row([(0, 0.3), (2, 0.9)]);
        let dense = [0.4, -0.2];
        let learners = vec![vec![plain.margins(sparse.row(0), &[])], vec![joint.margins(sparse.row(0), &dense)]];
        let stack = Stack {
            own: vec![vec![1.0, 2.0, 3.0], vec![0.5, -1.0, 2.0]],
            cross: (0..9).map(|at| f64::from(at) / 10.0).collect(),
            offsets: vec![0.1, 0.2, 0.3],
        };
        let scores = stack.scores(LearnerMargins { learners: &learners, targets: &[0] }, 0);
        let merged = stack.merge(&[plain, joint]).margins(sparse.row(0), &dense);
        for (score, margin) in scores.iter().zip(&merged) {
            assert!((score - margin).abs() < 1e-5, "{scores:?} {merged:?}");
        }
    }
}
