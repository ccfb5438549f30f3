//! Logistic regression by iteratively reweighted least squares, with an L2 penalty on standardised features.

use super::super::features::FEATURES;
use super::{Linear, Row};
use crate::numbers::solve_positive;

/// Penalty on the squared standardised weights, in units of summed log loss.
const PENALTY: f64 = 3.0;
const ITERATIONS: usize = 25;
/// Features and the intercept.
const SIZE: usize = FEATURES + 1;

/// Fits the rows by their weights.
pub(super) fn fit(rows: &[Row]) -> Linear {
    let total: f64 = rows.iter().map(|row| f64::from(row.weight)).sum::<f64>().max(1.0);
    let mut means = [0.0_f64; FEATURES];
    let mut squares = [0.0_f64; FEATURES];
    for row in rows {
        for (at, value) in row.features.0.iter().enumerate() {
            let value = f64::from(*value);
            means[at] += f64::from(row.weight) * value / total;
            squares[at] += f64::from(row.weight) * value * value / total;
        }
    }
    let deviations: Vec<f64> = means
        .iter()
        .zip(squares)
        .map(|(mean, square)| (square - mean * mean).max(0.0).sqrt())
        .map(|deviation| if deviation > 1e-6 { deviation } else { 1.0 })
        .collect();
    let standard = |row: &Row| {
        let mut x = [1.0_f64; SIZE];
        for (at, value) in row.features.0.iter().enumerate() {
            x[at] = (f64::from(*value) - means[at]) / deviations[at];
        }
        x
    };
    let mut beta = vec![0.0_f64; SIZE];
    for _ in 0..ITERATIONS {
        let mut gradient = vec![0.0_f64; SIZE];
        let mut hessian = vec![0.0_f64; SIZE * SIZE];
        for row in rows {
            let x = standard(row);
            let logit: f64 = x.iter().zip(&beta).map(|(x, beta)| x * beta).sum();
            let chance = 1.0 / (1.0 + (-logit).exp());
            let weight = f64::from(row.weight);
            let miss = weight * (f64::from(row.same) - chance);
            let curve = weight * (chance * (1.0 - chance)).max(1e-6);
            for i in 0..SIZE {
                gradient[i] += miss * x[i];
                let scaled = curve * x[i];
                for j in 0..=i {
                    hessian[i * SIZE + j] += scaled * x[j];
                }
            }
        }
        for at in 0..FEATURES {
            gradient[at] -= PENALTY * beta[at];
            hessian[at * SIZE + at] += PENALTY;
        }
        let step = solve_positive(&mut hessian, gradient);
        let largest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        beta.iter_mut().zip(&step).for_each(|(beta, step)| *beta += step);
        if largest < 1e-7 {
            break;
        }
    }
    let mut linear = Linear { weights: [0.0; FEATURES], intercept: 0.0 };
    let mut intercept = beta[FEATURES];
    for at in 0..FEATURES {
        let weight = beta[at] / deviations[at];
        intercept -= weight * means[at];
        linear.weights[at] = narrow(weight);
    }
    linear.intercept = narrow(intercept);
    linear
}

#[expect(clippy::cast_possible_truncation, reason = "weights are small numbers stored as f32")]
fn narrow(weight: f64) -> f32 {
    weight as f32
}
