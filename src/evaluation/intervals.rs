//! How sure the measures are: percentile bootstrap over questions (Efron & Tibshirani 1993, chapter 13).
//!
//! In-scope and out-of-scope questions are resampled apart, for how many of each there are was chosen, not found. The
//! seed is fixed, so that the same outcomes always get the same intervals.

use serde::Serialize;

use super::measures::{MEASURES, Measure};
use crate::quality::{AnswerQuality, Judged};
use crate::random::SplitMix;

/// Resamples drawn.
pub const RESAMPLES: usize = 1_000;
/// Seed of the resampling.
pub const SEED: u64 = 20_260_915;
/// Share of the resamples that an interval holds.
pub const LEVEL: f64 = 0.95;

/// Between these two the measure would lie in 95 of 100 such sets of questions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// The interval of a measure as people read it.
    #[must_use]
    pub fn show(&self, measure: &Measure) -> String {
        format!("{} … {}", measure.show(Some(self.low)), measure.show(Some(self.high)))
    }

    /// The interval of a measure's difference as people read it.
    #[must_use]
    pub fn show_difference(&self, measure: &Measure) -> String {
        format!("{} … {}", measure.show_difference(self.low), measure.show_difference(self.high))
    }
}

/// The values of one measure over the resamples; those without a value left out.
type Draws = Vec<f64>;

/// The interval of each measure, in the order of [`MEASURES`]; `None` where most resamples have no value.
#[must_use]
pub fn intervals(rows: &[Judged]) -> Vec<Option<Interval>> {
    let sample = Sample::new(rows);
    let draws = bootstrap(rows, |counts| values(&sample.drawn(counts)));
    draws.into_iter().map(interval).collect()
}

/// The interval of the difference `now − before` of each measure over the same questions, in the order of
/// [`MEASURES`]. Both lists hold the same questions in the same order; each resample takes the same of both.
#[must_use]
pub fn paired_intervals(before: &[Judged], now: &[Judged]) -> Vec<Option<Interval>> {
    let samples = (Sample::new(before), Sample::new(now));
    let draws = bootstrap(now, |counts| {
        let (before, now) = (values(&samples.0.drawn(counts)), values(&samples.1.drawn(counts)));
        now.into_iter().zip(before).map(|(now, before)| Some(now? - before?)).collect()
    });
    draws.into_iter().map(interval).collect()
}

/// Draws [`RESAMPLES`] times how often each row occurs and collects what `measure` makes of it, measure by measure.
fn bootstrap(rows: &[Judged], measure: impl Fn(&[u32]) -> Vec<Option<f64>>) -> Vec<Draws> {
    let strata: [Vec<usize>; 2] = [true, false].map(|in_scope| {
        rows.iter().enumerate().filter(|(_, row)| row.in_scope == in_scope).map(|(at, _)| at).collect()
    });
    let mut random = SplitMix(SEED);
    let mut draws: Vec<Draws> = vec![Vec::with_capacity(RESAMPLES); MEASURES.len()];
    let mut counts = vec![0_u32; rows.len()];
    for _ in 0..RESAMPLES {
        counts.fill(0);
        for stratum in &strata {
            for _ in stratum {
                counts[stratum[random.below(stratum.len())]] += 1;
            }
        }
        for (draws, value) in draws.iter_mut().zip(measure(&counts)) {
            draws.extend(value);
        }
    }
    draws
}

/// Rows ordered once by confidence: what is drawn from them is then ordered as well, and cheap to measure.
#[derive(Debug)]
struct Sample {
    /// With their place in the list given.
    rows: Vec<(usize, Judged)>,
}

impl Sample {
    fn new(rows: &[Judged]) -> Self {
        let mut rows: Vec<(usize, Judged)> = rows.iter().copied().enumerate().collect();
        rows.sort_by(|a, b| b.1.confidence.total_cmp(&a.1.confidence).then(a.0.cmp(&b.0)));
        Self { rows }
    }

    fn drawn(&self, counts: &[u32]) -> Vec<Judged> {
        let times = |(at, row): &(usize, Judged)| std::iter::repeat_n(*row, counts[*at] as usize);
        self.rows.iter().flat_map(times).collect()
    }
}

fn values(rows: &[Judged]) -> Vec<Option<f64>> {
    let quality = AnswerQuality::of(rows);
    MEASURES.iter().map(|measure| (measure.of)(&quality)).collect()
}

fn interval(mut draws: Draws) -> Option<Interval> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;

    /// `right` of `all` in-scope questions are right, half as many out-of-scope ones stand beside them.
    fn rows(right: usize, all: usize) -> Vec<Judged> {
        let row = |at: usize| Judged {
            rank: (at < right).then_some(1),
            confidence: if at < right { 0.9 } else { 0.2 },
            decision: Decision::Suggest,
            in_scope: at < all,
            suggested: false,
        };
        (0..all + all / 2).map(row).collect()
    }

    #[test]
    fn agrees_with_the_normal_approximation_and_repeats_itself() {
        let rows = rows(320, 400);
        let found = intervals(&rows);
        let recall = found[0].unwrap();
        let half = 1.96 * (0.8_f64 * 0.2 / 400.0).sqrt();
        assert!((recall.low - (0.8 - half)).abs() < 0.008 && (recall.high - (0.8 + half)).abs() < 0.008, "{recall:?}");
        assert_eq!(intervals(&rows), found, "the seed is fixed");
        let precision = MEASURES.iter().position(|measure| measure.name == "direct_answer_precision").unwrap();
        assert_eq!(found[precision], None, "nothing was answered directly");
    }

    #[test]
    fn a_paired_difference_knows_that_the_questions_are_the_same() {
        let (before, now) = (rows(320, 400), rows(330, 400));
        let found = paired_intervals(&before, &now)[0].unwrap();
        assert!(found.low > 0.0 && found.high < 0.05, "ten questions better of the very same: {found:?}");
        let same = paired_intervals(&before, &before)[0].unwrap();
        assert!(same.low.abs() < 1e-12 && same.high.abs() < 1e-12, "{same:?}");
    }

    #[test]
    fn nothing_measured_gives_no_interval_or_zero() {
        let found = intervals(&[]);
        assert!(found.iter().flatten().all(|interval| interval.low.abs() < 1e-12 && interval.high.abs() < 1e-12));
    }
}
