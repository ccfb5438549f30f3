//! What the answer endpoint says, field by field; the API document is made from this. Decides nothing.

use serde::Serialize;
use utoipa::ToSchema;

use super::handoff::Handoff;
use crate::decision::Decision;
use crate::explanation::Explanation;
use crate::smalltalk::TalkKind;

/// An entry worth offering, by its standard question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Related {
    pub faq_id: String,
    pub question: String,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// From an entry of the knowledge base.
    Entry,
    /// A reply to a greeting, thanks, praise or the like; no entry stands behind it.
    Smalltalk,
    /// How far the customer's own ticket has come; no entry stands behind it.
    Ticket,
}

/// The answer given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectAnswer {
    pub kind: AnswerKind,
    /// The entry; null for small talk and tickets.
    pub faq_id: Option<String>,
    /// The entry's standard question; null for small talk and tickets.
    pub question: Option<String>,
    /// The question of the entry that is nearest to what was asked, the standard one for an entry that was chosen by its
    /// id; null for small talk and tickets.
    pub matched_question: Option<String>,
    /// What is said to the customer, for the channel where it has a text of its own.
    pub text: String,
    /// Probability that the answer is right, 0..=1; 1 for small talk in known wordings, for tickets and for
    /// an entry that was chosen.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub confidence: f64,
    /// The entry's category; empty where it has none, for small talk and tickets.
    pub category: String,
    /// Entries worth reading next.
    pub related: Vec<Related>,
    /// What kind of small talk was heard; null for other answers.
    pub smalltalk: Option<TalkKind>,
}

/// An entry offered as "您是不是想问".
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    pub faq_id: String,
    pub question: String,
    /// Probability that it is the right one, 0..=1.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub confidence: f64,
}

/// A retrieved entry with the probability that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidate {
    pub faq_id: String,
    pub question: String,
    pub matched_question: String,
    /// Probability that it is the right one, 0..=1.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub confidence: f64,
    /// Present when asked for; boxed, for it is large and hardly ever there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Box<Explanation>>,
}

/// The answer of the answer endpoint, without the ids that HTTP adds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answered {
    pub decision: Decision,
    /// Null unless the decision is `answer`.
    pub answer: Option<DirectAnswer>,
    /// One to five entries worth showing where the decision is `suggest`, else none.
    pub suggestions: Vec<Suggestion>,
    /// Null unless the decision is `handoff`.
    pub handoff: Option<Handoff>,
    /// The best entries whatever the decision; as many as `top` asks for.
    pub candidates: Vec<Candidate>,
    pub corpus_version: String,
    pub model_version: String,
}

impl Answered {
    /// Whether the answer is small talk: it then counts neither as answered nor as unanswered.
    #[must_use]
    pub fn is_smalltalk(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.kind == AnswerKind::Smalltalk)
    }
}
