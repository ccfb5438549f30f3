//! Evaluation of the answer side: questions → outcomes → measures with intervals → comparison → files and a report.
//!
//! [`quality`] defines the measures; the others ask the questions and say how sure the measures are.

pub mod comparison;
pub mod intervals;
pub mod measures;
pub mod outcome;
pub mod quality;
pub mod questions;
pub mod ranks;
pub mod report;
pub mod result;

pub use comparison::{AnswerComparison, compare};
pub use outcome::{AnswerOutcome, judge_all};
pub use quality::{AnswerQuality, JudgedQuestion};
pub use questions::{EvaluationQuestion, read_questions};
pub use result::{AnswerEvaluation, SavedAnswers};
