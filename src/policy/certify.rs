//! Fixed-sequence testing: the loosest confidence threshold at which a share of right outcomes is proved.
//!
//! Thresholds are tried from strict to loose in an order that no label has touched; each is judged by an exact binomial
//! test, and a walk ends at its first failure (Angelopoulos et al. 2021, "Learn then Test"). Taking the lowest threshold
//! that happens to pass anywhere on the scan would not keep its promise. What is proved holds for questions like the
//! evidence; this file knows nothing of where the evidence comes from.

use crate::statistics::{binomial_tail, rows_needed};

/// Chance that evidence makes a threshold pass that does not keep its promise.
pub const RISK: f64 = 0.05;

/// The walk begins where at least one row in so many is counted: on large evidence a few early errors are no reason to
/// stop. One walk was better than several that share the risk: on simulated evidence it proved a third more.
const START_PART: usize = 8;

/// Rows at or above a threshold, and how many of them came out wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Least confidence counted, 0..=1.
    pub threshold: f64,
    pub rows: usize,
    pub wrong: usize,
}

/// What the evidence says about a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// The loosest threshold that keeps the target, with probability `1 - RISK`.
    Proved(Tally),
    /// Enough rows, but the strictest threshold tested failed already.
    Failed(Tally),
    /// Too few rows at or above the floor for any test to pass.
    TooFew(Tally),
}

/// Rows in descending confidence with the wrong ones counted.
#[derive(Debug, Clone)]
pub struct Outcomes {
    confidences: Vec<f64>,
    /// Wrong rows among the first `n`.
    wrong_before: Vec<usize>,
}

impl Outcomes {
    /// Takes (confidence in 0..=1, whether it came out right) in any order.
    #[must_use]
    pub fn new(mut rows: Vec<(f64, bool)>) -> Self {
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut wrong_before = vec![0_usize];
        for (at, (_, right)) in rows.iter().enumerate() {
            wrong_before.push(wrong_before[at] + usize::from(!right));
        }
        Self { confidences: rows.into_iter().map(|(confidence, _)| confidence).collect(), wrong_before }
    }

    /// Counts the rows at or above a threshold.
    #[must_use]
    pub fn at(&self, threshold: f64) -> Tally {
        let rows = self.confidences.partition_point(|confidence| *confidence >= threshold);
        Tally { threshold, rows, wrong: self.wrong_before[rows] }
    }

    /// The loosest threshold, not below `floor`, at which the share of right rows is at least `target` (below 1).
    #[must_use]
    pub fn certify(&self, target: f64, floor: f64) -> Verdict {
        let reachable = self.at(floor);
        let Some(start) = start(self.confidences.len(), reachable.rows, target) else {
            return Verdict::TooFew(reachable);
        };
        let mut loosest: Option<Tally> = None;
        for tally in grid(floor).map(|threshold| self.at(threshold)).filter(|tally| tally.rows >= start) {
            if binomial_tail(tally.rows, tally.wrong, 1.0 - target) > RISK {
                return loosest.map_or(Verdict::Failed(tally), Verdict::Proved);
            }
            loosest = Some(tally);
        }
        loosest.map_or(Verdict::TooFew(reachable), Verdict::Proved)
    }
}

/// Rows at or above a threshold from which on thresholds are tested; `None` where not even a faultless record would
/// prove the target. Looks at counts only, never at labels.
fn start(rows: usize, reachable: usize, target: f64) -> Option<usize> {
    let faultless = rows_needed(target, 0, RISK);
    let forgiving = rows_needed(target, 1, RISK);
    if reachable >= forgiving {
        Some(forgiving.max(rows / START_PART).min(reachable))
    } else {
        (reachable >= faultless).then_some(faultless)
    }
}

