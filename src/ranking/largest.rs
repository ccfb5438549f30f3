//! The largest of many values: where they stand, and their mean.

/// Values whose mean is taken: the questions of an entry that support its best one.
const SUPPORTERS: usize = 3;

/// Positions of the `limit` largest values; the first among equals first.
pub(super) fn nearest(cosines: &[f32], limit: usize) -> impl Iterator<Item = u32> {
    let mut held: Vec<(f32, u32)> = Vec::with_capacity(limit + 1);
    let mut least = f32::NEG_INFINITY;
    for (cosine, at) in cosines.iter().zip(0_u32..) {
        if *cosine > least {
            let place = held.partition_point(|(other, _)| other >= cosine);
            held.insert(place, (*cosine, at));
            held.truncate(limit);
            if held.len() == limit {
                least = held.last().map_or(least, |(last, _)| *last);
            }
        }
    }
    held.into_iter().map(|(_, at)| at)
}

/// Mean of the largest [`SUPPORTERS`] values; 0 of none.
#[expect(clippy::cast_precision_loss, reason = "at most three")]
pub(super) fn mean_of_largest(mut values: Vec<f32>) -> f32 {
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    values.truncate(SUPPORTERS);
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_the_first_among_equals() {
        assert_eq!(nearest(&[0.1, 0.9, 0.5, 0.9], 3).collect::<Vec<_>>(), [1, 3, 2]);
        assert_eq!(nearest(&[], 3).count(), 0);
        assert!((mean_of_largest(vec![1.0, 4.0, 2.0, 3.0]) - 3.0).abs() < 1e-6);
        assert!((mean_of_largest(vec![1.0, 2.0]) - 1.5).abs() < 1e-6 && mean_of_largest(Vec::new()).abs() < 1e-6);
    }
}
