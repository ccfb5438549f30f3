//! Margins → probabilities that mean what they say.
//!
//! Four maps are fitted on out-of-fold margins, and the one with the least log loss on rows it was not fitted on is
//! kept: a temperature (Guo et al., "On Calibration of Modern Neural Networks", 2017), a slope and an offset for each
//! group in front of the softmax, a sigmoid for each group (Platt, 1999), normalised, or a temperature and
//! behind it the rising curve of [`isotonic`], the same for all groups, normalised.

mod isotonic;

use serde::{Deserialize, Serialize};

use self::isotonic::Isotonic;
use crate::tickets::learn::minimize;

/// Steps of the optimiser at most.
const ITERATIONS: usize = 100;
/// Pull of every slope towards 1 and every offset towards 0, in rows.
const PULL: f64 = 1.0;
/// Least probability that enters a log loss.
const FLOOR: f64 = 1e-12;

/// How margins become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// One slope for all groups, softmax.
    Temperature,
    /// A slope and an offset for each group, softmax.
    Vector,
    /// A sigmoid for each group, normalised to sum to one.
    Platt,
    /// One slope for all groups, softmax, a curve, normalised to sum to one.
    Isotonic,
}

/// A fitted map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProbabilityMap {
    pub method: CalibrationMethod,
    /// Group by group.
    pub slopes: Vec<f64>,
    /// Group by group.
    pub offsets: Vec<f64>,
    /// Behind the softmax; changes nothing but under [`CalibrationMethod::Isotonic`].
    #[serde(default, skip_serializing_if = "Isotonic::is_empty")]
    pub curve: Isotonic,
}

/// Out-of-fold margins of labelled rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelledMargins<'a> {
    pub margins: &'a [Vec<f64>],
    pub targets: &'a [usize],
}

impl ProbabilityMap {
    /// Fits every map and keeps the best; rows alternate between fitting and judging.
    #[must_use]
    pub(crate) fn fit(evidence: LabelledMargins<'_>) -> Self {
        let half = |parity: usize| -> Vec<usize> { (0..evidence.targets.len()).filter(|n| n % 2 == parity).collect() };
        let (even, odd) = (half(0), half(1));
        let all: Vec<usize> = (0..evidence.targets.len()).collect();
        let loss = |method| {
            Self::fit_rows(method, evidence, &even).log_loss(evidence, &odd)
                + Self::fit_rows(method, evidence, &odd).log_loss(evidence, &even)
        };
        let methods = [
            CalibrationMethod::Temperature,
            CalibrationMethod::Vector,
            CalibrationMethod::Platt,
            CalibrationMethod::Isotonic,
        ];
        let losses = methods.map(loss);
        let mut best = 0;
        for at in 1..methods.len() {
            if losses[at].total_cmp(&losses[best]).is_lt() {
                best = at;
            }
        }
        Self::fit_rows(methods[best], evidence, &all)
    }

    /// Probabilities of the groups; they sum to one.
    #[must_use]
    pub(crate) fn probabilities(&self, margins: &[f64]) -> Vec<f64> {
        let scores = margins.iter().zip(&self.slopes).zip(&self.offsets).map(|((m, slope), offset)| m * slope + offset);
        let mut out: Vec<f64> = match self.method {
            CalibrationMethod::Temperature | CalibrationMethod::Vector | CalibrationMethod::Isotonic => {
                scores.collect()
            }
            // The logarithm of the sigmoid: what is left is a softmax as well.
            CalibrationMethod::Platt => scores.map(log_sigmoid).collect(),
        };
        softmax(&mut out);
        if self.method == CalibrationMethod::Isotonic {
            out.iter_mut().for_each(|probability| *probability = self.curve.apply(*probability));
            let sum: f64 = out.iter().sum();
            out.iter_mut().for_each(|probability| *probability /= sum);
        }
        out
    }

    /// Mean negative logarithm of the true group's probability over these rows.
    #[must_use]
    pub(crate) fn log_loss(&self, evidence: LabelledMargins<'_>, rows: &[usize]) -> f64 {
        let loss = |row: &usize| {
            let probabilities = self.probabilities(&evidence.margins[*row]);
            -probabilities[evidence.targets[*row]].max(FLOOR).ln()
        };
        rows.iter().map(loss).sum::<f64>() / rows.len().max(1) as f64
    }

    fn fit_rows(method: CalibrationMethod, evidence: LabelledMargins<'_>, rows: &[usize]) -> Self {
        let groups = evidence.margins.first().map_or(0, Vec::len);
        match method {
            CalibrationMethod::Temperature => {
                let found = minimize(vec![1.0], ITERATIONS, |at, gradient| {
                    let mut wide = vec![0.0; 2 * groups];
                    let value =
                        softmax_loss(evidence, rows, &[vec![at[0]; groups], vec![0.0; groups]].concat(), &mut wide);
                    gradient[0] = wide[..groups].iter().sum();
                    value
                });
                let curve = Isotonic::default();
                Self { method, slopes: vec![found[0]; groups], offsets: vec![0.0; groups], curve }
            }
            CalibrationMethod::Vector => {
                let shared = Self::fit_rows(CalibrationMethod::Temperature, evidence, rows).slopes;
                let start = [shared, vec![0.0; groups]].concat();
                let center = start.clone();
                let found = minimize(start, ITERATIONS, |at, gradient| {
                    let mut value = softmax_loss(evidence, rows, at, gradient);
                    let pull = PULL / rows.len().max(1) as f64;
                    for ((x, c), g) in at.iter().zip(&center).zip(gradient) {
                        value += 0.5 * pull * (x - c) * (x - c);
                        *g += pull * (x - c);
                    }
                    value
                });
                let curve = Isotonic::default();
                Self { method, slopes: found[..groups].to_vec(), offsets: found[groups..].to_vec(), curve }
            }
            CalibrationMethod::Platt => {
                let planes: Vec<[f64; 2]> = (0..groups).map(|group| platt(evidence, rows, group)).collect();
                Self {
                    method,
                    slopes: planes.iter().map(|plane| plane[0]).collect(),
                    offsets: planes.iter().map(|plane| plane[1]).collect(),
                    curve: Isotonic::default(),
                }
            }
            CalibrationMethod::Isotonic => {
                let straight = Self::fit_rows(CalibrationMethod::Temperature, evidence, rows);
                let stated = rows.iter().flat_map(|row| {
                    let said = straight.probabilities(&evidence.margins[*row]);
                    said.into_iter().enumerate().map(|(group, said)| (said, group == evidence.targets[*row]))
                });
                Self { method, curve: Isotonic::fit(stated.collect()), ..straight }
            }
        }
    }
}

