//! Where a question goes that nobody answers: to the group that the router is sure of, else to the default group with a
//! promise that fits everything.

use serde::Serialize;
use utoipa::ToSchema;

use crate::smalltalk::TalkKind;
use crate::snapshot::Snapshot;
use crate::tickets::{RouteDecision, Routed};

/// Why a question leaves for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
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
}

/// The hand-off of a question that was routed as a ticket without a title. `channel` as corpora name it.
pub(super) fn hand_off(snapshot: &Snapshot, routed: &Routed, reason: HandoffReason, channel: Option<&str>) -> Handoff {
    let routing = &snapshot.corpus.routing;
    // Who asks for a human gets to one place however the wish is worded; only a rule knows better.
    let trusted =
        routed.decision == RouteDecision::Route && (reason != HandoffReason::HumanRequested || routed.rule.is_some());
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
    }
}
