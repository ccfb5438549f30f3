//! A linear support vector machine for sparse and dense rows side by side, learnt by dual coordinate descent.
//!
//! L2 regularisation and squared hinge loss, one group against the rest, after Hsieh, Chang, Lin, Keerthi and
//! Sundararajan, "A dual coordinate descent method for large-scale linear SVM" (ICML 2008), with its random permutation
//! and shrinking. All groups look at a row together, so that it is read once. Terms may be weighted by how much they
//! tell about a group: see [`super::informative`]. Stands behind linfa's `Fit` and `Predict`, whose own classifiers
//! take dense rows only.

use linfa::dataset::{DatasetBase, Records};
use linfa::prelude::ParamGuard;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::Array1;

use super::csr::SparseRow;
use super::descent::Descent;
use super::rows::Rows;

/// Parameters that have not been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSvm(SvmParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmParams {
    pub(super) cost: f64,
    pub(super) tolerance: f64,
    pub(super) max_epochs: usize,
    pub(super) classes: usize,
    pub(super) class_weights: Vec<f64>,
    pub(super) informed: f64,
    pub(super) seed: u64,
}

/// What is wrong with the parameters or the rows.
#[derive(Debug, thiserror::Error)]
pub enum SvmError {
    #[error("cost must be finite and above 0, got {0}")]
    Cost(f64),
    #[error("tolerance must lie in 0..1, got {0}")]
    Tolerance(f64),
    #[error("the share of informed weights must lie in 0..=1, got {0}")]
    Informed(f64),
    #[error("at least one epoch is needed")]
    Epochs,
    #[error("at least two classes are needed, got {0}")]
    Classes(usize),
    #[error("{found} class weights for {expected} classes; each must be finite and above 0")]
    ClassWeights { expected: usize, found: usize },
    #[error("{rows} rows but {targets} targets")]
    Shape { rows: usize, targets: usize },
    #[error("class {found} of a row is not below the {classes} classes declared")]
    UnknownClass { found: usize, classes: usize },
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl LinearSvm {
    /// Parameters for this many classes, numbered from 0: cost 1, tolerance 0.1, at most 12 epochs, terms weighted
    /// alike, seed 0.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self(SvmParams {
            cost: 1.0,
            tolerance: 0.1,
            max_epochs: 12,
            classes,
            class_weights: Vec::new(),
            informed: 0.0,
            seed: 0,
        })
    }

    /// Price of a violated margin, above 0; the larger, the closer the fit.
    #[must_use]
    pub fn cost(mut self, cost: f64) -> Self {
        self.0.cost = cost;
        self
    }

    /// Spread of the projected gradient at which learning stops, in 0..1.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Passes over the rows at most, at least 1.
    #[must_use]
    pub fn max_epochs(mut self, epochs: usize) -> Self {
        self.0.max_epochs = epochs;
        self
    }

    /// Factors on the cost of each class's own rows; none means 1 for all.
    #[must_use]
    pub fn class_weights(mut self, weights: Vec<f64>) -> Self {
        self.0.class_weights = weights;
        self
    }

    /// How much of a term's weight comes from what it tells about the group, in 0..=1.
    #[must_use]
    pub fn informed(mut self, share: f64) -> Self {
        self.0.informed = share;
        self
    }

    /// Seed of the permutations.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for LinearSvm {
    type Checked = SvmParams;
    type Error = SvmError;

    fn check_ref(&self) -> Result<&SvmParams, SvmError> {
        let params = &self.0;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(params.cost) {
            return Err(SvmError::Cost(params.cost));
        }
        if !(positive(params.tolerance) && params.tolerance < 1.0) {
            return Err(SvmError::Tolerance(params.tolerance));
        }
        if !(0.0..=1.0).contains(&params.informed) {
            return Err(SvmError::Informed(params.informed));
        }
        if params.max_epochs == 0 {
            return Err(SvmError::Epochs);
        }
        if params.classes < 2 {
            return Err(SvmError::Classes(params.classes));
        }
        let weights = &params.class_weights;
        if !(weights.is_empty() || weights.len() == params.classes && weights.iter().all(|w| positive(*w))) {
            return Err(SvmError::ClassWeights { expected: params.classes, found: weights.len() });
        }
        Ok(params)
    }

    fn check(self) -> Result<SvmParams, SvmError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// A hyperplane for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmModel {
    /// Term by term, class by class.
    pub terms: Vec<f32>,
    /// Class by class, dense column by dense column.
    pub dense: Vec<f32>,
    /// Class by class.
    pub biases: Vec<f32>,
}

