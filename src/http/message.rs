//! What HTTP adds to a decision: the id of the message, the moment, and the label for logs and metrics.

use axum::Extension;
use jiff::Timestamp;
use uuid::Uuid;

use crate::answer::{Answered, Decision};
use crate::tickets::{RouteDecision, Routed};

use super::observe::DecisionLabel;

/// A new message id: a time-ordered UUID (version 7), by which feedback refers to the decision.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().hyphenated().to_string()
}

#[expect(clippy::disallowed_methods, reason = "the boundary is where the clock is read, once per request")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

pub(crate) fn label_answer(answered: &Answered) -> Extension<DecisionLabel> {
    Extension(DecisionLabel(match answered.decision {
        Decision::Answer => "answer",
        Decision::Suggest => "suggest",
        Decision::Handoff => "handoff",
    }))
}

pub(crate) fn label_route(routed: &Routed) -> Extension<DecisionLabel> {
    Extension(DecisionLabel(route_name(routed.decision)))
}

pub(crate) fn route_name(decision: RouteDecision) -> &'static str {
    match decision {
        RouteDecision::Route => "route",
        RouteDecision::Review => "review",
    }
}
