//! Which of small talk, wishes for a human, complaints and the corpus has the word. No I/O, no clock.

use super::handoff::HandoffReason;
use crate::decision::Decision;
use crate::encoder::EncodedText;
use crate::ranking::Scored;
use crate::smalltalk::{Heard, HeardBy, TalkKind, complaint, hear, idle_words};
use crate::snapshot::Snapshot;
use crate::text::same_question;
use crate::tickets::{ComplaintPhrase, MANNER_AT};

/// What is done with a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// The best entry answers.
    Entry,
    /// The best entries are offered.
    Suggest,
    Smalltalk {
        kind: TalkKind,
        confidence: f64,
    },
    Handoff(HandoffReason),
}

/// A question as it is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RankedText<'a> {
    /// As written.
    pub(crate) text: &'a str,
    /// The same, normalised.
    pub(crate) encoded: &'a EncodedText,
    /// Ranked entries, best first.
    pub(crate) scored: &'a [Scored],
}

/// How sure it is that what looks like noise is noise.
const LOOKS_SURE: f64 = 0.8;

/// Decides. Who asks for a human in so many words gets one; a question that the corpus asks itself is answered whatever
/// else it says; then other wishes for a human and complaints win over any match, a sure match over small talk, and
/// small talk over what is only suggested. What only the manner model
/// takes for small talk counts where nothing is to be answered or suggested.
pub(crate) fn judge(snapshot: &Snapshot, question: &RankedText<'_>) -> Verdict {
    let best = question.scored.first();
    let by_policy = snapshot.policy.decide(best.map(|best| f64::from(best.confidence)));
    let by_wording =
        hear(question.text, &snapshot.corpus.smalltalk).filter(|heard| !is_asked_about(snapshot, heard, question.text));
    if by_wording.is_some_and(|heard| heard.kind == TalkKind::WantHuman && heard.by == HeardBy::Wording) {
        return Verdict::Handoff(HandoffReason::HumanRequested);
    }
    if by_policy == Decision::Answer && best.is_some_and(|best| is_own_question(snapshot, best, question.text)) {
        return Verdict::Entry;
    }
    let heard =
        by_wording.or_else(|| (by_policy == Decision::Handoff).then(|| learned(snapshot, question.encoded)).flatten());
    if let Some(reason) = insists(snapshot, question, heard, by_policy == Decision::Answer) {
        return Verdict::Handoff(reason);
    }
    if by_policy == Decision::Answer {
        return Verdict::Entry;
    }
    let sure =
        |heard: &Heard| heard.by < HeardBy::Shape || (heard.by < HeardBy::Looks && !is_about_something(heard.kind));
    if let Some(verdict) = small_talk(heard.filter(|heard| by_policy == Decision::Handoff || sure(heard))) {
        return verdict;
    }
    match by_policy {
        Decision::Suggest => Verdict::Suggest,
        _ if best.is_none() => Verdict::Handoff(HandoffReason::NoCandidate),
        _ => Verdict::Handoff(HandoffReason::LowConfidence),
    }
}

/// Whether a text has the shape of chat only by words that the corpus's own questions use: a doctor is asked 吃什么.
fn is_asked_about(snapshot: &Snapshot, heard: &Heard, text: &str) -> bool {
    let chat = heard.kind == TalkKind::Chat && heard.by == HeardBy::Shape;
    chat && idle_words(text).iter().all(|word| snapshot.asked_about.contains(word))
}

/// Kinds that a question may look like by its words alone (吃什么, 天气 …) where an entry is about just that.
fn is_about_something(kind: TalkKind) -> bool {
    matches!(kind, TalkKind::Chat | TalkKind::Praise | TalkKind::Abuse)
}

/// What the manner model takes a text for that no wording tells, where it is sure of it.
fn learned(snapshot: &Snapshot, encoded: &EncodedText) -> Option<Heard> {
    let tone = snapshot.router.tone().hear_encoded(encoded, ComplaintPhrase::Absent);
    let kind = tone.manner.small_talk().filter(|_| tone.manner_probability >= MANNER_AT)?;
    snapshot.corpus.smalltalk.takes(kind).then_some(Heard { kind, by: HeardBy::Model })
}

/// Whether the corpus holds the very question.
fn is_own_question(snapshot: &Snapshot, best: &Scored, written: &str) -> bool {
    same_question(&snapshot.stored_question(best).text, written)
}

/// Whether a normalised text has words of complaint that seem meant.
pub(crate) fn accuses(snapshot: &Snapshot, normalized: &str) -> bool {
    complaint::accuses(normalized, |text| snapshot.corpus.routing.is_complaint(text))
}

/// Whether the customer must reach a human. Where an entry is sure of its answer, the learned model alone does not stop
/// it: only words of complaint do.
fn insists(
    snapshot: &Snapshot,
    question: &RankedText<'_>,
    heard: Option<Heard>,
    answerable: bool,
) -> Option<HandoffReason> {
    let kind = heard.map(|heard| heard.kind);
    let by_wording = heard.is_some_and(|heard| heard.by == HeardBy::Wording);
    let harmless = by_wording || kind == Some(TalkKind::AutoReply);
    let words = accuses(snapshot, question.encoded.text());
    let routing = &snapshot.corpus.routing;
    if !harmless && (words || !answerable) && snapshot.router.hears_complaint(routing, question.encoded) {
        return Some(HandoffReason::Complaint);
    }
    let asks = kind == Some(TalkKind::WantHuman) || (!harmless && routing.asks_for_human(question.encoded.text()));
    asks.then_some(HandoffReason::HumanRequested)
}

fn small_talk(heard: Option<Heard>) -> Option<Verdict> {
    let heard = heard?;
    let confidence = match heard.by {
        HeardBy::Wording => 1.0,
        HeardBy::Shape => 0.9,
        HeardBy::Looks => LOOKS_SURE,
        HeardBy::Model => MANNER_AT,
    };
    Some(Verdict::Smalltalk { kind: heard.kind, confidence })
}