/// Mean log loss of a softmax over `slope * margin + offset`, slopes first, with its gradient.
fn softmax_loss(evidence: LabelledMargins<'_>, rows: &[usize], at: &[f64], gradient: &mut [f64]) -> f64 {
    let groups = at.len() / 2;
    gradient.fill(0.0);
    let share = 1.0 / rows.len().max(1) as f64;
    let mut loss = 0.0;
    let mut scores = vec![0.0; groups];
    for row in rows {
        let margins = &evidence.margins[*row];
        for group in 0..groups {
            scores[group] = at[group] * margins[group] + at[groups + group];
        }
        softmax(&mut scores);
        let truth = evidence.targets[*row];
        loss -= scores[truth].max(FLOOR).ln() * share;
        for group in 0..groups {
            let error = (scores[group] - f64::from(u8::from(group == truth))) * share;
            gradient[group] += error * margins[group];
            gradient[groups + group] += error;
        }
    }
    loss
}

/// Slope and offset of the sigmoid of one group against the rest, with Platt's smoothed targets.
fn platt(evidence: LabelledMargins<'_>, rows: &[usize], group: usize) -> [f64; 2] {
    let positives = rows.iter().filter(|row| evidence.targets[**row] == group).count() as f64;
    let negatives = rows.len() as f64 - positives;
    let goals = [1.0 / (negatives + 2.0), (positives + 1.0) / (positives + 2.0)];
    let start = vec![1.0, ((positives + 1.0) / (negatives + 1.0)).ln()];
    let share = 1.0 / rows.len().max(1) as f64;
    let found = minimize(start, ITERATIONS, |at, gradient| {
        gradient.fill(0.0);
        let mut loss = 0.0;
        for row in rows {
            let margin = evidence.margins[*row][group];
            let goal = goals[usize::from(evidence.targets[*row] == group)];
            let score = at[0] * margin + at[1];
            loss -= (goal * log_sigmoid(score) + (1.0 - goal) * log_sigmoid(-score)) * share;
            let error = (log_sigmoid(score).exp() - goal) * share;
            gradient[0] += error * margin;
            gradient[1] += error;
        }
        loss
    });
    [found[0], found[1]]
}

fn log_sigmoid(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

fn softmax(scores: &mut [f64]) {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    /// Rows whose true probabilities are a softmax of `slope` times their margins.
    fn rows_with_known_truth(rows: usize, slope: f64) -> (Vec<Vec<f64>>, Vec<usize>) {
        let mut random = SplitMix(11);
        let mut uniform = || (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut margins = Vec::new();
        let mut targets = Vec::new();
        for _ in 0..rows {
            let row: Vec<f64> = (0..3).map(|_| uniform() * 2.0 - 1.5).collect();
            let mut truth: Vec<f64> = row.iter().map(|m| slope * m).collect();
            softmax(&mut truth);
            let draw = uniform();
            targets.push(if draw < truth[0] {
                0
            } else if draw < truth[0] + truth[1] {
                1
            } else {
                2
            });
            margins.push(row);
        }
        (margins, targets)
    }

    #[test]
    fn recovers_the_temperature_that_made_the_rows() {
        let (margins, targets) = rows_with_known_truth(6_000, 4.0);
        let evidence = LabelledMargins { margins: &margins, targets: &targets };
        let all: Vec<usize> = (0..targets.len()).collect();
        let fitted = ProbabilityMap::fit_rows(CalibrationMethod::Temperature, evidence, &all);
        assert!((fitted.slopes[0] - 4.0).abs() < 0.3, "{fitted:?}");
    }

    #[test]
    fn every_method_beats_uniform_and_sums_to_one() {
        let (margins, targets) = rows_with_known_truth(2_000, 3.0);
        let evidence = LabelledMargins { margins: &margins, targets: &targets };
        let all: Vec<usize> = (0..targets.len()).collect();
        for method in [
            CalibrationMethod::Temperature,
            CalibrationMethod::Vector,
            CalibrationMethod::Platt,
            CalibrationMethod::Isotonic,
        ] {
            let fitted = ProbabilityMap::fit_rows(method, evidence, &all);
            assert!(fitted.log_loss(evidence, &all) < 3.0_f64.ln() - 0.1, "{method:?}");
            let sum: f64 = fitted.probabilities(&[0.3, -2.0, 900.0]).iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{method:?}: {sum}");
        }
    }

    #[test]
    fn survives_groups_without_rows() {
        let margins = vec![vec![1.0, -1.0, -1.0], vec![-1.0, 1.0, -1.0]];
        let fitted = ProbabilityMap::fit(LabelledMargins { margins: &margins, targets: &[0, 1] });
        assert!(fitted.probabilities(&[0.5, 0.0, -1.0]).iter().all(|p| p.is_finite()));
    }
}
