//! How much a term tells about a group: the log-count ratio of naive Bayes as a factor on the term's values.
//!
//! After Wang and Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification" (ACL 2012), mixed
//! with 1: a term as common in the group as elsewhere needs a large weight to matter, and regularisation makes large
//! weights dear. Factors only change what is cheap to learn; they are part of the learnt weights afterwards.

use crate::tickets::features::SparseMatrix;

/// Squared factors, term by term, `stride` groups by group; places from `groups` on hold 0.
///
/// `share` in 0..=1 is how much of a factor comes from the ratio. Each group's factors have a mean square of 1 over the
/// entries of the rows, so that regularisation stays as strong as it was.
#[must_use]
pub(crate) fn squared_factors(
    rows: &SparseMatrix,
    targets: &[usize],
    groups: usize,
    stride: usize,
    share: f64,
) -> Vec<f32> {
    let columns = rows.columns();
    let mut inside = vec![0_u32; columns * stride];
    let mut all = vec![0_u32; columns];
    let mut mass = vec![0.0_f64; columns];
    let mut sizes = vec![0_u32; groups];
    for (at, group) in targets.iter().enumerate() {
        sizes[*group] += 1;
        let row = rows.row(at);
        for (column, value) in row.indices.iter().zip(row.values) {
            let column = *column as usize;
            inside[column * stride + group] += 1;
            all[column] += 1;
            mass[column] += f64::from(value * value);
        }
    }
    let total: f64 = mass.iter().sum();
    let rows_of_all = f64::from(sizes.iter().sum::<u32>());
    let mut factors = vec![0.0_f32; columns * stride];
    for (group, size) in sizes.iter().enumerate() {
        let size = f64::from(*size);
        let ratio = |column: usize| {
            let here = f64::from(inside[column * stride + group]);
            let elsewhere = f64::from(all[column]) - here;
            (((here + 1.0) / (size + 2.0)) / ((elsewhere + 1.0) / (rows_of_all - size + 2.0))).ln().abs()
        };
        let ratios: Vec<f64> = (0..columns).map(ratio).collect();
        let square: f64 = ratios.iter().zip(&mass).map(|(ratio, mass)| mass * ratio * ratio).sum();
        let usual = (square / total.max(f64::MIN_POSITIVE)).sqrt().max(1e-6);
        for (column, ratio) in ratios.iter().enumerate() {
            let factor = (1.0 - share) + share * ratio / usual;
            #[expect(clippy::cast_possible_truncation, reason = "weights are kept in f32 on purpose")]
            let squared = (factor * factor) as f32;
            factors[column * stride + group] = squared;
        }
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_one_group_weighs_more_than_one_of_all() {
        let mut sparse = SparseMatrix::new(2);
        for row in 0..40_u8 {
            // Column 0 is in every row, column 1 in those of group 0.
            let entries = [(0, 1.0), (1, 1.0)];
            sparse.push_row(entries.into_iter().take(if row % 2 == 0 { 2 } else { 1 }));
        }
        let targets: Vec<usize> = (0..40).map(|row| row % 2).collect();
        let factors = squared_factors(&sparse, &targets, 2, 8, 0.6);
        assert!(factors[8] > 2.0 * factors[0], "{factors:?}");
        assert!(squared_factors(&sparse, &targets, 2, 8, 0.0)[..2].iter().all(|f| (f - 1.0).abs() < 1e-6));
    }
}
