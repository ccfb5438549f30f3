//! One decision on one message or ticket, with everything that later questions about it need.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mask::Masked;

/// How a question came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// Typed by the customer.
    Typed,
    /// Spoken and written down by a machine.
    Voice,
    /// Chosen from the hot questions.
    Hot,
    /// Chosen from suggestions.
    Suggested,
    /// Chosen while typing.
    Typeahead,
}

/// What was decided, questions and tickets together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordedDecision {
    Answer,
    Suggest,
    Handoff,
    Route,
    Review,
}

impl RecordedDecision {
    /// Every decision, in the order of their columns.
    pub const ALL: [Self; 5] = [Self::Answer, Self::Suggest, Self::Handoff, Self::Route, Self::Review];

    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Suggest => "suggest",
            Self::Handoff => "handoff",
            Self::Route => "route",
            Self::Review => "review",
        }
    }
}

impl InputType {
    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Voice => "voice",
            Self::Hot => "hot",
            Self::Suggested => "suggested",
            Self::Typeahead => "typeahead",
        }
    }
}

/// An entry or group that was considered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCandidate {
    /// Entry id of a question, group id of a ticket.
    pub id: String,
    /// 0..=1.
    pub confidence: f64,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub decision: RecordedDecision,
    /// The entry answered with.
    pub faq_id: Option<String>,
    /// Category of that entry.
    pub category: Option<String>,
    /// The group handed off or routed to.
    pub skill_group: Option<String>,
    /// Of the entry or group that was decided on; of the best candidate for suggestions.
    pub confidence: Option<f64>,
    /// Why a question was handed off, or the rule that routed a ticket; `ticket` where the answer was the stage of the
    /// customer's own ticket.
    pub reason: Option<String>,
    /// Best first.
    pub candidates: Vec<RecordedCandidate>,
}

/// One row of what was asked, decided and why. Holds no personal words: the text is masked before it comes here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Names this decision for feedback; unique.
    pub message_id: String,
    pub at: Timestamp,
    pub kb: String,
    pub channel: Option<String>,
    pub input_type: Option<InputType>,
    pub customer_id: Option<String>,
    pub conversation_id: Option<String>,
    pub customer_tier: Option<String>,
    pub ticket_id: Option<String>,
    pub text: Masked,
    pub outcome: Outcome,
    pub corpus_version: String,
    pub model_version: String,
    /// From the arrival of the request to the decision, in microseconds.
    pub duration_us: u64,
    /// Name of the API key; empty where none are configured.
    pub key: String,
}
