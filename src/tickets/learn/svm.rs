//! A linear support vector machine for sparse and dense rows side by side, learnt by dual coordinate descent.
//!
//! L2 regularisation and squared hinge loss, one group against the rest, after Hsieh, Chang, Lin, Keerthi and
//! Sundararajan, "A dual coordinate descent method for large-scale linear SVM" (ICML 2008), with its random permutation
//! and shrinking. All groups look at a row together, so that it is read once. Terms may be weighted by how much they
//! tell about a group: see [`super::nb_ratio`].
//!
//! Stands behind linfa's `Fit`, but is no library's: linfa's own machines take dense rows only (a matrix of 20,000
//! tickets by 200,000 terms would be 16 GB), and liblinear is no Rust.

use linfa::dataset::{DatasetBase, Records};
use linfa::traits::Fit;
use ndarray::Array1;

use super::dual_coordinate_descent::Descent;
use super::linear_model::LinearModel;
use super::svm_params::{LinearSvm, SvmError};
use crate::tickets::features::DesignMatrix;

impl<'a> Fit<DesignMatrix<'a>, Array1<usize>, SvmError> for LinearSvm {
    type Object = LinearModel;

    fn fit(&self, dataset: &DatasetBase<DesignMatrix<'a>, Array1<usize>>) -> Result<LinearModel, SvmError> {
        self.check()?;
        let (rows, targets) = (&dataset.records, &dataset.targets);
        if rows.nsamples() != targets.len() {
            return Err(SvmError::Shape { rows: rows.nsamples(), targets: targets.len() });
        }
        if let Some(found) = targets.iter().find(|class| **class >= self.classes) {
            return Err(SvmError::UnknownClass { found: *found, classes: self.classes });
        }
        Ok(Descent::new(self, rows, targets).run())
    }
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict;

    use super::*;
    use crate::numbers::argmax;
    use crate::random::SplitMix;
    use crate::tickets::features::{DenseMatrix, SparseMatrix};

    static NONE: DenseMatrix = DenseMatrix { width: 0, values: Vec::new() };

    /// Points around three centres, with a little noise from a fixed seed.
    fn three_clouds(rows: usize) -> (Vec<[f32; 3]>, Vec<usize>) {
        let mut random = SplitMix(5);
        let mut noise = || ((random.next() >> 40) as f32 / 16_777_216.0 - 0.5) * 1.6;
        let row = |class: usize, noise: &mut dyn FnMut() -> f32| {
            std::array::from_fn(|axis| f32::from(u8::from(axis == class)) + noise())
        };
        let targets: Vec<usize> = (0..rows).map(|n| n % 3).collect();
        (targets.iter().map(|class| row(*class, &mut noise)).collect(), targets)
    }

    fn sparse(points: &[[f32; 3]]) -> SparseMatrix {
        let mut rows = SparseMatrix::new(3);
        points.iter().for_each(|point| rows.push_row((0..).zip(*point)));
        rows
    }

    fn whole<'a>(sparse: &'a SparseMatrix, dense: &'a DenseMatrix) -> DesignMatrix<'a> {
        DesignMatrix::new(sparse, dense, (0..sparse.rows()).collect())
    }

