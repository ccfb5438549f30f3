//! Sparse rows in compressed form, usable as linfa `Records`.
//!
//! Columns ascend within a row. This file knows nothing of texts or labels.

use linfa::dataset::Records;

/// A matrix of `f32` in compressed sparse row form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Csr {
    columns: usize,
    /// Row `r` holds the entries `starts[r]..starts[r + 1]`.
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

/// One row: column numbers, ascending, with their values.
#[derive(Debug, Clone, Copy)]
pub struct SparseRow<'a> {
    pub indices: &'a [u32],
    pub values: &'a [f32],
}

impl SparseRow<'_> {
    /// Sum of the squared values.
    #[must_use]
    pub fn squared_norm(&self) -> f64 {
        self.values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum()
    }

    /// Inner product with a dense vector at least as long as the matrix has columns.
    #[must_use]
    pub fn dot(&self, dense: &[f32]) -> f64 {
        let mut sum = 0.0_f32;
        for (index, value) in self.indices.iter().zip(self.values) {
            sum += dense[*index as usize] * value;
        }
        f64::from(sum)
    }

    /// Adds `factor` times this row to a dense vector.
    pub fn add_to(&self, dense: &mut [f32], factor: f32) {
        for (index, value) in self.indices.iter().zip(self.values) {
            dense[*index as usize] += factor * value;
        }
    }
}

impl Csr {
    /// No rows yet, `columns` columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns, starts: vec![0], indices: Vec::new(), values: Vec::new() }
    }

    /// Appends a row; columns must ascend and lie below the number of columns.
    pub fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        for (index, value) in entries {
            debug_assert!((index as usize) < self.columns, "column {index} of {}", self.columns);
            self.indices.push(index);
            self.values.push(value);
        }
        self.starts.push(self.indices.len());
    }

    /// The row with this number; rows count from 0.
    #[must_use]
    pub fn row(&self, row: usize) -> SparseRow<'_> {
        let range = self.starts[row]..self.starts[row + 1];
        SparseRow { indices: &self.indices[range.clone()], values: &self.values[range] }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The rows with these numbers, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut out = Self::new(self.columns);
        for row in rows {
            let row = self.row(*row);
            out.push_row(row.indices.iter().copied().zip(row.values.iter().copied()));
        }
        out
    }
}

impl Records for Csr {
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
    fn rows_keep_their_entries_and_multiply() {
        let mut matrix = Csr::new(4);
        matrix.push_row([(0, 1.0), (3, 2.0)]);
        matrix.push_row([]);
        assert_eq!((matrix.nsamples(), matrix.nfeatures()), (2, 4));
        assert!((matrix.row(0).dot(&[3.0, 0.0, 0.0, 0.5]) - 4.0).abs() < 1e-6);
        assert!((matrix.row(0).squared_norm() - 5.0).abs() < 1e-6);
        assert_eq!(matrix.row(1).indices.len(), 0);
        assert_eq!(matrix.select(&[1, 0]).row(1).indices, [0, 3]);
    }
}
