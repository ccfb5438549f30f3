//! A trained model beside labelled tickets, row by row, and whether a candidate may take the place of another.

mod promote;
mod rows;

pub use promote::{LEAST_PROMOTION_ROWS, PairedModels, PromotionVerdict, pair};
pub use rows::{evaluate, judge_rows, judge_unlabelled, labels_of, unseen};
