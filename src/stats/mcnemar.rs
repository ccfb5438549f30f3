//! The exact McNemar test (1947): whether two models over the same rows differ beyond chance.

use super::binomial::binomial_tail;

/// Two-sided: the chance of a difference at least as large between two equally good models. `only_first` and
/// `only_second` count the rows that only one of them has right. 0..=1; 1 where they never differ.
#[must_use]
pub fn mcnemar(only_first: usize, only_second: usize) -> f64 {
    // Where they differ, either is right with probability one half.
    let rows = only_first + only_second;
    (2.0 * binomial_tail(rows, only_first.min(only_second), 0.5)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_binomial() {
        assert!((mcnemar(0, 0) - 1.0).abs() < 1e-12);
        assert!((mcnemar(0, 5) - 0.0625).abs() < 1e-9); // 2 / 2^5
        assert!((mcnemar(1, 9) - 2.0 * 11.0 / 1024.0).abs() < 1e-9);
        assert!((mcnemar(7, 7) - 1.0).abs() < 1e-9);
    }
}
