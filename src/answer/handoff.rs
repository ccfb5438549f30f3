//! Where a question goes that nobody answers: to the group that the router is sure of, else to the default group with a
//! promise that fits everything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routing::{Routing, RoutingRule};
use crate::smalltalk::TalkKind;
use crate::snapshot::Snapshot;
use crate::tickets::{COMPLAINT_AT, RouteDecision, Routed};

/// Why a question leaves for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked for a human.
    HumanRequested,
    /// The customer complains.
    Complaint,
    /// No entry is likely enough.
    LowConfidence,
    /// Nothing in the corpus resembles the question, or nothing was left of it.
    NoCandidate,
    /// The customer asked the same again.
    Repeated,
    /// Several questions of the conversation found no answer.
    Misses,
}

impl HandoffReason {
    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HumanRequested => "human_requested",
            Self::Complaint => "complaint",
            Self::LowConfidence => "low_confidence",
            Self::NoCandidate => "no_candidate",
            Self::Repeated => "repeated",
            Self::Misses => "misses",
        }
    }
}

/// What was said before a hand-off, so that nobody repeats themselves.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HandoffSummary {
    /// The lines in one text, in Chinese, for the agent's screen.
    pub text: String,
    /// Oldest first.
    pub lines: Vec<SummaryLine>,
}

/// One earlier message and what it got. Personal numbers are hidden.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SummaryLine {
    pub message_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub channel: Option<String>,
    pub said: String,
    /// Entries answered with or offered.
    pub faq_ids: Vec<String>,
    pub text: String,
}

/// Where the question goes instead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Handoff {
    /// Id of the skill group.
    pub skill_group: String,
    /// Whether the group was decided with the promised precision, by a rule or by the model. Where not, it is the
    /// `default_group` of `routing.toml` (the best guess where none is set) and the promise is the neutral one.
    pub routed: bool,
    /// Probability that the router's own best guess is right, 0..=1, whether or not it was followed; 1 for a rule.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub confidence: f64,
    pub reason: HandoffReason,
    /// What the customer is told happens next.
    pub promise: String,
    /// What was said before; present where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<HandoffSummary>,
}

/// The hand-off of a question that was routed as a ticket without a title. `channel` as corpora name it.
pub(super) fn hand_off(snapshot: &Snapshot, routed: &Routed, reason: HandoffReason, channel: Option<&str>) -> Handoff {
    let routing = &snapshot.corpus.routing;
    // Who asks for a human gets to one place however the wish is worded; only a rule knows better.
    let unasked = reason == HandoffReason::HumanRequested && routed.rule.is_none();
    let trusted =
        routed.decision == RouteDecision::Route && !unasked && !calls_a_calm_text_a_complaint(routing, routed);
    let skill_group = match routing.default_group.as_ref().filter(|_| !trusted) {
        Some(group) => group.clone(),
        None => routed.skill_group.clone(),
    };
    let neutral = || match reason {
        HandoffReason::HumanRequested => snapshot.corpus.smalltalk.reply(TalkKind::WantHuman, channel).to_owned(),
        HandoffReason::Complaint
        | HandoffReason::LowConfidence
        | HandoffReason::NoCandidate
        | HandoffReason::Repeated
        | HandoffReason::Misses => routing.neutral_promise().to_owned(),
    };
    Handoff {
        routed: trusted,
        confidence: routed.confidence,
        reason,
        promise: if trusted { routed.promise.clone() } else { neutral() },
        skill_group,
        summary: None,
    }
}

/// Whether the group is the one that complaints go to, while the text is none.
fn calls_a_calm_text_a_complaint(routing: &Routing, routed: &Routed) -> bool {
    let for_complaints = |rule: &RoutingRule| rule.complaint && rule.group.as_ref() == Some(&routed.skill_group);
    routed.rule.is_none() && routed.complaint < COMPLAINT_AT && routing.rules.iter().any(for_complaints)
}
