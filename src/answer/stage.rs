//! The answer that is the stage of the customer's own ticket: no entry stands behind it and nothing is guessed.

use jiff::Timestamp;

use super::reply::{AnswerKind, Answered, DirectAnswer};
use super::{Decision, Question, candidates};
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;

/// Answers with a text about the customer's ticket.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub(crate) fn answer_with_stage(
    snapshot: &Snapshot,
    question: &Question<'_>,
    text: String,
    now: Timestamp,
) -> Result<Answered, IndexError> {
    let ranked = snapshot.ranked(&question.asked(), now)?;
    Ok(Answered {
        decision: Decision::Answer,
        answer: Some(DirectAnswer {
            kind: AnswerKind::Ticket,
            faq_id: None,
            question: None,
            matched_question: None,
            text,
            confidence: 1.0,
            category: String::new(),
            related: Vec::new(),
            smalltalk: None,
        }),
        suggestions: Vec::new(),
        handoff: None,
        candidates: candidates(snapshot, question, &ranked.scored),
        corpus_version: snapshot.corpus.version.clone(),
        model_version: snapshot.model_version.clone(),
    })
}
