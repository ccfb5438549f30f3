//! Linear support vector machines, one against the rest, by dual coordinate descent.
//!
//! L2 regularisation and squared hinge loss, after Hsieh, Chang, Lin, Keerthi and Sundararajan, "A dual coordinate
//! descent method for large-scale linear SVM" (ICML 2008), with its random permutation and shrinking. Each class is
//! learnt on its own from its own seed, so the number of threads changes nothing. Stands behind linfa's `Fit` and
//! `Predict`, whose own classifiers take dense rows only.

use linfa::dataset::DatasetBase;
use linfa::prelude::{ParamGuard, Records};
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::Array1;
use rayon::prelude::*;

use super::csr::{Csr, SparseRow};
use crate::random::SplitMix;

/// Parameters that have not been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSvm(SvmParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmParams {
    cost: f64,
    tolerance: f64,
    max_epochs: usize,
    classes: usize,
    class_weights: Vec<f64>,
    seed: u64,
}

/// What is wrong with the parameters or the rows.
#[derive(Debug, thiserror::Error)]
pub enum SvmError {
    #[error("cost must be finite and above 0, got {0}")]
    Cost(f64),
    #[error("tolerance must lie in 0..1, got {0}")]
    Tolerance(f64),
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
    /// Parameters for this many classes, numbered from 0: cost 1, tolerance 0.1, at most 100 epochs, seed 0.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self(SvmParams { cost: 1.0, tolerance: 0.1, max_epochs: 100, classes, class_weights: Vec::new(), seed: 0 })
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
    /// Class by class, one weight a column.
    pub weights: Vec<Vec<f32>>,
    /// Class by class.
    pub biases: Vec<f32>,
}

impl SvmModel {
    /// Signed distances to the hyperplanes, class by class, in units of the margin.
    #[must_use]
    pub fn margins(&self, row: SparseRow<'_>) -> Vec<f64> {
        self.weights.iter().zip(&self.biases).map(|(weights, bias)| row.dot(weights) + f64::from(*bias)).collect()
    }
}

impl Fit<Csr, Array1<usize>, SvmError> for SvmParams {
    type Object = SvmModel;

    fn fit(&self, dataset: &DatasetBase<Csr, Array1<usize>>) -> Result<SvmModel, SvmError> {
        let (rows, targets) = (&dataset.records, &dataset.targets);
        if rows.nsamples() != targets.len() {
            return Err(SvmError::Shape { rows: rows.nsamples(), targets: targets.len() });
        }
        if let Some(found) = targets.iter().find(|class| **class >= self.classes) {
            return Err(SvmError::UnknownClass { found: *found, classes: self.classes });
        }
        let norms: Vec<f64> = (0..rows.rows()).map(|row| rows.row(row).squared_norm() + 1.0).collect();
        let planes: Vec<(Vec<f32>, f32)> = (0..self.classes)
            .into_par_iter()
            .map(|class| Descent::new(self, rows, &norms, targets, class).run())
            .collect();
        let (weights, biases) = planes.into_iter().unzip();
        Ok(SvmModel { weights, biases })
    }
}

impl PredictInplace<Csr, Array1<usize>> for SvmModel {
    fn predict_inplace(&self, rows: &Csr, classes: &mut Array1<usize>) {
        for (row, class) in classes.iter_mut().enumerate() {
            *class = largest(&self.margins(rows.row(row)));
        }
    }

    fn default_target(&self, rows: &Csr) -> Array1<usize> {
        Array1::zeros(rows.nsamples())
    }
}

