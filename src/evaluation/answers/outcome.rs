//! Asks a snapshot the evaluation questions and keeps what it did with each.

use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::quality::JudgedQuestion;
use super::questions::EvaluationQuestion;
use crate::answer::{Question, answer};
use crate::decision::Decision;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;

/// Candidates looked at; the measures reach no further.
const DEPTH: usize = 20;

/// What happened to one question; one row of the ranks file and of a saved result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerOutcome {
    pub question: String,
    /// The entry that answers it; none for out-of-scope questions.
    pub faq_id: Option<String>,
    /// 1-based rank of the first right entry among 20 candidates.
    pub rank: Option<usize>,
    pub best_faq_id: Option<String>,
    pub decision: Decision,
    /// Of the best candidate, 0 without one.
    pub confidence: f64,
    /// Whether a right entry was among the suggestions.
    pub suggested: bool,
}

impl AnswerOutcome {
    /// The outcome as the measures see it.
    #[must_use]
    pub fn judged(&self) -> JudgedQuestion {
        JudgedQuestion {
            rank: self.rank,
            confidence: self.confidence,
            decision: self.decision,
            in_scope: self.faq_id.is_some(),
            suggested: self.suggested,
        }
    }

    /// Whether a wrong answer was given: another entry's, or any to an out-of-scope question.
    #[must_use]
    pub fn is_wrong_answer(&self) -> bool {
        self.decision == Decision::Answer && self.rank != Some(1)
    }

    /// Whether an in-scope question got neither an answer nor a suggestion of the right entry.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.faq_id.is_some() && self.decision != Decision::Answer && !self.suggested
    }
}

/// A decision's name in the API and in files.
#[must_use]
pub fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Answer => "answer",
        Decision::Suggest => "suggest",
        Decision::Handoff => "handoff",
    }
}

/// A decision's name for people.
#[must_use]
pub fn decision_label(decision: Decision) -> &'static str {
    match decision {
        Decision::Answer => "直接回答",
        Decision::Suggest => "您是不是想问",
        Decision::Handoff => "转人工",
    }
}

/// Asks every question on all cores, in order of the questions; `done` hears of each.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub fn judge_all(
    snapshot: &Snapshot,
    questions: &[EvaluationQuestion],
    now: Timestamp,
    done: &(impl Fn() + Sync),
) -> Result<Vec<AnswerOutcome>, IndexError> {
    let ask = |question| {
        let outcome = judge(snapshot, question, now);
        done();
        outcome
    };
    questions.par_iter().map(ask).collect()
}

/// Entries with the very same answer are equally right.
fn judge(snapshot: &Snapshot, asked: &EvaluationQuestion, now: Timestamp) -> Result<AnswerOutcome, IndexError> {
    let question = Question { text: &asked.text, channel: None, customer_tier: None, top: DEPTH, explain: false };
    let answered = answer(snapshot, &question, now)?;
    let text_of = |id: &str| snapshot.corpus.entry(id).map(|entry| entry.answer.as_str());
    let wanted = asked.faq_id.as_deref().and_then(text_of);
    let is_right = |id: &str| wanted.is_some() && text_of(id) == wanted;
    Ok(AnswerOutcome {
        question: asked.text.clone(),
        faq_id: asked.faq_id.clone(),
        rank: answered.candidates.iter().position(|candidate| is_right(&candidate.faq_id)).map(|at| at + 1),
        best_faq_id: answered.candidates.first().map(|best| best.faq_id.clone()),
        decision: answered.decision,
        confidence: answered.candidates.first().map_or(0.0, |best| best.confidence),
        suggested: answered.suggestions.iter().any(|suggestion| is_right(&suggestion.faq_id)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_and_unanswered_are_told_apart() {
        // (faq_id, rank, decision, suggested) → (wrong, unanswered)
        let rows = [
            (Some("a"), Some(1), Decision::Answer, false, (false, false)), // answered rightly
            (Some("a"), Some(2), Decision::Answer, false, (true, false)),  // answered with another entry
            (None, None, Decision::Answer, false, (true, false)),          // nothing should have been answered
            (Some("a"), Some(2), Decision::Suggest, true, (false, false)), // offered
            (Some("a"), Some(9), Decision::Suggest, false, (false, true)), // offered everything else
            (Some("a"), Some(1), Decision::Handoff, false, (false, true)), // known and yet handed off
            (None, None, Decision::Handoff, false, (false, false)),        // rightly handed off
        ];
        for (faq_id, rank, decision, suggested, expected) in rows {
            let outcome = AnswerOutcome {
                question: "问".to_owned(),
                faq_id: faq_id.map(str::to_owned),
                rank,
                best_faq_id: None,
                decision,
                confidence: 0.5,
                suggested,
            };
            assert_eq!((outcome.is_wrong_answer(), outcome.is_unanswered()), expected, "{outcome:?}");
        }
    }
}
