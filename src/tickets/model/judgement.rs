//! A prediction under a policy: the best group, whether to route, whether the ticket is an outlier, the shortlist.

use crate::numbers::argmax;
use crate::tickets::promise::{Prediction, RoutingPolicy};

/// What a model makes of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The most probable group.
    pub best: usize,
    /// Group by group; they sum to one.
    pub probabilities: Vec<f64>,
    /// Whether the promised precision holds for tickets this sure.
    pub routed: bool,
    /// Whether the ticket is unlike the training rows.
    pub outlier: bool,
    /// Most probable first; never empty.
    pub shortlist: Vec<usize>,
}

/// What a policy makes of a prediction.
pub(crate) fn judge(ticket: Prediction, policy: &RoutingPolicy) -> Judgement {
    let best = argmax(&ticket.probabilities);
    let outlier = policy.is_outlier(&ticket);
    let sure = policy.route_at.is_some_and(|least| ticket.probabilities[best] >= least);
    let shortlist = policy.shortlist(&ticket.probabilities);
    Judgement { best, probabilities: ticket.probabilities, routed: sure && !outlier, outlier, shortlist }
}