impl SvmModel {
    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.biases.len()
    }

    /// Signed distances to the hyperplanes, class by class, in units of the margin.
    #[must_use]
    pub fn margins(&self, sparse: SparseRow<'_>, dense: &[f32]) -> Vec<f64> {
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

impl<'a> Fit<Rows<'a>, Array1<usize>, SvmError> for SvmParams {
    type Object = SvmModel;

    fn fit(&self, dataset: &DatasetBase<Rows<'a>, Array1<usize>>) -> Result<SvmModel, SvmError> {
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

impl PredictInplace<Rows<'_>, Array1<usize>> for SvmModel {
    fn predict_inplace(&self, rows: &Rows<'_>, classes: &mut Array1<usize>) {
        for (row, class) in classes.iter_mut().enumerate() {
            *class = largest(&self.margins(rows.sparse(row), rows.dense(row)));
        }
    }

    fn default_target(&self, rows: &Rows<'_>) -> Array1<usize> {
        Array1::zeros(rows.nsamples())
    }
}

impl Predict<&Rows<'_>, Array1<usize>> for SvmModel {
    fn predict(&self, rows: &Rows<'_>) -> Array1<usize> {
        let mut classes = self.default_target(rows);
        self.predict_inplace(rows, &mut classes);
        classes
    }
}

/// Place of the largest value; the first among equals.
#[must_use]
pub fn largest(values: &[f64]) -> usize {
    let better = |best: usize, at: usize| if values[at].total_cmp(&values[best]).is_gt() { at } else { best };
    (1..values.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::super::csr::Csr;
    use super::super::rows::Dense;
    use super::*;
    use crate::random::SplitMix;

    static NONE: Dense = Dense { width: 0, values: Vec::new() };

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

    fn sparse(points: &[[f32; 3]]) -> Csr {
        let mut rows = Csr::new(3);
        points.iter().for_each(|point| rows.push_row((0..).zip(*point)));
        rows
    }

    fn data(sparse: &Csr, targets: Vec<usize>) -> DatasetBase<Rows<'_>, Array1<usize>> {
        DatasetBase::new(Rows::all(sparse, &NONE), Array1::from(targets))
    }

    fn share_equal(a: &Array1<usize>, b: &Array1<usize>) -> f64 {
        a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / a.len() as f64
    }

    #[test]
    fn agrees_with_linfa_logistic_on_a_small_dense_problem() {
        let (points, targets) = three_clouds(300);
        let rows = sparse(&points);
        let svm = LinearSvm::new(3).fit(&data(&rows, targets.clone())).unwrap();
        let ours = svm.predict(&Rows::all(&rows, &NONE));
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
        let learner = LinearSvm::new(3).cost(0.5).tolerance(1e-6).max_epochs(2_000);
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
        let learner = LinearSvm::new(3).tolerance(1e-5).max_epochs(1_000);
        let rows = sparse(&points);
        let as_terms = learner.clone().fit(&data(&rows, targets.clone())).unwrap();
        let dense = Dense { width: 3, values: points.iter().flatten().copied().collect() };
        let mut nothing = Csr::new(0);
        points.iter().for_each(|_| nothing.push_row([]));
        let both = Rows::all(&nothing, &dense);
        let as_dense = learner.fit(&DatasetBase::new(both, Array1::from(targets))).unwrap();
        for (row, point) in points.iter().enumerate() {
            let margins =
                as_terms.margins(rows.row(row), &[]).into_iter().zip(as_dense.margins(nothing.row(row), point));
            margins.for_each(|(a, b)| assert!((a - b).abs() < 1e-3, "row {row}: {a} and {b}"));
        }
    }

    #[test]
    fn class_weights_favour_their_class() {
        let (points, targets) = three_clouds(300);
        let rows = sparse(&points);
        let count = |weights: Vec<f64>| {
            let model = LinearSvm::new(3).class_weights(weights).fit(&data(&rows, targets.clone())).unwrap();
            model.predict(&Rows::all(&rows, &NONE)).iter().filter(|class| **class == 0).count()
        };
        assert!(count(vec![20.0, 1.0, 1.0]) > count(vec![1.0, 1.0, 1.0]));
    }

    #[test]
    fn refuses_parameters_and_rows_that_make_no_sense() {
        let empty = sparse(&[[0.0; 3]; 2]);
        let good = data(&empty, vec![0, 1]);
        let rows = [
            (LinearSvm::new(2).cost(0.0), "cost must be"),
            (LinearSvm::new(2).cost(f64::NAN), "cost must be"),
            (LinearSvm::new(2).tolerance(1.0), "tolerance must"),
            (LinearSvm::new(2).informed(1.5), "share of informed"),
            (LinearSvm::new(2).max_epochs(0), "at least one epoch"),
            (LinearSvm::new(1), "at least two classes"),
            (LinearSvm::new(2).class_weights(vec![1.0]), "1 class weights for 2"),
            (LinearSvm::new(2).class_weights(vec![1.0, -1.0]), "class weights"),
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

    #[test]
    fn the_first_of_equals_is_largest() {
        assert_eq!(largest(&[1.0, 3.0, 3.0, f64::NEG_INFINITY]), 1);
    }
}
