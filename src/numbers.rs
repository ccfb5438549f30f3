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

/// Solves a symmetric positive system of `right.len()` equations by Cholesky factors, which take the place of the
/// matrix; row by row, and only its lower half is looked at. A pivot that rounding leaves at nothing counts as 1e-9.
pub(crate) fn solve_positive(matrix: &mut [f64], mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for i in 0..size {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i * size + k] * matrix[j * size + k]).sum();
            let value = matrix[i * size + j] - dot;
            matrix[i * size + j] = if i == j { value.max(1e-9).sqrt() } else { value / matrix[j * size + j] };
        }
    }
    for i in 0..size {
        let dot: f64 = (0..i).map(|k| matrix[i * size + k] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * size + i];
    }
    for i in (0..size).rev() {
        let dot: f64 = (i + 1..size).map(|k| matrix[k * size + i] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * size + i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_positive_system_is_solved_from_its_lower_half() {
        let lower = [4.0, f64::NAN, f64::NAN, 2.0, 5.0, f64::NAN, -2.0, 1.0, 6.0];
        let solution = [1.0, -2.0, 0.5];
        let right = vec![4.0 - 4.0 - 1.0, 2.0 - 10.0 + 0.5, -2.0 - 2.0 + 3.0];
        for (found, expected) in solve_positive(&mut lower.clone(), right).into_iter().zip(solution) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(solve_positive(&mut [], Vec::new()), Vec::<f64>::new());
    }

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
