//! Minimises a smooth function of a few parameters by L-BFGS with backtracking.
//!
//! After Nocedal and Wright, "Numerical Optimization", algorithm 7.4. No randomness and no threads.
//!
//! `argmin`, which linfa-logistic brings along, does the same, but bundles must be equal byte for byte: an update of
//! its line search would change every model, and with it every version that was promoted.

/// Pairs of steps and gradient changes remembered.
const MEMORY: usize = 8;
/// Halvings of a step before the search gives up.
const BACKTRACKS: usize = 30;
/// Share of the promised decrease a step must bring (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// Goes downhill from `start` for at most `iterations` steps; `objective` returns the value at its first argument and
/// writes the gradient into its second.
pub(crate) fn minimize(start: Vec<f64>, iterations: usize, objective: impl Fn(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let mut at = start;
    let mut gradient = vec![0.0; at.len()];
    let mut value = objective(&at, &mut gradient);
    let mut history: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..iterations {
        let direction = descent_direction(&gradient, &history);
        let slope = dot(&direction, &gradient);
        if slope > -1e-12 {
            break;
        }
        let mut step = if history.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let mut next_gradient = vec![0.0; at.len()];
        let mut accepted = None;
        for _ in 0..BACKTRACKS {
            let next: Vec<f64> = at.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            let next_value = objective(&next, &mut next_gradient);
            if next_value <= value + SUFFICIENT * step * slope {
                accepted = Some((next, next_value));
                break;
            }
            step *= 0.5;
        }
        let Some((next, next_value)) = accepted else { break };
        let moved = difference(&next, &at);
        let turned = difference(&next_gradient, &gradient);
        if dot(&moved, &turned) > 1e-12 {
            if history.len() == MEMORY {
                history.remove(0);
            }
            history.push((moved, turned));
        }
        let gained = value - next_value;
        (at, value, gradient) = (next, next_value, next_gradient);
        if gained <= 1e-7 * value.abs().max(1e-7) {
            break;
        }
    }
    at
}

/// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
fn descent_direction(gradient: &[f64], history: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut factors = Vec::with_capacity(history.len());
    for (moved, turned) in history.iter().rev() {
        let factor = dot(moved, &direction) / dot(moved, turned);
        direction.iter_mut().zip(turned).for_each(|(d, y)| *d -= factor * y);
        factors.push(factor);
    }
    if let Some((moved, turned)) = history.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for ((moved, turned), factor) in history.iter().zip(factors.iter().rev()) {
        let back = dot(turned, &direction) / dot(moved, turned);
        direction.iter_mut().zip(moved).for_each(|(d, s)| *d += (factor - back) * s);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_crooked_valley() {
        // Rosenbrock's function; its only minimum is (1, 1).
        let rosenbrock = |x: &[f64], g: &mut [f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            g[0] = -2.0 * a - 400.0 * x[0] * b;
            g[1] = 200.0 * b;
            a * a + 100.0 * b * b
        };
        let found = minimize(vec![-1.2, 1.0], 200, rosenbrock);
        assert!((found[0] - 1.0).abs() < 1e-3 && (found[1] - 1.0).abs() < 1e-3, "{found:?}");
    }
}