    fn data(sparse: &SparseMatrix, targets: Vec<usize>) -> DatasetBase<DesignMatrix<'_>, Array1<usize>> {
        DatasetBase::new(whole(sparse, &NONE), Array1::from(targets))
    }

    fn share_equal(a: &Array1<usize>, b: &Array1<usize>) -> f64 {
        a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / a.len() as f64
    }

    #[test]
    fn agrees_with_linfa_logistic_on_a_small_dense_problem() {
        let (points, targets) = three_clouds(300);
        let rows = sparse(&points);
        let svm = LinearSvm::new(3).fit(&data(&rows, targets.clone())).unwrap();
        let ours: Array1<usize> = (0..300).map(|row| argmax(&svm.margins(rows.row(row), &[]))).collect();
        let targets = Array1::from(targets);
        let flat: Vec<f64> = points.iter().flatten().map(|x| f64::from(*x)).collect();
        let dense = ndarray::Array2::from_shape_vec((300, 3), flat).unwrap();
        let reference = linfa_logistic::MultiLogisticRegression::default()
            .fit(&DatasetBase::new(dense.clone(), targets.clone()))
            .unwrap()
            .predict(&dense);
        assert!(share_equal(&ours, &reference) >= 0.95, "{}", share_equal(&ours, &reference));
        let (own, other) = (share_equal(&ours, &targets), share_equal(&reference, &targets));
        assert!((own - other).abs() <= 0.03, "right: {own} against {other}");
    }

    #[test]
    fn reaches_the_optimum_of_the_primal_problem() {
        // At the optimum of ½‖w‖² + C Σ max(0, 1 − y w·x)² the gradient w − 2C Σ max(0, 1 − y w·x) y x is zero.
        let (points, targets) = three_clouds(90);
        let rows = sparse(&points);
        let learner = LinearSvm { c: 0.5, tolerance: 1e-6, max_epochs: 2_000, ..LinearSvm::new(3) };
        let model = learner.fit(&data(&rows, targets.clone())).unwrap();
        for class in 0..3 {
            let mut gradient: Vec<f64> = (0..3).map(|column| f64::from(model.terms[column * 3 + class])).collect();
            for (row, target) in targets.iter().enumerate() {
                let sign = if *target == class { 1.0 } else { -1.0 };
                let loss = (1.0 - sign * model.margins(rows.row(row), &[])[class]).max(0.0);
                gradient.iter_mut().zip(points[row]).for_each(|(g, x)| *g -= loss * sign * f64::from(x));
            }
            assert!(gradient.iter().all(|g| g.abs() < 1e-3), "class {class}: {gradient:?}");
        }
    }

    #[test]
    fn a_column_may_stand_among_the_terms_or_among_the_dense_ones() {
        let (points, targets) = three_clouds(120);
        let learner = LinearSvm { tolerance: 1e-5, max_epochs: 1_000, ..LinearSvm::new(3) };
        let rows = sparse(&points);
        let as_terms = learner.fit(&data(&rows, targets.clone())).unwrap();
        let dense = DenseMatrix { width: 3, values: points.iter().flatten().copied().collect() };
        let mut nothing = SparseMatrix::new(0);
        points.iter().for_each(|_| nothing.push_row([]));
        let both = whole(&nothing, &dense);
        let as_dense = learner.fit(&DatasetBase::new(both, Array1::from(targets))).unwrap();
        for (row, point) in points.iter().enumerate() {
            let margins =
                as_terms.margins(rows.row(row), &[]).into_iter().zip(as_dense.margins(nothing.row(row), point));
            margins.for_each(|(a, b)| assert!((a - b).abs() < 1e-3, "row {row}: {a} and {b}"));
        }
    }

    #[test]
    fn refuses_parameters_and_rows_that_make_no_sense() {
        let empty = sparse(&[[0.0; 3]; 2]);
        let good = data(&empty, vec![0, 1]);
        let two = LinearSvm::new(2);
        let rows = [
            (LinearSvm { c: 0.0, ..two.clone() }, "C must be"),
            (LinearSvm { c: f64::NAN, ..two.clone() }, "C must be"),
            (LinearSvm { tolerance: 1.0, ..two.clone() }, "tolerance must"),
            (LinearSvm { nb_share: 1.5, ..two.clone() }, "share of naive Bayes"),
            (LinearSvm { max_epochs: 0, ..two.clone() }, "at least one epoch"),
            (LinearSvm::new(1), "at least two classes"),
        ];
        for (params, expected) in rows {
            let error = params.fit(&good).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let short = data(&empty, vec![0]);
        assert!(LinearSvm::new(2).fit(&short).unwrap_err().to_string().contains("2 rows but 1 targets"));
        let unknown = data(&empty, vec![0, 2]);
        assert!(LinearSvm::new(2).fit(&unknown).unwrap_err().to_string().contains("class 2"));
    }
}
