//! Sparse rows in compressed form, usable as linfa `Records`.
//!
//! Columns ascend within a row. This file knows nothing of texts or labels.

use linfa::dataset::Records;

/// A matrix of `f32` in compressed sparse row form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SparseMatrix {
    columns: usize,
    /// Row `r` holds the entries `starts[r]..starts[r + 1]`.
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

/// One row: column numbers, ascending, with their values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SparseRow<'a> {
    pub indices: &'a [u32],
    pub values: &'a [f32],
}

impl SparseMatrix {
    /// No rows yet, `columns` columns.
    #[must_use]
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns, starts: vec![0], indices: Vec::new(), values: Vec::new() }
    }

    /// Appends a row; columns must ascend and lie below the number of columns.
    pub(crate) fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        for (index, value) in entries {
            debug_assert!((index as usize) < self.columns, "column {index} of {}", self.columns);
            self.indices.push(index);
            self.values.push(value);
        }
        self.starts.push(self.indices.len());
    }

    /// The row with this number; rows count from 0.
    #[must_use]
    pub(crate) fn row(&self, row: usize) -> SparseRow<'_> {
        let range = self.starts[row]..self.starts[row + 1];
        SparseRow { indices: &self.indices[range.clone()], values: &self.values[range] }
    }

    /// Number of rows.
    #[must_use]
    pub(crate) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }
}

impl Records for SparseMatrix {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_entries() {
        let mut matrix = SparseMatrix::new(4);
        matrix.push_row([(0, 1.0), (3, 2.0)]);
        matrix.push_row([]);
        assert_eq!((matrix.nsamples(), matrix.nfeatures()), (2, 4));
        assert_eq!((matrix.row(0).indices, matrix.row(0).values), ([0, 3].as_slice(), [1.0, 2.0].as_slice()));
        assert_eq!(matrix.row(1).indices.len(), 0);
    }
}
