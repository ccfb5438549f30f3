//! Tickets as rows of numbers: sparse terms and a dense vector side by side, usable as linfa `Records`.
//!
//! A view chooses rows without copying them, so that every fold learns from the same memory. Knows nothing of texts.

use linfa::dataset::Records;

use super::csr::{Csr, SparseRow};

/// Dense rows of one width, one after the other; of width 0 where there are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dense {
    pub width: usize,
    pub values: Vec<f32>,
}

impl Dense {
    /// The row with this number; empty where the width is 0.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }
}

/// Some rows of a matrix, in the order chosen.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    sparse: &'a Csr,
    dense: &'a Dense,
    chosen: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// The rows with these numbers.
    #[must_use]
    pub fn new(sparse: &'a Csr, dense: &'a Dense, chosen: Vec<usize>) -> Self {
        Self { sparse, dense, chosen }
    }

    /// All rows of a matrix.
    #[must_use]
    pub fn all(sparse: &'a Csr, dense: &'a Dense) -> Self {
        Self::new(sparse, dense, (0..sparse.rows()).collect())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether no row was chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Number of sparse columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.sparse.columns()
    }

    /// Number of dense columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.dense.width
    }

    /// The sparse part of the row at this place.
    #[must_use]
    pub fn sparse(&self, at: usize) -> SparseRow<'a> {
        self.sparse.row(self.chosen[at])
    }

    /// The dense part of the row at this place.
    #[must_use]
    pub fn dense(&self, at: usize) -> &'a [f32] {
        self.dense.row(self.chosen[at])
    }
}

impl Records for Rows<'_> {
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
        let mut sparse = Csr::new(3);
        sparse.push_row([(0, 1.0)]);
        sparse.push_row([(2, 2.0)]);
        let dense = Dense { width: 2, values: vec![0.1, 0.2, 0.3, 0.4] };
        let view = Rows::new(&sparse, &dense, vec![1, 0]);
        assert_eq!((view.nsamples(), view.nfeatures()), (2, 5));
        assert_eq!((view.sparse(0).indices, view.dense(0)), ([2].as_slice(), [0.3, 0.4].as_slice()));
        let none = Dense::default();
        assert_eq!(Rows::all(&sparse, &none).dense(1), [0.0; 0]);
    }
}
