//! How sure the measures of routing are. All tickets are resampled together, as they came.

use super::measures::MEASURES;
use crate::evaluation::intervals;
use crate::evaluation::measure::Measure;
use crate::numbers::share;
use crate::stats::{Interval, Sample};
use crate::tickets::{JudgedTicket, RoutingQuality, measure};

/// The interval of each measure, in the order of [`MEASURES`]; `None` where most resamples have no value.
#[must_use]
pub fn intervals(judged: &[JudgedTicket], labels: &[String]) -> Vec<Option<Interval>> {
    intervals::intervals(&sample(judged), &MEASURES, |drawn| measure(drawn, labels))
}

/// The interval of the difference `now − before` of each measure over the same tickets, in the order of [`MEASURES`].
/// Both lists hold the same tickets in the same order; each resample takes the same of both.
#[must_use]
pub fn paired_intervals(before: &[JudgedTicket], now: &[JudgedTicket], labels: &[String]) -> Vec<Option<Interval>> {
    let quality = |drawn: &[&JudgedTicket]| -> RoutingQuality { measure(drawn, labels) };
    intervals::paired_intervals([&sample(before), &sample(now)], &MEASURES, quality)
}

/// The interval of the share of rows that are so; `None` without rows.
#[must_use]
pub fn share_interval(rows: &[bool]) -> Option<Interval> {
    let share = |rows: &[bool]| share(rows.iter().filter(|row| **row).count(), rows.len());
    let measures = [Measure::share("share", "", |share: &Option<f64>| *share)];
    let sample = Sample::new(rows, |_| 0.0, vec![(0..rows.len()).collect()]);
    intervals::intervals(&sample, &measures, share)[0]
}

fn sample(judged: &[JudgedTicket]) -> Sample<&JudgedTicket> {
    let rows: Vec<&JudgedTicket> = judged.iter().collect();
    Sample::new(&rows, |row| row.confidence, vec![(0..rows.len()).collect()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `right` of `all` tickets are right and sure, the others are not; the sure ones are routed.
    fn rows(right: usize, all: usize) -> Vec<JudgedTicket> {
        let row = |at: usize| JudgedTicket {
            truth: at % 2,
            guess: if at < right { at % 2 } else { 1 - at % 2 },
            confidence: if at < right { 0.9 } else { 0.6 },
            routed: false,
            shortlist: vec![0, 1],
        };
        (0..all).map(row).collect()
    }

    fn labels() -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    #[test]
    fn agrees_with_the_normal_approximation_and_repeats_itself() {
        let rows = rows(320, 400);
        let found = intervals(&rows, &labels());
        let half = 1.96 * (0.8_f64 * 0.2 / 400.0).sqrt();
        let accuracy = found[0].unwrap();
        assert!((accuracy.low - (0.8 - half)).abs() < 0.008 && (accuracy.high - (0.8 + half)).abs() < 0.008);
        assert_eq!(intervals(&rows, &labels()), found, "the seed is fixed");
        let at = |name: &str| found[MEASURES.iter().position(|measure| measure.name == name).unwrap()];
        assert_eq!(at("routed_precision"), None, "nothing was routed");
        assert_eq!(at("shortlist_size"), Some(Interval { low: 2.0, high: 2.0 }), "all shortlists are as long");
        let share = share_interval(&[vec![true; 80], vec![false; 320]].concat()).unwrap();
        assert!((share.low - (0.2 - half)).abs() < 0.008 && (share.high - (0.2 + half)).abs() < 0.008, "{share:?}");
        assert_eq!(share_interval(&[]), None);
    }

    #[test]
    fn a_paired_difference_knows_that_the_tickets_are_the_same() {
        let (before, now) = (rows(320, 400), rows(330, 400));
        let found = paired_intervals(&before, &now, &labels())[0].unwrap();
        let alone = intervals(&now, &labels())[0].unwrap();
        assert!(found.low > 0.0 && found.high < 0.05, "ten tickets better of the very same: {found:?}");
        assert!(found.high - found.low < (alone.high - alone.low) / 2.0, "pairing sharpens");
        let same = paired_intervals(&before, &before, &labels())[0].unwrap();
        assert!(same.low.abs() < 1e-12 && same.high.abs() < 1e-12, "{same:?}");
    }
}
