//! A candidate entry as ranking leaves it.

use super::compare::signals::Signals;
use super::confidence::gate::GATE_INPUTS;
use super::judging::Judged;

/// A candidate entry after ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Position of the entry in the corpus.
    pub entry: u32,
    /// Position of its best question in the catalogue.
    pub question: u32,
    pub signals: Signals,
    /// Points by which candidates are ordered.
    pub rank_logit: f32,
    /// The part of the best question's points that comes from its words.
    pub lexical: f32,
    /// What the difference from the question leaves; judged of the first candidates only.
    pub difference: Option<Judged>,
    /// Inputs of the gate, in the order of its names.
    pub gate_inputs: [f32; GATE_INPUTS],
    /// What the confidence is kept to, where the question was read as it sounds rather than as it is written, or where
    /// the entry stands behind another in a conversation.
    pub ceiling: Option<f32>,
    /// What the confidence is raised to, where a message and the question before it mean the entry only together.
    pub floor: Option<f32>,
    /// Probability in 0..=1 that the entry is right.
    pub confidence: f32,
}

impl Scored {
    /// A logit of the gate within what the difference from the question leaves.
    #[must_use]
    pub fn bounded(&self, logit: f32) -> f32 {
        self.difference.map_or(logit, |judged| (logit + judged.lift).min(judged.bound))
    }
}