/// Thresholds from strict to loose, none below `floor`: 0.999, 0.998 … 0.99, 0.985, 0.98 … 0.005.
fn grid(floor: f64) -> impl Iterator<Item = f64> {
    let thousandths = (990..1_000_u32).rev().chain((1..198).rev().map(|step| step * 5));
    thousandths.map(|n| f64::from(n) / 1_000.0).take_while(move |threshold| *threshold >= floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform draws in 0..1 (Steele, Lea and Flood 2014), the same on every run.
    struct Draws(u64);

    impl Draws {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn of(confidence: f64, right: usize, wrong: usize) -> Vec<(f64, bool)> {
        let rows = |right, count| std::iter::repeat_n((confidence, right), count);
        rows(true, right).chain(rows(false, wrong)).collect()
    }

    #[test]
    fn proves_at_the_published_sizes_and_not_one_row_earlier() {
        for (target, wrong, rows) in [(0.90, 0, 29), (0.95, 0, 59), (0.95, 1, 93), (0.98, 1, 236), (0.99, 0, 299)] {
            let enough = Outcomes::new(of(0.9, rows - wrong, wrong)).certify(target, 0.5);
            assert_eq!(enough, Verdict::Proved(Tally { threshold: 0.5, rows, wrong }), "{target}");
            let short = Outcomes::new(of(0.9, rows - 1 - wrong, wrong)).certify(target, 0.5);
            assert!(!matches!(short, Verdict::Proved(_)), "{target}: {short:?}");
        }
    }

    #[test]
    fn says_why_it_proves_nothing() {
        let too_few = Tally { threshold: 0.5, rows: 20, wrong: 0 };
        assert_eq!(Outcomes::new(Vec::new()).certify(0.95, 0.5), Verdict::TooFew(Tally { rows: 0, ..too_few }));
        assert_eq!(Outcomes::new(of(0.9, 20, 0)).certify(0.95, 0.5), Verdict::TooFew(too_few));
        // Many rows below the floor are no help.
        let low = [of(0.9, 20, 0), of(0.4, 500, 0)].concat();
        assert_eq!(Outcomes::new(low).certify(0.95, 0.5), Verdict::TooFew(too_few));
        let wrong = Outcomes::new(of(0.9, 0, 500)).certify(0.95, 0.5);
        assert_eq!(wrong, Verdict::Failed(Tally { threshold: 0.9, rows: 500, wrong: 500 }));
    }

    #[test]
    fn stops_where_the_wrong_ones_begin_and_does_not_jump_over_them() {
        // Faultless, then a stretch that breaks the target, then so many right ones that the whole would pass again: the
        // lowest threshold that passes is 0.5, the lowest that is proved lies above the stretch.
        let rows = [of(0.95, 600, 0), of(0.8, 0, 100), of(0.6, 3_000, 0)].concat();
        let Verdict::Proved(held) = Outcomes::new(rows).certify(0.95, 0.5) else {
            panic!("the faultless part proves it")
        };
        assert!(held.threshold > 0.8 && held.rows == 600, "{held:?}");
    }

    #[test]
    fn an_early_error_does_not_end_everything_where_rows_are_many() {
        let outcomes = Outcomes::new([of(0.998, 0, 4), of(0.95, 996, 0), of(0.3, 1_000, 0)].concat());
        assert!(matches!(outcomes.certify(0.95, 0.5), Verdict::Proved(Tally { rows: 1_000, wrong: 4, .. })));
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
            assert_eq!(start(rows, reachable, 0.95), expected, "{rows} {reachable}");
        }
    }

    #[test]
    fn the_promise_is_kept_in_nearly_every_world() {
        // A row of confidence c is right with probability c^(1/4), so rows at or above t with that in `precision`.
        let precision = |t: f64| (1.0 - t.powf(1.25)) / (1.25 * (1.0 - t));
        let mut proved = [0, 0];
        for (rows, proved) in [600, 3_000].into_iter().zip(&mut proved) {
            let mut broken = 0;
            for seed in 0..400 {
                let mut draws = Draws(seed);
                let world = (0..rows).map(|_| {
                    let confidence = draws.next();
                    (confidence, draws.next() < confidence.sqrt().sqrt())
                });
                if let Verdict::Proved(tally) = Outcomes::new(world.collect()).certify(0.95, 0.5) {
                    *proved += 1;
                    broken += usize::from(precision(tally.threshold) < 0.95);
                }
            }
            // 20 of 400 are allowed on average; 30 is within chance (2.3 standard deviations).
            assert!(broken <= 30, "{broken} of 400 worlds of {rows} rows broke the promise");
        }
        assert!(proved[0] >= 120 && proved[1] >= 350, "{proved:?} of 400 worlds prove something");
    }
}
