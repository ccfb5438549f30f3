//! Exact binomial statistics: what a count of right and wrong outcomes proves. No approximation.
//!
//! statrs would serve for the tail. Thresholds of models that must be equal byte for byte hang on its last bits, and
//! twenty lines of sums are easier to hold still than a library's incomplete beta function.

use crate::numbers::count;

/// Probability of at most `wrong` errors among `rows` independent rows that each err with probability `rate` (0..=1).
pub(super) fn binomial_tail(rows: usize, wrong: usize, rate: f64) -> f64 {
    if wrong >= rows || rate <= 0.0 {
        return 1.0;
    }
    if rate >= 1.0 {
        return 0.0;
    }
    let odds = (rate / (1.0 - rate)).ln();
    // Terms are summed by their logarithms: the first alone may be too small for a float.
    let mut log_term = count(rows) * (1.0 - rate).ln();
    let mut sum = log_term.exp();
    for k in 0..wrong {
        log_term += (count(rows - k) / count(k + 1)).ln() + odds;
        sum += log_term.exp();
    }
    sum.min(1.0)
}

/// The one-sided Clopper–Pearson lower bound (1934): with probability `1 - risk` the share of right rows is above it.
///
/// 0..=1; 0 without rows.
#[must_use]
pub fn lower_bound(rows: usize, wrong: usize, risk: f64) -> f64 {
    if rows == 0 || wrong >= rows {
        return 0.0;
    }
    // The tail falls as the rate of errors rises; bisection to the last bits that matter.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if binomial_tail(rows, wrong, middle) > risk {
            low = middle;
        } else {
            high = middle;
        }
    }
    1.0 - high
}

/// The one-sided Clopper–Pearson upper bound: with probability `1 - risk` no more than this share is `hits`. Says
/// something even where nothing was hit.
///
/// 0..=1; 1 without rows.
#[must_use]
pub fn upper_bound(rows: usize, hits: usize, risk: f64) -> f64 {
    1.0 - lower_bound(rows, hits, risk)
}

/// The fewest rows with `wrong` errors that prove the share `target` (below 1) at a chance of error of `risk`.
#[must_use]
pub fn rows_needed(target: f64, wrong: usize, risk: f64) -> usize {
    let proves = |rows: usize| binomial_tail(rows, wrong, 1.0 - target) <= risk;
    let mut enough = wrong + 1;
    while !proves(enough) {
        enough *= 2;
    }
    let mut short = enough / 2;
    while enough - short > 1 {
        let middle = usize::midpoint(short, enough);
        if proves(middle) {
            enough = middle;
        } else {
            short = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_the_published_sample_sizes() {
        // Target, then rows needed at 95 % confidence with 0, 1, 2 and 5 errors.
        for (target, sizes) in [
            (0.90, [29, 46, 61, 103]),
            (0.95, [59, 93, 124, 208]),
            (0.98, [149, 236, 313, 523]),
            (0.99, [299, 473, 628, 1_049]),
        ] {
            assert_eq!([0, 1, 2, 5].map(|wrong| rows_needed(target, wrong, 0.05)), sizes, "{target}");
        }
    }

    #[test]
    fn the_tail_is_a_probability_at_every_edge() {
        let rows = [
            (10, 10, 0.5, 1.0),                // every outcome
            (10, 0, 0.0, 1.0),                 // nothing can go wrong
            (10, 9, 1.0, 0.0),                 // everything goes wrong
            (2, 1, 0.5, 0.75),                 // by hand
            (100_000, 50_000, 0.5, 0.501_261), // the first terms are below the smallest float
        ];
        for (rows, wrong, rate, expected) in rows {
            let tail = binomial_tail(rows, wrong, rate);
            assert!((tail - expected).abs() < 1e-5, "{rows} {wrong} {rate}: {tail}");
        }
    }

    #[test]
    fn the_bound_is_where_the_test_just_passes() {
        // The first is 0.05^(1/100), the closed form without errors; the others were worked out by another program.
        for (rows, wrong, expected) in [(100, 0, 0.970_49), (20, 2, 0.717_38), (10, 1, 0.605_84), (0, 0, 0.0)] {
            let bound = lower_bound(rows, wrong, 0.05);
            assert!((bound - expected).abs() < 1e-4, "{rows} {wrong}: {bound}");
        }
        assert!(lower_bound(59, 0, 0.05) >= 0.95 && lower_bound(58, 0, 0.05) < 0.95);
    }

    #[test]
    fn nothing_hit_still_says_how_much_may_be() {
        // 1 - 0.05^(1/59): the rule of three, exact.
        for (rows, hits, expected) in [(59, 0, 0.049_51), (160, 0, 0.018_55), (10, 10, 1.0), (0, 0, 1.0)] {
            assert!((upper_bound(rows, hits, 0.05) - expected).abs() < 1e-4, "{rows} {hits}");
        }
    }
}
