//! What a support vector machine may be told, and what of it makes no sense.

/// A linear support vector machine before it learns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinearSvm {
    /// Classes are numbered from 0; at least 2.
    pub(crate) classes: usize,
    /// C, the inverse of the regularisation strength, above 0: the larger, the closer the fit.
    pub(crate) c: f64,
    /// How much of a term's weight comes from its naive Bayes ratio for the class, in 0..=1.
    pub(crate) nb_share: f64,
    /// Spread of the projected gradient at which learning stops, in 0..1.
    pub(crate) tolerance: f64,
    /// Passes over the rows at most, at least 1.
    pub(crate) max_epochs: usize,
    /// Seed of the permutations.
    pub(crate) seed: u64,
}

/// What is wrong with the parameters or the rows.
#[derive(Debug, thiserror::Error)]
pub enum SvmError {
    #[error("C must be finite and above 0, got {0}")]
    C(f64),
    #[error("tolerance must lie in 0..1, got {0}")]
    Tolerance(f64),
    #[error("the share of naive Bayes weighting must lie in 0..=1, got {0}")]
    NbShare(f64),
    #[error("at least one epoch is needed")]
    Epochs,
    #[error("at least two classes are needed, got {0}")]
    Classes(usize),
    #[error("{rows} rows but {targets} targets")]
    Shape { rows: usize, targets: usize },
    #[error("class {found} of a row is not below the {classes} classes declared")]
    UnknownClass { found: usize, classes: usize },
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl LinearSvm {
    /// For this many classes: C 1, terms weighted alike, tolerance 0.1, at most 12 epochs, seed 0.
    pub(crate) fn new(classes: usize) -> Self {
        Self { classes, c: 1.0, nb_share: 0.0, tolerance: 0.1, max_epochs: 12, seed: 0 }
    }

    pub(super) fn check(&self) -> Result<(), SvmError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.c) {
            return Err(SvmError::C(self.c));
        }
        if !(positive(self.tolerance) && self.tolerance < 1.0) {
            return Err(SvmError::Tolerance(self.tolerance));
        }
        if !(0.0..=1.0).contains(&self.nb_share) {
            return Err(SvmError::NbShare(self.nb_share));
        }
        if self.max_epochs == 0 {
            return Err(SvmError::Epochs);
        }
        if self.classes < 2 {
            return Err(SvmError::Classes(self.classes));
        }
        Ok(())
    }
}
