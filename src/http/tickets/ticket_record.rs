//! What is recorded of a routed ticket.

use std::time::Instant;

use jiff::Timestamp;

use super::classify_request::ClassifyRequest;
use super::classify_response::ClassifyResponse;
use crate::clock;
use crate::http::middleware::auth::Caller;
use crate::http::request::Id;
use crate::record::{DecisionRecord, Outcome, RecordedCandidate, RecordedDecision, mask};
use crate::snapshot::Snapshot;
use crate::tickets::RouteDecision;

/// Whose ticket was routed when.
#[derive(Debug, Clone)]
pub(super) struct Occasion {
    pub(super) kb: String,
    /// Name of the API key.
    pub(super) key: String,
    pub(super) at: Timestamp,
    pub(super) started: Instant,
    pub(super) corpus_version: String,
}

impl Occasion {
    /// Now, with the version that is live.
    pub(super) fn now(kb: &str, caller: Option<&Caller>, snapshot: &Snapshot) -> Self {
        Self {
            kb: kb.to_owned(),
            key: caller.map(|caller| caller.name.to_string()).unwrap_or_default(),
            at: clock::now(),
            started: Instant::now(),
            corpus_version: snapshot.corpus.version.clone(),
        }
    }

    /// The record of one decision; title and text are masked.
    pub(super) fn record(&self, request: &ClassifyRequest, response: &ClassifyResponse) -> DecisionRecord {
        let routed = &response.routed;
        let text = match request.title.is_empty() {
            true => mask(&request.text),
            false => mask(&format!("{}\n{}", request.title, request.text)),
        };
        DecisionRecord {
            message_id: response.message_id.clone(),
            at: self.at,
            kb: self.kb.clone(),
            channel: request.channel.clone(),
            input_type: None,
            customer_id: request.customer_id.as_ref().map(Id::text),
            conversation_id: None,
            customer_tier: request.customer_tier.clone(),
            ticket_id: request.ticket_id.as_ref().map(Id::text),
            text,
            outcome: Outcome {
                decision: match routed.decision {
                    RouteDecision::Route => RecordedDecision::Route,
                    RouteDecision::Review => RecordedDecision::Review,
                },
                faq_id: None,
                category: None,
                skill_group: Some(routed.skill_group.clone()),
                confidence: Some(routed.confidence),
                reason: routed.rule.clone(),
                candidates: routed
                    .ranking
                    .iter()
                    .map(|group| RecordedCandidate { id: group.skill_group.clone(), confidence: group.confidence })
                    .collect(),
            },
            corpus_version: self.corpus_version.clone(),
            model_version: routed.model_version.clone(),
            duration_us: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            key: self.key.clone(),
        }
    }
}
