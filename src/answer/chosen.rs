//! The answer of an entry that the customer pointed at: nothing is guessed.

use jiff::Timestamp;

use super::reply::{AnswerKind, Answered, Candidate, DirectAnswer};
use super::{Decision, Question, related};
use crate::snapshot::Snapshot;

/// Answers with an entry; `None` where it is not live.
pub(crate) fn answer_chosen(
    snapshot: &Snapshot,
    question: &Question<'_>,
    faq_id: &str,
    now: Timestamp,
) -> Option<Answered> {
    let entry = snapshot.corpus.entry(faq_id).filter(|entry| entry.is_live(now))?;
    let related_entries = entry.related.iter().filter_map(|id| snapshot.corpus.entry(id));
    let candidate = Candidate {
        faq_id: entry.id.clone(),
        question: entry.question.clone(),
        matched_question: entry.question.clone(),
        confidence: 1.0,
        explanation: None,
    };
    Some(Answered {
        decision: Decision::Answer,
        answer: Some(DirectAnswer {
            kind: AnswerKind::Entry,
            faq_id: Some(entry.id.clone()),
            question: Some(entry.question.clone()),
            matched_question: Some(entry.question.clone()),
            text: entry.answer_for(question.channel).to_owned(),
            confidence: 1.0,
            category: entry.category.clone(),
            related: related_entries.filter(|entry| entry.is_live(now)).map(related).collect(),
            smalltalk: None,
        }),
        suggestions: Vec::new(),
        handoff: None,
        candidates: vec![candidate],
        corpus_version: snapshot.corpus.version.clone(),
        model_version: snapshot.model_version.clone(),
    })
}
