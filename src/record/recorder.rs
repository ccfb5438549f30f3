//! Where decision records go, and the recorder that only logs.

use std::fmt::Debug;
use std::sync::Arc;

use super::decision_record::DecisionRecord;
use super::mask::mask;

/// Takes decision records. Called on the way to the response: must return at once and never fail the request.
pub trait Recorder: Debug + Send + Sync {
    /// Takes one record.
    fn record(&self, record: Arc<DecisionRecord>);
}

/// Logs what was decided and keeps nothing. The customer's words are not among the fields; ids and channel are the
/// client's to choose and are masked like words.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogRecorder;

impl Recorder for LogRecorder {
    fn record(&self, record: Arc<DecisionRecord>) {
        let chosen = |text: &Option<String>| text.as_deref().map(|text| mask(text).text).unwrap_or_default();
        let outcome = &record.outcome;
        tracing::info!(
            kb = record.kb,
            message_id = record.message_id,
            conversation_id = chosen(&record.conversation_id),
            channel = chosen(&record.channel),
            decision = outcome.decision.name(),
            reason = outcome.reason.as_deref().unwrap_or_default(),
            faq_id = outcome.faq_id.as_deref().unwrap_or_default(),
            skill_group = outcome.skill_group.as_deref().unwrap_or_default(),
            confidence = outcome.confidence.unwrap_or_default(),
            duration_us = record.duration_us,
            key = record.key,
            "decided"
        );
    }
}
