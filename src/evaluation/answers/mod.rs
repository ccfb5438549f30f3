//! Evaluation of the answer side: questions → outcomes → measures with intervals → comparison → files and a report.
//!
//! [`crate::quality`] defines the measures; this folder asks the questions and says how sure the measures are.

pub mod comparison;
pub mod intervals;
pub mod measures;
pub mod outcome;
pub mod questions;
pub mod ranks;
pub mod report;
pub mod result;

pub use comparison::{Comparison, ComparisonError, compare};
pub use outcome::{Outcome, judge_all};
pub use questions::{EvaluationQuestion, QuestionsError, read_questions};
pub use result::{EvaluationResult, SavedResult};
