//! A linear classifier of many classes as it is learnt: a hyperplane for each. Knows nothing of how it was learnt.

use crate::tickets::features::SparseRow;

/// A hyperplane for each class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinearModel {
    /// Term by term, class by class.
    pub terms: Vec<f32>,
    /// Class by class, dense column by dense column.
    pub dense: Vec<f32>,
    /// Class by class.
    pub biases: Vec<f32>,
}

impl LinearModel {
    /// Number of classes.
    #[must_use]
    pub(crate) fn classes(&self) -> usize {
        self.biases.len()
    }

    /// Signed distances to the hyperplanes, class by class, in units of the margin.
    #[must_use]
    pub(crate) fn margins(&self, sparse: SparseRow<'_>, dense: &[f32]) -> Vec<f64> {
        let classes = self.classes();
        let mut sums: Vec<f64> = self.biases.iter().map(|bias| f64::from(*bias)).collect();
        for (column, value) in sparse.indices.iter().zip(sparse.values) {
            let start = *column as usize * classes;
            for (sum, weight) in sums.iter_mut().zip(&self.terms[start..start + classes]) {
                *sum += f64::from(weight * value);
            }
        }
        if !dense.is_empty() {
            for (sum, weights) in sums.iter_mut().zip(self.dense.chunks_exact(dense.len())) {
                *sum += weights.iter().zip(dense).map(|(weight, value)| f64::from(weight * value)).sum::<f64>();
            }
        }
        sums
    }
}
