//! Fixed-sequence testing: the loosest confidence threshold at which a share of right outcomes is proved.
//!
//! Thresholds are tried from strict to loose in an order that no label has touched; each is judged by an exact binomial
//! test, and a walk ends at its first failure (Angelopoulos et al. 2021, "Learn then Test"). Taking the lowest threshold
//! that happens to pass anywhere on the scan would not keep its promise. What is proved holds for rows like the
//! evidence; this file knows nothing of where the evidence comes from.

use super::RISK;
use super::binomial::{binomial_tail, rows_needed};
use super::counted_outcomes::{CountedOutcomes, Tally};
use crate::numbers::count;

/// The walk begins where at least one row in so many is counted: on large evidence a few early errors are no reason to
/// stop. One walk was better than several that share the risk: on simulated evidence it proved a third more.
const START_PART: usize = 8;
/// Steps of a walk over all rows by their number.
const HUNDREDTHS: usize = 100;

/// Which thresholds are tried. Neither choice looks at a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sequence {
    /// Round thresholds, none below `floor`: 0.999, 0.998 … 0.99, 0.985, 0.98 … 0.005. People read them.
    Grid { floor: f64 },
    /// The confidence at every hundredth of the rows, wherever confidences are bunched.
    Hundredths,
}

/// What the evidence says about a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Certification {
    /// The loosest threshold that keeps the target, with probability one less the risk.
    Proved(Tally),
    /// Enough rows, but the strictest threshold tested failed already.
    Failed(Tally),
    /// Too few rows for any test to pass: those there are.
    TooFew(Tally),
}

impl Certification {
    /// The proved threshold, if one is.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        match self {
            Self::Proved(tally) => Some(tally.threshold),
            Self::Failed(_) | Self::TooFew(_) => None,
        }
    }
}

impl CountedOutcomes {
    /// The loosest threshold of the sequence at which the share of right rows is at least `target` (below 1), wrong with
    /// a probability of [`RISK`] at most.
    #[must_use]
    pub fn certify(&self, target: f64, sequence: Sequence) -> Certification {
        self.certify_at(target, sequence, RISK)
    }

    /// The same at a risk of one's own, 0..1: who chooses between two walks gives each half (Bonferroni).
    #[must_use]
    pub fn certify_at(&self, target: f64, sequence: Sequence, risk: f64) -> Certification {
        match sequence {
            Sequence::Grid { floor } => {
                self.walk(target, risk, self.at(floor), grid(floor).map(|threshold| self.at(threshold)))
            }
            Sequence::Hundredths => {
                let all = self.at(0.0);
                let rows = (1..=HUNDREDTHS).map(|step| self.hundredths(step));
                self.walk(target, risk, all, rows.filter_map(|rows| self.tally_of(rows)))
            }
        }
    }

    /// Tests one tally after the other; `reachable` is the loosest.
    fn walk(&self, target: f64, risk: f64, reachable: Tally, tallies: impl Iterator<Item = Tally>) -> Certification {
        let Some(start) = start(self.len(), reachable.rows, target, risk) else {
            return Certification::TooFew(reachable);
        };
        let mut loosest: Option<Tally> = None;
        for tally in tallies.filter(|tally| tally.rows >= start) {
            if binomial_tail(tally.rows, tally.wrong, 1.0 - target) > risk {
                return loosest.map_or(Certification::Failed(tally), Certification::Proved);
            }
            loosest = Some(tally);
        }
        loosest.map_or(Certification::TooFew(reachable), Certification::Proved)
    }

    /// So many hundredths of the rows.
    fn hundredths(&self, step: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
        let rows = (count(self.len()) * count(step) / count(HUNDREDTHS)).round() as usize;
        rows
    }

    /// The first rows and those as sure as the last of them; `None` of no rows.
    fn tally_of(&self, rows: usize) -> Option<Tally> {
        Some(self.at(self.confidence(rows.checked_sub(1)?)?))
    }
}

/// Rows at or above a threshold from which on thresholds are tested; `None` where not even a faultless record would
/// prove the target. Looks at counts only, never at labels.
fn start(rows: usize, reachable: usize, target: f64, risk: f64) -> Option<usize> {
    let faultless = rows_needed(target, 0, risk);
    let forgiving = rows_needed(target, 1, risk);
    if reachable >= forgiving {
        Some(forgiving.max(rows / START_PART).min(reachable))
    } else {
        (reachable >= faultless).then_some(faultless)
    }
}

