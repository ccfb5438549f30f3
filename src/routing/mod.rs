//! Who gets what a customer left: skill groups, the ordered rules that win over the model, hand-off phrases.
//!
//! Checked values only. The reader of `routing.toml` is `corpus/read/routing_file.rs`; routing a ticket is `tickets/`.

mod groups;
mod handoff_phrases;
mod rules;

use serde::{Deserialize, Serialize};

pub use self::groups::SkillGroup;
use self::handoff_phrases::BARE_REQUESTS;
pub use self::handoff_phrases::{COMPLAINT_PHRASES, HUMAN_PHRASES};
pub use self::rules::{Priority, RoutingRule};
use crate::text;

/// What the customer is told where the routing names no promise. True whoever takes the matter up.
pub const DEFAULT_PROMISE: &str = "您的问题已转交专人处理，我们会尽快与您联系。";

/// The routing side of a corpus. The default (no groups, no rules) is complete: groups come from the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    pub groups: Vec<SkillGroup>,
    /// Tried in order; the first that matches wins.
    pub rules: Vec<RoutingRule>,
    /// Group id for customers of whom nothing says where they belong; the model decides where `None`.
    pub default_group: Option<String>,
    /// What such customers are told; [`DEFAULT_PROMISE`] where empty.
    #[serde(default)]
    pub default_promise: String,
    /// Phrases that make a text a complaint; the built-in list where the file gives none.
    pub complaint_phrases: Vec<String>,
    /// Phrases that ask for a human; the built-in list where the file gives none.
    pub human_phrases: Vec<String>,
}

impl Routing {
    /// The group with this id, or whose former name this is, if the file names it.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&SkillGroup> {
        let by_alias = || self.groups.iter().find(|group| group.aliases.iter().any(|alias| alias == id));
        self.groups.iter().find(|group| group.id == id).or_else(by_alias)
    }

    /// The id under which a label is known today: a group's former name gives its id, any other label itself.
    #[must_use]
    pub fn canonical<'a>(&'a self, label: &'a str) -> &'a str {
        self.group(label).map_or(label, |group| group.id.as_str())
    }

    /// What customers are told of whom nothing says where they belong, and those of groups without a promise.
    #[must_use]
    pub fn neutral_promise(&self) -> &str {
        if self.default_promise.is_empty() { DEFAULT_PROMISE } else { &self.default_promise }
    }

    /// Whether normalised text is a complaint by its words.
    #[must_use]
    pub fn is_complaint(&self, normalized: &str) -> bool {
        contains_any(normalized, &self.complaint_phrases, &COMPLAINT_PHRASES)
    }

    /// Whether normalised text asks for a human.
    #[must_use]
    pub fn asks_for_human(&self, normalized: &str) -> bool {
        let key = text::match_key(normalized);
        BARE_REQUESTS.contains(&key.as_str()) || contains_any(normalized, &self.human_phrases, &HUMAN_PHRASES)
    }
}

fn contains_any(text: &str, own: &[String], built_in: &[&str]) -> bool {
    if own.is_empty() {
        built_in.iter().any(|phrase| text.contains(phrase))
    } else {
        own.iter().any(|phrase| text.contains(phrase.as_str()))
    }
}
