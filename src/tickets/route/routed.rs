//! What came of routing a ticket, whoever routed it.

use serde::Serialize;
use utoipa::ToSchema;

use super::explain::TermWeight;
use super::sentence_votes::Sentence;
use crate::mail::LeftOut;
use crate::routing::Priority;

/// Whether to trust the best guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RouteDecision {
    Route,
    Review,
}

/// One group with the probability that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RankedGroup {
    pub skill_group: String,
    pub confidence: f64,
    /// Sentences that speak for the group, in tickets of several; of many sentences in a ticket that is routed only the
    /// four clearest are judged, unless an explanation is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<Sentence>,
}

/// The answer of the classify endpoint, without the message id that HTTP adds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Routed {
    pub decision: RouteDecision,
    /// Always the best guess.
    pub skill_group: String,
    pub confidence: f64,
    /// Smallest set of groups that holds the right one with the promised probability.
    pub shortlist: Vec<RankedGroup>,
    /// The best `top` groups; after the best, those that a sentence speaks for come first.
    pub ranking: Vec<RankedGroup>,
    /// A rule's; else the learned one, at least high for a complaint.
    pub priority: Priority,
    /// Probability that the ticket is a complaint, 0..=1; at least the threshold where a complaint phrase of
    /// `routing.toml` is believed.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub complaint: f64,
    /// Name of the rule of `routing.toml` that decided, if one did.
    pub rule: Option<String>,
    pub flow: Vec<String>,
    pub promise: String,
    /// Parts of the text that do not count: quoted and forwarded mail, signatures, notices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Present when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanation: Vec<TermWeight>,
    pub model_version: String,
}