/// Thresholds from strict to loose, none below `floor`.
fn grid(floor: f64) -> impl Iterator<Item = f64> {
    let thousandths = (990..1_000_u32).rev().chain((1..198).rev().map(|step| step * 5));
    thousandths.map(|n| f64::from(n) / 1_000.0).take_while(move |threshold| *threshold >= floor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;
    use crate::stats::Guess;

    const GRID: Sequence = Sequence::Grid { floor: 0.5 };

    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn uniform(random: &mut SplitMix) -> f64 {
        (random.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn of(confidence: f64, right: usize, wrong: usize) -> Vec<Guess> {
        let rows = |right, count| std::iter::repeat_n(Guess { confidence, right }, count);
        rows(true, right).chain(rows(false, wrong)).collect()
    }

    #[test]
    fn proves_at_the_published_sizes_and_not_one_row_earlier() {
        for (target, wrong, rows) in [(0.90, 0, 29), (0.95, 0, 59), (0.95, 1, 93), (0.98, 1, 236), (0.99, 0, 299)] {
            let enough = CountedOutcomes::new(of(0.9, rows - wrong, wrong)).certify(target, GRID);
            assert_eq!(enough, Certification::Proved(Tally { threshold: 0.5, rows, wrong }), "{target}");
            let short = CountedOutcomes::new(of(0.9, rows - 1 - wrong, wrong)).certify(target, GRID);
            assert!(!matches!(short, Certification::Proved(_)), "{target}: {short:?}");
        }
    }

    #[test]
    fn says_why_it_proves_nothing() {
        let too_few = Tally { threshold: 0.5, rows: 20, wrong: 0 };
        assert_eq!(
            CountedOutcomes::new(Vec::new()).certify(0.95, GRID),
            Certification::TooFew(Tally { rows: 0, ..too_few })
        );
        assert_eq!(CountedOutcomes::new(of(0.9, 20, 0)).certify(0.95, GRID), Certification::TooFew(too_few));
        // Many rows below the floor are no help.
        let low = [of(0.9, 20, 0), of(0.4, 500, 0)].concat();
        assert_eq!(CountedOutcomes::new(low).certify(0.95, GRID), Certification::TooFew(too_few));
        let wrong = CountedOutcomes::new(of(0.9, 0, 500)).certify(0.95, GRID);
        assert_eq!(wrong, Certification::Failed(Tally { threshold: 0.9, rows: 500, wrong: 500 }));
    }

    #[test]
    fn stops_where_the_wrong_ones_begin_and_does_not_jump_over_them() {
        // Faultless, then a stretch that breaks the target, then so many right ones that the whole would pass again: the
        // lowest threshold that passes is 0.5, the lowest that is proved lies above the stretch.
        let rows = [of(0.95, 600, 0), of(0.8, 0, 100), of(0.6, 3_000, 0)].concat();
        let Certification::Proved(held) = CountedOutcomes::new(rows).certify(0.95, GRID) else {
            panic!("the faultless part proves it")
        };
        assert!(held.threshold > 0.8 && held.rows == 600, "{held:?}");
    }

    #[test]
    fn an_early_error_does_not_end_everything_where_rows_are_many() {
        let outcomes = CountedOutcomes::new([of(0.998, 0, 4), of(0.95, 996, 0), of(0.3, 1_000, 0)].concat());
        assert!(matches!(outcomes.certify(0.95, GRID), Certification::Proved(Tally { rows: 1_000, wrong: 4, .. })));
    }

    #[test]
    fn the_walk_begins_by_counts_alone() {
        for (rows, reachable, expected) in [
            (100, 58, None),              // nothing could pass
            (100, 70, Some(59)),          // only a faultless record could
            (500, 400, Some(93)),         // one error is forgiven
            (10_000, 9_000, Some(1_250)), // an eighth of all
            (10_000, 600, Some(600)),     // all there are
        ] {
            assert_eq!(start(rows, reachable, 0.95, RISK), expected, "{rows} {reachable}");
        }
    }

    #[test]
    fn every_hundredth_of_the_rows_reaches_where_a_grid_is_too_coarse() {
        // Confidences bunched above the strictest threshold of the grid: the surer half is right, the rest is not.
        let row = |at: u32| Guess { confidence: 0.9991 + f64::from(at) * 1e-7, right: at >= 1_000 };
        let counted = CountedOutcomes::new((0..2_000).map(row));
        assert!(matches!(counted.certify(0.95, GRID), Certification::Failed(_)));
        let Certification::Proved(held) = counted.certify(0.95, Sequence::Hundredths) else {
            panic!("the surer half proves it")
        };
        assert!((1_000..1_060).contains(&held.rows), "{held:?}");
        assert!((held.threshold - row(2_000 - u32::try_from(held.rows).unwrap()).confidence).abs() < 1e-12, "{held:?}");
        // Ties are taken whole, and the threshold is a confidence that occurs.
        let ties = CountedOutcomes::new(of(0.9, 500, 0)).certify(0.95, Sequence::Hundredths);
        assert_eq!(ties, Certification::Proved(Tally { threshold: 0.9, rows: 500, wrong: 0 }));
        assert!(matches!(
            CountedOutcomes::new(of(0.9, 20, 0)).certify(0.95, Sequence::Hundredths),
            Certification::TooFew(_)
        ));
        assert!(matches!(CountedOutcomes::new([]).certify(0.95, Sequence::Hundredths), Certification::TooFew(_)));
    }

    #[test]
    fn the_promise_is_kept_in_nearly_every_world() {
        for sequence in [GRID, Sequence::Hundredths] {
            keeps_its_promise(sequence);
        }
    }

    fn keeps_its_promise(sequence: Sequence) {
        // A row of confidence c is right with probability c^(1/4), so rows at or above t with that in `precision`.
        let precision = |t: f64| (1.0 - t.powf(1.25)) / (1.25 * (1.0 - t));
        let mut proved = [0, 0];
        for (rows, proved) in [600, 3_000].into_iter().zip(&mut proved) {
            let mut broken = 0;
            for seed in 0..400 {
                let mut random = SplitMix(seed);
                let world = (0..rows).map(|_| {
                    let confidence = uniform(&mut random);
                    Guess { confidence, right: uniform(&mut random) < confidence.sqrt().sqrt() }
                });
                if let Certification::Proved(tally) = CountedOutcomes::new(world).certify(0.95, sequence) {
                    *proved += 1;
                    broken += usize::from(precision(tally.threshold) < 0.95);
                }
            }
            // 20 of 400 are allowed on average; 30 is within chance (2.3 standard deviations).
            assert!(broken <= 30, "{sequence:?}: {broken} of 400 worlds of {rows} rows broke the promise");
        }
        assert!(proved[0] >= 120 && proved[1] >= 350, "{sequence:?}: {proved:?} of 400 worlds prove something");
    }
}
