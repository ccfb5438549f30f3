//! Labelled rows → linear models: support vector machines by dual coordinate descent, base learners on folds, their
//! stack. Knows rows and groups as numbers only.

mod base_learners;
mod dual_coordinate_descent;
mod lbfgs;
mod linear_model;
mod nb_ratio;
mod simd;
mod stacking;
mod svm;
mod svm_params;

pub(crate) use base_learners::BaseLearner;
pub(crate) use base_learners::{CrossValidation, FoldMargins, base_learners};
pub(crate) use lbfgs::minimize;
pub(crate) use linear_model::LinearModel;
pub(crate) use stacking::{LearnerMargins, Stack};
pub(crate) use svm_params::SvmError;
