//! Intervals of measures: what the bootstrap of [`crate::stats`] makes of them, and how an interval reads.
//!
//! Which rows are drawn together, and what is measured on them, is said by the caller.

use std::collections::BTreeMap;

use super::measure::Measure;
use crate::stats::{Interval, Sample, resampled};

impl<Q> Measure<Q> {
    /// The interval of a value as people read it.
    #[must_use]
    pub fn show_interval(&self, interval: Interval) -> String {
        format!("{} … {}", self.show(Some(interval.low)), self.show(Some(interval.high)))
    }

    /// The interval of a difference as people read it.
    #[must_use]
    pub fn show_interval_of_difference(&self, interval: Interval) -> String {
        format!("{} … {}", self.show_difference(interval.low), self.show_difference(interval.high))
    }
}

/// The interval of each measure, in the order of `measures`; `None` where most resamples have no value.
pub(super) fn intervals<Q, T: Copy>(
    sample: &Sample<T>,
    measures: &[Measure<Q>],
    quality: impl Fn(&[T]) -> Q,
) -> Vec<Option<Interval>> {
    resampled(sample, measures.len(), |counts| {
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
    resampled(now, measures.len(), |counts| {
        let (before, now) = (quality(&before.drawn(counts)), quality(&now.drawn(counts)));
        let difference = |measure: &Measure<Q>| Some((measure.of)(&now)? - (measure.of)(&before)?);
        measures.iter().map(difference).collect()
    })
}

/// Measure's name → interval; measures without one are absent.
pub(super) fn by_name<Q>(
    measures: &[Measure<Q>],
    intervals: Vec<Option<Interval>>,
) -> BTreeMap<&'static str, Interval> {
    measures.iter().zip(intervals).filter_map(|(measure, interval)| Some((measure.name, interval?))).collect()
}
