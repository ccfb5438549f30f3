//! What one customer said and got, as far as the next message may refer to it. Texts are normalised and masked.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::answer::HandoffReason;

/// Rest after which the next message begins a new conversation.
pub const REST: SignedDuration = SignedDuration::from_mins(30);
/// Turns that are kept; older ones no message refers to.
const KEPT_TURNS: usize = 24;

/// What a message was, beside what it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Something to be answered.
    Question,
    /// A word of courtesy, of agreement or of farewell.
    Courtesy,
    /// The beginning of a question: 我想问一下, 就是那个.
    Opening,
    /// An order or phone number and nothing else.
    Number,
    /// That the last answer did not help, and nothing else.
    Unhelpful,
    /// A choice among suggestions.
    Pick,
    /// That none of the suggestions is meant.
    NoneOfThem,
}

/// What a message got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Got {
    /// An entry's answer.
    Answer { faq_id: String },
    /// Entries to choose from, in the order shown.
    Suggestions { faq_ids: Vec<String> },
    /// A skill group.
    Handoff { skill_group: String, reason: HandoffReason },
    /// A friendly word.
    SmallTalk,
}

/// One message and what it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub message_id: String,
    pub at: Timestamp,
    pub channel: Option<String>,
    pub said: Said,
    /// Normalised and masked.
    pub text: String,
    /// The earlier text it was read with, where one was.
    pub read_with: Option<String>,
    pub got: Got,
}

/// The turns since the last rest, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Named by the client or given at the first message.
    pub id: String,
    pub turns: Vec<Turn>,
}

impl Turn {
    /// Whether nothing in the corpus helped.
    #[must_use]
    pub fn is_miss(&self) -> bool {
        let unanswered = matches!(
            &self.got,
            Got::Handoff {
                reason: HandoffReason::LowConfidence | HandoffReason::NoCandidate | HandoffReason::Misses,
                ..
            }
        );
        unanswered && matches!(self.said, Said::Question | Said::NoneOfThem)
    }
}

impl Conversation {
    /// A conversation in which nothing was said yet.
    #[must_use]
    pub fn begun(id: String) -> Self {
        Self { id, turns: Vec::new() }
    }

    /// The conversation as it stands at a moment: empty again after a rest.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let rested = self.turns.last().is_some_and(|last| now.duration_since(last.at) > REST);
        if rested { Self { id: self.id, turns: Vec::new() } } else { self }
    }

    /// Adds a turn and drops the oldest beyond [`KEPT_TURNS`].
    pub fn push(&mut self, turn: Turn) {
        self.turns.push(turn);
        let surplus = self.turns.len().saturating_sub(KEPT_TURNS);
        self.turns.drain(..surplus);
    }

    /// Suggestions that the customer may still choose from: those of the last turn, courtesies aside.
    #[must_use]
    pub fn offered(&self) -> &[String] {
        let last = self.turns.iter().rev().find(|turn| turn.said != Said::Courtesy);
        match last.map(|turn| &turn.got) {
            Some(Got::Suggestions { faq_ids }) => faq_ids,
            _ => &[],
        }
    }

    /// The last turn that a message may go on from; none that a human was asked for.
    #[must_use]
    pub fn last_question(&self) -> Option<&Turn> {
        let goes_on = |turn: &&Turn| match turn.said {
            Said::Question => true,
            Said::Pick => matches!(turn.got, Got::Answer { .. }),
            Said::Courtesy | Said::Opening | Said::Number | Said::Unhelpful | Said::NoneOfThem => false,
        };
        self.turns.iter().rev().find(goes_on).filter(|turn| {
            !matches!(turn.got, Got::Handoff { reason: HandoffReason::HumanRequested | HandoffReason::Complaint, .. })
        })
    }
}
