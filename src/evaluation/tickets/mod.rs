//! Evaluation of the ticket side: tickets → outcomes → measures with intervals → comparison → files and a report.
//!
//! [`crate::tickets`] judges and defines the measures; this folder decides which model
//! judges which rows, says how sure the measures are, and what evidence is missing.

pub mod comparison;
pub mod confusion;
pub mod intervals;
pub mod judging;
pub mod measures;
pub mod outcome;
pub mod report;
pub mod result;

pub use comparison::{TicketComparison, compare};
pub use judging::{EvaluatedTickets, by_folds, by_model, by_paired_models, by_split};
pub use outcome::write_predictions;
pub use result::TicketEvaluation;
