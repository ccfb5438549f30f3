//! The whole question flow: normalise → hand-off words → retrieve → rank → decide → answer or route.
//!
//! No I/O and no clock: the moment is a parameter, everything else stands in the snapshot.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::snapshot::Snapshot;

/// A question with what the channel knows about the customer.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
    /// How many candidates to report, 1..=20.
    pub top: usize,
    pub explain: bool,
}

/// What the service does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// 直接回答
    Answer,
    /// 您是不是想问
    Suggest,
    /// 转人工
    Handoff,
}

/// An entry worth offering, by its standard question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Related {
    pub faq_id: String,
    pub question: String,
}

/// The answer given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectAnswer {
    pub faq_id: String,
    pub question: String,
    pub matched_question: String,
    pub text: String,
    pub confidence: f64,
    pub category: String,
    pub related: Vec<Related>,
}

/// An entry offered as "您是不是想问".
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    pub faq_id: String,
    pub question: String,
    pub confidence: f64,
}

/// Why a question leaves for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked for a human.
    HumanRequested,
    /// The words are those of a complaint.
    Complaint,
    /// No entry is likely enough.
    LowConfidence,
    /// Nothing in the corpus resembles the question, or nothing was left of it.
    NoCandidate,
}

/// Where the question goes instead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Handoff {
    pub skill_group: String,
    pub confidence: f64,
    pub reason: HandoffReason,
    pub promise: String,
}

/// A retrieved entry with the probability that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidate {
    pub faq_id: String,
    pub question: String,
    pub matched_question: String,
    pub confidence: f64,
    /// Present when asked for: named signals and what they add to the logit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub explanation: Option<serde_json::Value>,
}

/// The answer of the answer endpoint, without the message id that HTTP adds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answered {
    pub decision: Decision,
    pub answer: Option<DirectAnswer>,
    pub suggestions: Vec<Suggestion>,
    pub handoff: Option<Handoff>,
    pub candidates: Vec<Candidate>,
    pub corpus_version: String,
    pub model_version: String,
}

/// Decides one question against one snapshot at one moment.
#[must_use]
pub fn answer(_snapshot: &Snapshot, _question: &Question<'_>, _now: Timestamp) -> Answered {
    unimplemented!()
}

/// Completes what is being typed, in the corpus's own questions; also from pinyin. At most `top` entries.
#[must_use]
pub fn suggest(_snapshot: &Snapshot, _typed: &str, _top: usize, _now: Timestamp) -> Vec<Related> {
    unimplemented!()
}
