//! How measures changed between two results over the same rows, and whether that may be chance.

use serde::Serialize;

use super::measure::Measure;
use crate::stats::Interval;

/// One measure then and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureChange {
    pub name: &'static str,
    pub before: Option<f64>,
    pub now: Option<f64>,
    /// Of the paired difference.
    pub interval: Option<Interval>,
}

impl MeasureChange {
    /// The change of each measure; `intervals` are those of the paired differences, in the order of `measures`.
    pub(super) fn all<Q>(
        measures: &[Measure<Q>],
        [before, now]: [&Q; 2],
        intervals: Vec<Option<Interval>>,
    ) -> Vec<Self> {
        let change = |(measure, interval): (&Measure<Q>, _)| Self {
            name: measure.name,
            before: (measure.of)(before),
            now: (measure.of)(now),
            interval,
        };
        measures.iter().zip(intervals).map(change).collect()
    }

    /// The difference as people read it.
    #[must_use]
    pub fn show_difference<Q>(&self, measure: &Measure<Q>) -> Option<String> {
        Some(measure.show_difference(self.now? - self.before?))
    }

    /// Whether it got better beyond chance: `None` where the interval holds 0 or better has no meaning.
    #[must_use]
    pub fn is_better<Q>(&self, measure: &Measure<Q>) -> Option<bool> {
        let interval = self.interval?;
        let more_is_better = measure.more_is_better?;
        (interval.low > 0.0 || interval.high < 0.0).then_some((interval.low > 0.0) == more_is_better)
    }
}

/// A p-value as people read it.
#[must_use]
pub fn p_label(p_value: f64) -> String {
    if p_value < 1e-4 { "p < 0.0001".to_owned() } else { format!("p = {p_value:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_interval_without_zero_is_a_verdict() {
        let more = Measure::<()>::share("m", "m", |()| None);
        let less = Measure { more_is_better: Some(false), ..more };
        let neither = Measure { more_is_better: None, ..more };
        let rows = [
            (0.1, 0.2, [Some(true), Some(false), None]),   // risen
            (-0.2, -0.1, [Some(false), Some(true), None]), // fallen
            (-0.1, 0.1, [None, None, None]),               // may be chance
        ];
        for (low, high, expected) in rows {
            let interval = Some(Interval { low, high });
            let change = MeasureChange { name: "m", before: Some(0.5), now: Some(0.6), interval };
            assert_eq!([&more, &less, &neither].map(|measure| change.is_better(measure)), expected, "{low} {high}");
            assert_eq!(change.show_difference(&more).as_deref(), Some("+10.0"));
        }
        assert_eq!((p_label(0.002), p_label(3e-9)), ("p = 0.0020".to_owned(), "p < 0.0001".to_owned()));
    }
}
