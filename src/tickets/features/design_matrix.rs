//! Tickets as rows of numbers: sparse terms and a dense vector side by side, usable as linfa `Records`.
//!
//! A view chooses rows without copying them, so that every fold learns from the same memory. Knows nothing of texts.

use linfa::dataset::Records;

use super::sparse::{SparseMatrix, SparseRow};

/// Dense rows of one width, one after the other; of width 0 where there are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct DenseMatrix {
    pub width: usize,
    pub values: Vec<f32>,
}

impl DenseMatrix {
    /// The row with this number; empty where the width is 0.
    #[must_use]
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }
}

/// Some rows of a matrix, in the order chosen.
#[derive(Debug, Clone)]
pub(crate) struct DesignMatrix<'a> {
    sparse: &'a SparseMatrix,
    dense: &'a DenseMatrix,
    chosen: Vec<usize>,
}

impl<'a> DesignMatrix<'a> {
    /// The rows with these numbers.
    #[must_use]
    pub(crate) fn new(sparse: &'a SparseMatrix, dense: &'a DenseMatrix, chosen: Vec<usize>) -> Self {
        Self { sparse, dense, chosen }
    }

    /// Number of rows.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Number of sparse columns.
    #[must_use]
    pub(crate) fn columns(&self) -> usize {
        self.sparse.columns()
    }

    /// Number of dense columns.
    #[must_use]
    pub(crate) fn width(&self) -> usize {
        self.dense.width
    }

    /// The sparse part of the row at this place.
    #[must_use]
    pub(crate) fn sparse(&self, at: usize) -> SparseRow<'a> {
        self.sparse.row(self.chosen[at])
    }

    /// The dense part of the row at this place.
    #[must_use]
    pub(crate) fn dense(&self, at: usize) -> &'a [f32] {
        self.dense.row(self.chosen[at])
    }
}

impl Records for DesignMatrix<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.len()
    }

    fn nfeatures(&self) -> usize {
        self.columns() + self.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_shows_the_chosen_rows_in_order() {
        let mut sparse = SparseMatrix::new(3);
        sparse.push_row([(0, 1.0)]);
        sparse.push_row([(2, 2.0)]);
        let dense = DenseMatrix { width: 2, values: vec![0.1, 0.2, 0.3, 0.4] };
        let view = DesignMatrix::new(&sparse, &dense, vec![1, 0]);
        assert_eq!((view.nsamples(), view.nfeatures()), (2, 5));
        assert_eq!((view.sparse(0).indices, view.dense(0)), ([2].as_slice(), [0.3, 0.4].as_slice()));
        let none = DenseMatrix::default();
        assert_eq!(DesignMatrix::new(&sparse, &none, vec![0, 1]).dense(1), [0.0; 0]);
    }
}
