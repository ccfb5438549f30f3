//! A rule of `routing.toml` and the priority it may set. Matching a ticket with rules is the tickets' business.

use serde::{Deserialize, Serialize};

/// One rule: every condition given must hold; what it sets wins over the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRule {
    /// Reported in `rule`; unique.
    pub name: String,
    /// Any of these customer tiers, lower case; empty means any tier.
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Any of these channels, lower case; empty means any channel.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Any of these phrases, in normalised form, occurs in the normalised text; empty means any text.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Whether the text must be a complaint.
    #[serde(default)]
    pub complaint: bool,
    /// The group the model must have chosen; empty means any.
    #[serde(default)]
    pub predicted: Vec<String>,
    /// Group to assign; the model's choice stays where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Priority to assign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// How soon a ticket must be handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// The name in `routing.toml` and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}