impl Predict<&Csr, Array1<usize>> for SvmModel {
    fn predict(&self, rows: &Csr) -> Array1<usize> {
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

/// The state of learning one class against the rest.
struct Descent<'a> {
    params: &'a SvmParams,
    rows: &'a Csr,
    /// Squared lengths of the rows, the constant feature of the bias included.
    norms: &'a [f64],
    signs: Vec<f64>,
    /// `1 / 2C` for rows of the rest and of the class.
    slack: [f64; 2],
    alpha: Vec<f64>,
    weights: Vec<f32>,
    bias: f64,
    random: SplitMix,
}

impl<'a> Descent<'a> {
    fn new(params: &'a SvmParams, rows: &'a Csr, norms: &'a [f64], targets: &Array1<usize>, class: usize) -> Self {
        let weight = params.class_weights.get(class).copied().unwrap_or(1.0);
        Self {
            params,
            rows,
            norms,
            signs: targets.iter().map(|target| if *target == class { 1.0 } else { -1.0 }).collect(),
            slack: [0.5 / params.cost, 0.5 / (params.cost * weight)],
            alpha: vec![0.0; rows.rows()],
            weights: vec![0.0; rows.columns()],
            bias: 0.0,
            random: SplitMix(params.seed ^ (class as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        }
    }

    fn run(mut self) -> (Vec<f32>, f32) {
        let mut order: Vec<usize> = (0..self.rows.rows()).collect();
        let mut active = order.len();
        let mut bound = f64::INFINITY;
        for _ in 0..self.params.max_epochs {
            let (highest, lowest) = self.epoch(&mut order, &mut active, bound);
            if highest - lowest <= self.params.tolerance {
                if active == order.len() {
                    break;
                }
                // Converged on the rows still looked at: look at all of them once more.
                active = order.len();
                bound = f64::INFINITY;
                continue;
            }
            bound = if highest <= 0.0 { f64::INFINITY } else { highest };
        }
        #[expect(clippy::cast_possible_truncation, reason = "weights are kept in f32 on purpose")]
        let bias = self.bias as f32;
        (self.weights, bias)
    }

    /// One pass over the active rows; rows that will surely stay at zero leave them. Returns the extremes of the
    /// projected gradient.
    fn epoch(&mut self, order: &mut [usize], active: &mut usize, bound: f64) -> (f64, f64) {
        let (mut highest, mut lowest) = (f64::NEG_INFINITY, f64::INFINITY);
        for at in 0..*active {
            let other = at + self.random.below(*active - at);
            order.swap(at, other);
        }
        let mut at = 0;
        while at < *active {
            let index = order[at];
            let row = self.rows.row(index);
            let sign = self.signs[index];
            let slack = self.slack[usize::from(sign > 0.0)];
            let alpha = self.alpha[index];
            let gradient = sign * (row.dot(&self.weights) + self.bias) - 1.0 + alpha * slack;
            let at_zero = alpha <= 0.0;
            if at_zero && gradient > bound {
                *active -= 1;
                order.swap(at, *active);
                continue;
            }
            let projected = if at_zero { gradient.min(0.0) } else { gradient };
            highest = highest.max(projected);
            lowest = lowest.min(projected);
            if projected.abs() > 1e-12 {
                self.alpha[index] = (alpha - gradient / (self.norms[index] + slack)).max(0.0);
                let step = (self.alpha[index] - alpha) * sign;
                #[expect(clippy::cast_possible_truncation, reason = "weights are kept in f32 on purpose")]
                row.add_to(&mut self.weights, step as f32);
                self.bias += step;
            }
            at += 1;
        }
        (highest, lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn share_equal(a: &Array1<usize>, b: &Array1<usize>) -> f64 {
        a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / a.len() as f64
    }

    #[test]
    fn agrees_with_linfa_logistic_on_a_small_dense_problem() {
        let (points, targets) = three_clouds(300);
        let targets = Array1::from(targets);
        let svm = LinearSvm::new(3).fit(&DatasetBase::new(sparse(&points), targets.clone())).unwrap();
        let ours = svm.predict(&sparse(&points));
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
        let data = DatasetBase::new(rows.clone(), Array1::from(targets.clone()));
        let model = LinearSvm::new(3).cost(0.5).tolerance(1e-6).max_epochs(2_000).fit(&data).unwrap();
        for class in 0..3 {
            let mut gradient: Vec<f64> = model.weights[class].iter().map(|w| f64::from(*w)).collect();
            for (row, target) in targets.iter().enumerate() {
                let sign = if *target == class { 1.0 } else { -1.0 };
                let loss = (1.0 - sign * model.margins(rows.row(row))[class]).max(0.0);
                gradient.iter_mut().zip(points[row]).for_each(|(g, x)| *g -= loss * sign * f64::from(x));
            }
            assert!(gradient.iter().all(|g| g.abs() < 1e-3), "class {class}: {gradient:?}");
        }
    }

    #[test]
    fn class_weights_favour_their_class() {
        let (points, targets) = three_clouds(300);
        let data = DatasetBase::new(sparse(&points), Array1::from(targets));
        let count = |weights: Vec<f64>| {
            let model = LinearSvm::new(3).class_weights(weights).fit(&data).unwrap();
            model.predict(&sparse(&points)).iter().filter(|class| **class == 0).count()
        };
        assert!(count(vec![20.0, 1.0, 1.0]) > count(vec![1.0, 1.0, 1.0]));
    }

    #[test]
    fn refuses_parameters_and_rows_that_make_no_sense() {
        let data = DatasetBase::new(sparse(&[[0.0; 3]; 2]), Array1::from(vec![0, 1]));
        let rows = [
            (LinearSvm::new(2).cost(0.0), "cost must be"),
            (LinearSvm::new(2).cost(f64::NAN), "cost must be"),
            (LinearSvm::new(2).tolerance(1.0), "tolerance must"),
            (LinearSvm::new(2).max_epochs(0), "at least one epoch"),
            (LinearSvm::new(1), "at least two classes"),
            (LinearSvm::new(2).class_weights(vec![1.0]), "1 class weights for 2"),
            (LinearSvm::new(2).class_weights(vec![1.0, -1.0]), "class weights"),
        ];
        for (params, expected) in rows {
            let error = params.fit(&data).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let short = DatasetBase::new(sparse(&[[0.0; 3]; 2]), Array1::from(vec![0]));
        assert!(LinearSvm::new(2).fit(&short).unwrap_err().to_string().contains("2 rows but 1 targets"));
        let unknown = DatasetBase::new(sparse(&[[0.0; 3]; 2]), Array1::from(vec![0, 2]));
        assert!(LinearSvm::new(2).fit(&unknown).unwrap_err().to_string().contains("class 2"));
    }

    #[test]
    fn the_first_of_equals_is_largest() {
        assert_eq!(largest(&[1.0, 3.0, 3.0, f64::NEG_INFINITY]), 1);
    }
}
