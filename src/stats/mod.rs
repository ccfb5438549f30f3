//! What counts prove and how sure figures are: exact binomial bounds, fixed-sequence testing, calibration error,
//! bootstrap intervals, the McNemar test.
//!
//! Every room that says "proved", "at least" or "not by chance" asks here, so that the words mean one thing. Knows
//! rows as a confidence and whether it came out right; what a question or a ticket is, nobody here knows.

mod binomial;
mod bootstrap;
mod calibration_error;
mod counted_outcomes;
mod fixed_sequence;
mod mcnemar;

pub use binomial::{lower_bound, rows_needed, upper_bound};
pub use bootstrap::{Bootstrap, Interval};
pub(crate) use bootstrap::{Sample, resampled};
pub use calibration_error::{ReliabilityBin, calibration_error, reliability};
pub use counted_outcomes::{CountedOutcomes, Guess, Tally};
pub use fixed_sequence::{Certification, Sequence};
pub use mcnemar::mcnemar;

/// Chance that evidence proves what is not so: of every promise and every bound of this program.
pub const RISK: f64 = 0.05;
