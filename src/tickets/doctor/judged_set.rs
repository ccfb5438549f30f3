//! A ticket set beside what models that never saw each row say about it. Finds nothing itself.

use crate::tickets::dataset::Dataset;

/// The rows that are learnt from, each with what models that never saw it say.
pub(super) struct JudgedSet<'a> {
    pub(super) data: &'a Dataset,
    /// By label, row by row.
    pub(super) probabilities: &'a [Vec<f64>],
}

impl JudgedSet<'_> {
    /// Rows of each label.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.data.labels.len()];
        self.data.targets.iter().for_each(|target| sizes[*target] += 1);
        sizes
    }
}
