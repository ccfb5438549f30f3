//! Small questions about numbers that several rooms ask: how many as a float, which share, which is largest.
//!
//! Every cast of a count stands here once, with its reason. Knows nothing of what is counted.

/// A count as a float: exact up to 2^53, far above anything counted here.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

/// `part / whole`; `None` of nothing.
pub(crate) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| count(part) / count(whole))
}

/// Place of the largest value; the first among equals, 0 of none.
pub(crate) fn argmax(values: &[f64]) -> usize {
    let better = |best: usize, at: usize| if values[at].total_cmp(&values[best]).is_gt() { at } else { best };
    (1..values.len()).fold(0, better)
}

/// Places from the largest to the smallest value; the first among equals first.
pub(crate) fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_largest_and_stands_first() {
        let values = [1.0, 3.0, 3.0, f64::NEG_INFINITY];
        assert_eq!(argmax(&values), 1);
        assert_eq!(descending(&values), [1, 2, 0, 3]);
        assert_eq!((argmax(&[]), descending(&[])), (0, Vec::new()));
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!((share(1, 4), share(0, 3), share(0, 0)), (Some(0.25), Some(0.0), None));
    }
}
