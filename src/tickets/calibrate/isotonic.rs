//! A rising curve from stated to observed probability, with no shape assumed.
//!
//! Isotonic regression by pooling adjacent violators (Ayer et al., 1955), used for calibration by Zadrozny and Elkan
//! ("Transforming classifier scores into accurate multiclass probability estimates", KDD 2002). The steps are joined by
//! straight lines between log-odds, so that different probabilities stay different. Own code, because what is fitted
//! is not the textbook's curve: a pool holds some hits and some misses, and its point lies between log-odds.

use serde::{Deserialize, Serialize};

/// Hits and misses that a step holds at least.
const LEAST: usize = 10;
/// Log-odds beyond which a probability says nothing more.
const LIMIT: f64 = 25.0;

/// The curve, as points of stated and observed log-odds, both ascending. Beyond its ends it goes on at a slope of 1;
/// without points it changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Isotonic(Vec<[f64; 2]>);

/// Neighbouring statements taken together.
#[derive(Debug, Clone, Copy)]
struct Pool {
    stated: f64,
    hits: f64,
    count: f64,
}

impl Pool {
    /// Share of hits, drawn towards a half by one row, so that its log-odds are finite.
    fn observed(self) -> f64 {
        (self.hits + 0.5) / (self.count + 1.0)
    }
}

impl Isotonic {
    /// Fits the curve to probabilities and whether what they were stated for was so.
    #[must_use]
    pub(crate) fn fit(mut stated: Vec<(f64, bool)>) -> Self {
        stated.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut steps: Vec<Pool> = Vec::new();
        let mut rest = stated.as_slice();
        while !rest.is_empty() {
            let (step, taken) = first_step(rest);
            rest = &rest[taken..];
            steps.push(step);
            while let [.., before, last] = steps[..]
                && before.observed() >= last.observed()
            {
                steps.truncate(steps.len() - 2);
                steps.push(together(before, last));
            }
        }
        Self(steps.into_iter().map(|step| [step.stated / step.count, log_odds(step.observed())]).collect())
    }

    /// Whether it changes nothing.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether its points are finite and rise, as those of a fitted curve do.
    #[must_use]
    pub(crate) fn is_rising(&self) -> bool {
        self.0.iter().flatten().all(|odds| odds.is_finite()) && self.0.is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1])
    }

    /// The probability that is observed where `stated` is said, 0..=1.
    #[must_use]
    pub(crate) fn apply(&self, stated: f64) -> f64 {
        let at = log_odds(stated);
        let (below, above) = self.0.split_at(self.0.partition_point(|[x, _]| *x <= at));
        let odds = match (below, above) {
            ([.., [x, y]], [[x_above, y_above], ..]) => y + (y_above - y) * (at - x) / (x_above - x),
            ([.., [x, y]], []) | ([], [[x, y], ..]) => y + at - x,
            ([], []) => at,
        };
        1.0 / (1.0 + (-odds).exp())
    }
}

/// As many of the first rows as hold [`LEAST`] hits and misses, all where what is left over would not; and equal
/// statements stay together.
fn first_step(rows: &[(f64, bool)]) -> (Pool, usize) {
    let enough = |rows: &[(f64, bool)]| -> Option<usize> {
        let mut found = [0; 2];
        rows.iter().position(|(_, hit)| {
            found[usize::from(*hit)] += 1;
            found.iter().all(|count| *count >= LEAST)
        })
    };
    let end = enough(rows).map(|last| rows.partition_point(|(stated, _)| *stated <= rows[last].0));
    let end = end.filter(|end| enough(&rows[*end..]).is_some()).unwrap_or(rows.len());
    let taken = &rows[..end];
    let hits = taken.iter().filter(|(_, hit)| *hit).count() as f64;
    (Pool { stated: taken.iter().map(|(stated, _)| log_odds(*stated)).sum(), hits, count: end as f64 }, end)
}

fn together(a: Pool, b: Pool) -> Pool {
    Pool { stated: a.stated + b.stated, hits: a.hits + b.hits, count: a.count + b.count }
}

fn log_odds(probability: f64) -> f64 {
    (probability.ln() - (-probability).ln_1p()).clamp(-LIMIT, LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    #[test]
    fn finds_the_curve_that_made_the_rows() {
        let mut random = SplitMix(5);
        let mut uniform = || (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        // Who says 0.7 is right in every second case, a step no sigmoid has; who says 0.2 is right as often as said.
        let truth = |stated: f64| if (0.4..0.8).contains(&stated) { 0.5 } else { stated };
        let rows = (0..20_000).map(|_| {
            let stated = uniform();
            (stated, uniform() < truth(stated))
        });
        let curve = Isotonic::fit(rows.collect());
        for stated in [0.1, 0.2, 0.3, 0.55, 0.7, 0.9] {
            assert!((curve.apply(stated) - truth(stated)).abs() < 0.05, "{stated}: {}", curve.apply(stated));
        }
    }

    #[test]
    fn keeps_the_order_of_probabilities() {
        let rows = (0..500).map(|row| (f64::from(row) / 500.0, row % 3 == 0)).collect();
        let curve = Isotonic::fit(rows);
        let curved: Vec<f64> = (0..=1_000).map(|at| curve.apply(f64::from(at) / 1_000.0)).collect();
        assert!(curved.windows(2).all(|pair| pair[0] <= pair[1]), "{curve:?}");
        assert!(curved.iter().all(|probability| (0.0..=1.0).contains(probability)));
    }

    #[test]
    fn few_rows_bend_nothing() {
        assert!((Isotonic::default().apply(0.3) - 0.3).abs() < 1e-12);
        let one = Isotonic::fit(vec![(0.9, true)]);
        assert!(one.apply(0.2) < one.apply(0.9));
    }
}
