//! What is remembered of every decision: one masked value, made once, handed to a [`Recorder`]; and of every change.
//!
//! Stores nothing and reads no clock; where records go is the business of whoever implements the trait.

mod audit;
mod decision_record;
pub mod mask;
mod recorder;

pub use audit::{AuditAction, AuditEvent};
pub use decision_record::{DecisionRecord, InputType, Outcome, RecordedCandidate, RecordedDecision};
pub use mask::mask;
pub use recorder::{NullRecorder, Recorder};
