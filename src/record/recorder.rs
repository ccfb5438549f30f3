//! Where decision records go, and the recorder that keeps none.

use std::fmt::Debug;
use std::sync::Arc;

use super::decision_record::DecisionRecord;

/// Takes decision records. Called on the way to the response: must return at once and never fail the request.
pub trait Recorder: Debug + Send + Sync {
    /// Takes one record.
    fn record(&self, record: Arc<DecisionRecord>);
}

/// Keeps nothing; what was decided stands in the log line of its request.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullRecorder;

impl Recorder for NullRecorder {
    fn record(&self, _: Arc<DecisionRecord>) {}
}
