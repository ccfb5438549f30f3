//! A skill group: the team that gets a ticket, and what its customers are told.

use serde::{Deserialize, Serialize};

/// A team that handles tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillGroup {
    /// The label in the ticket sets and in the API.
    pub id: String,
    /// Labels the group had before: tickets and models that bear them mean this group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Chinese display name.
    pub name: String,
    /// The stations a ticket passes, first to last, for example 客服 → 仓库 → 财务 → 客服.
    #[serde(default)]
    pub flow: Vec<String>,
    /// What the customer is told happens next.
    #[serde(default)]
    pub promise: String,
    /// Share of the tickets routed to the group without review that must belong to it, in thousandths, 500..=999; the
    /// model's usual promise where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u16>,
}
