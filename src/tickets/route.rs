//! A ticket goes in, a group with calibrated confidence comes out; rules of `routing.toml` win over the model.

use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::{Priority, Routing};

/// What a customer left, with what the channel knows about them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ticket<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
}

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
}

/// A term's contribution to the margin of the chosen group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TermWeight {
    pub term: String,
    pub weight: f64,
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
    /// The best `top` groups.
    pub ranking: Vec<RankedGroup>,
    pub priority: Priority,
    /// Name of the rule of `routing.toml` that decided, if one did.
    pub rule: Option<String>,
    pub flow: Vec<String>,
    pub promise: String,
    /// Present when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanation: Vec<TermWeight>,
    pub model_version: String,
}

/// A loaded model bundle. Immutable and shared by all requests.
#[derive(Debug)]
pub struct Router {
    version: String,
    labels: Vec<String>,
}

impl Router {
    /// The group for a ticket.
    #[must_use]
    pub fn route(&self, _routing: &Routing, _ticket: &Ticket<'_>, _top: usize, _explain: bool) -> Routed {
        unimplemented!()
    }

    /// Content address of the model.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Group ids the model can choose, sorted.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}
