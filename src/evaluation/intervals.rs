//! How sure measures are: percentile bootstrap over rows (Efron & Tibshirani 1993, chapter 13).
//!
//! The seed is fixed, so that the same outcomes always get the same intervals. Which rows are drawn together, and what
//! is measured on them, is said by the caller.

use std::collections::BTreeMap;

use serde::Serialize;

use super::measure::Measure;
use crate::random::SplitMix;

/// Resamples drawn.
pub const RESAMPLES: usize = 1_000;
/// Seed of the resampling.
pub const SEED: u64 = 20_260_915;
/// Share of the resamples that an interval holds.
pub const LEVEL: f64 = 0.95;

/// Between these two the measure would lie in 95 of 100 such sets of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// The interval of a measure as people read it.
    #[must_use]
    pub fn show<Q>(&self, measure: &Measure<Q>) -> String {
        format!("{} … {}", measure.show(Some(self.low)), measure.show(Some(self.high)))
    }

    /// The interval of a measure's difference as people read it.
    #[must_use]
    pub fn show_difference<Q>(&self, measure: &Measure<Q>) -> String {
        format!("{} … {}", measure.show_difference(self.low), measure.show_difference(self.high))
    }
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
pub(super) struct Sample<T> {
    /// With their place in the list given.
    rows: Vec<(usize, T)>,
    /// Places of the rows that are resampled among themselves.
    strata: Vec<Vec<usize>>,
}

impl<T: Copy> Sample<T> {
    /// `strata` holds every place in `rows` once.
    pub(super) fn new(rows: &[T], confidence: impl Fn(&T) -> f64, strata: Vec<Vec<usize>>) -> Self {
        let mut rows: Vec<(usize, T)> = rows.iter().copied().enumerate().collect();
        rows.sort_by(|a, b| confidence(&b.1).total_cmp(&confidence(&a.1)).then(a.0.cmp(&b.0)));
        Self { rows, strata }
    }

    fn drawn(&self, counts: &[u32]) -> Vec<T> {
        let times = |(at, row): &(usize, T)| std::iter::repeat_n(*row, counts[*at] as usize);
        self.rows.iter().flat_map(times).collect()
    }
}

/// The interval of each measure, in the order of `measures`; `None` where most resamples have no value.
pub(super) fn intervals<Q, T: Copy>(
    sample: &Sample<T>,
    measures: &[Measure<Q>],
    quality: impl Fn(&[T]) -> Q,
) -> Vec<Option<Interval>> {
    bootstrap(sample, measures.len(), |counts| {
        let quality = quality(&sample.drawn(counts));
        measures.iter().map(|measure| (measure.of)(&quality)).collect()
    })
}

/// The interval of the difference `now − before` of each measure over the same rows, in the order of `measures`. Both
/// samples hold the same rows at the same places; each resample takes the same of both.
pub(super) fn paired_intervals<Q, T: Copy>(
    [before, now]: [&Sample<T>; 2],
    measures: &[Measure<Q>],
    quality: impl Fn(&[T]) -> Q,
) -> Vec<Option<Interval>> {
    bootstrap(now, measures.len(), |counts| {
        let (before, now) = (quality(&before.drawn(counts)), quality(&now.drawn(counts)));
        let difference = |measure: &Measure<Q>| Some((measure.of)(&now)? - (measure.of)(&before)?);
        measures.iter().map(difference).collect()
    })
}

/// Draws [`RESAMPLES`] times how often each row occurs and collects what `values` makes of it, measure by measure.
fn bootstrap<T>(
    sample: &Sample<T>,
    measures: usize,
    values: impl Fn(&[u32]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut random = SplitMix(SEED);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES); measures];
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
    let at = |share: f64| draws[quantile(share, draws.len())];
    let tail = (1.0 - LEVEL) / 2.0;
    Some(Interval { low: at(tail), high: at(1.0 - tail) })
}

/// Position of a quantile among `length` sorted values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a position among a thousand values"
)]
fn quantile(share: f64, length: usize) -> usize {
    (share * (length - 1) as f64).round() as usize
}

/// Measure's name → interval; measures without one are absent.
pub(super) fn by_name<Q>(
    measures: &[Measure<Q>],
    intervals: Vec<Option<Interval>>,
) -> BTreeMap<&'static str, Interval> {
    measures.iter().zip(intervals).filter_map(|(measure, interval)| Some((measure.name, interval?))).collect()
}
