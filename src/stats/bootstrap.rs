//! How sure figures are: percentile bootstrap over rows (Efron & Tibshirani 1993, chapter 13).
//!
//! The seed is fixed, so that the same outcomes always get the same intervals. Which rows are drawn together, and what
//! is measured on them, is said by the caller.

use serde::Serialize;

use crate::numbers::count;
use crate::random::SplitMix;

/// Resamples drawn.
const RESAMPLES: usize = 1_000;
/// Seed of the resampling.
const SEED: u64 = 20_260_915;
/// Share of the resamples that an interval holds.
pub const LEVEL: f64 = 0.95;

/// Between these two the figure would lie in 95 of 100 such sets of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// How intervals came about, as results say it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bootstrap {
    pub resamples: usize,
    pub seed: u64,
    pub level: f64,
}

impl Bootstrap {
    /// The way of all intervals of this program.
    pub const USED: Self = Self { resamples: RESAMPLES, seed: SEED, level: LEVEL };
}

/// Rows ordered once by confidence: what is drawn from them is then ordered as well, and cheap to measure.
#[derive(Debug)]
pub(crate) struct Sample<T> {
    /// With their place in the list given.
    rows: Vec<(usize, T)>,
    /// Places of the rows that are resampled among themselves.
    strata: Vec<Vec<usize>>,
}

impl<T: Copy> Sample<T> {
    /// `strata` holds every place in `rows` once.
    pub(crate) fn new(rows: &[T], confidence: impl Fn(&T) -> f64, strata: Vec<Vec<usize>>) -> Self {
        let mut rows: Vec<(usize, T)> = rows.iter().copied().enumerate().collect();
        rows.sort_by(|a, b| confidence(&b.1).total_cmp(&confidence(&a.1)).then(a.0.cmp(&b.0)));
        Self { rows, strata }
    }

    /// The rows, each as often as was drawn.
    pub(crate) fn drawn(&self, counts: &[u32]) -> Vec<T> {
        let times = |(at, row): &(usize, T)| std::iter::repeat_n(*row, counts[*at] as usize);
        self.rows.iter().flat_map(times).collect()
    }
}

/// Draws how often each row of a sample occurs, again and again, and collects what `values` makes of it: the interval of
/// each of so many `figures`; `None` where most resamples have no value.
pub(crate) fn resampled<T>(
    sample: &Sample<T>,
    figures: usize,
    values: impl Fn(&[u32]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut random = SplitMix(SEED);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES); figures];
    let mut counts = vec![0_u32; sample.rows.len()];
    for _ in 0..RESAMPLES {
        counts.fill(0);
        for stratum in &sample.strata {
            for _ in stratum {
                counts[stratum[random.below(stratum.len())]] += 1;
            }
        }
        for (draws, value) in draws.iter_mut().zip(values(&counts)) {
            draws.extend(value);
        }
    }
    draws.into_iter().map(interval).collect()
}

fn interval(mut draws: Vec<f64>) -> Option<Interval> {
    if draws.len() * 2 < RESAMPLES {
        return None;
    }
    draws.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| draws[place(share, draws.len())];
    let tail = (1.0 - LEVEL) / 2.0;
    Some(Interval { low: at(tail), high: at(1.0 - tail) })
}

/// Place of a quantile among `length` sorted values.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among a thousand values")]
fn place(share: f64, length: usize) -> usize {
    (share * count(length - 1)).round() as usize
}
