//! The whole question flow: normalise → retrieve → rank → who has the word → answer, suggest, small talk or hand-off.
//!
//! No I/O and no clock: the moment is a parameter, everything else stands in the snapshot.

mod chosen;
mod completion;
mod handoff;
mod reply;
mod stage;
mod suggestion;
mod validity;
mod verdict;

use jiff::Timestamp;

use self::handoff::hand_off;
use self::suggestion::worth_offering;
use self::validity::{holding, outside_validity};
use crate::corpus::{Entry, channel_key};
use crate::explanation::{Explainer, reported};
use crate::ranking::Scored;
use crate::retrieval::IndexError;
use crate::smalltalk::TalkKind;
use crate::snapshot::{Asked, Ranked, Snapshot};
use crate::tickets::{Routed, Ticket};

pub(crate) use self::chosen::answer_chosen;
pub use self::completion::{Completed, suggest};
pub use self::handoff::{Handoff, HandoffReason, HandoffSummary, SummaryLine};
pub use self::reply::{AnswerKind, Answered, Candidate, DirectAnswer, Related, Suggestion};
pub(crate) use self::stage::answer_with_stage;
pub(crate) use self::verdict::{RankedText, Verdict, accuses, judge};
pub use crate::decision::Decision;
use crate::encoder::EncodedText;

/// A question with what the channel knows about the customer.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
    /// How many candidates to report, 1..=20.
    pub top: usize,
    pub explain: bool,
}

impl<'a> Question<'a> {
    /// What its candidates depend on.
    pub(crate) fn asked(&self) -> Asked<'a> {
        Asked { text: self.text, channel: self.channel, customer_tier: self.customer_tier }
    }
}

/// Decides one question against one snapshot at one moment.
///
/// # Errors
/// [`IndexError`] when the index cannot be read; nothing a customer types causes one.
pub fn answer(snapshot: &Snapshot, question: &Question<'_>, now: Timestamp) -> Result<Answered, IndexError> {
    answer_ranked(snapshot, question, &snapshot.ranked(&question.asked(), now)?, now)
}

/// As [`answer`], from the question's ranking.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_ranked(
    snapshot: &Snapshot,
    question: &Question<'_>,
    ranked: &Ranked,
    now: Timestamp,
) -> Result<Answered, IndexError> {
    let scored = ranked.scored.as_slice();
    let verdict = judge(snapshot, &RankedText { text: question.text, encoded: &ranked.encoded, scored });
    let ruling = Ruling { typed: ranked, read_as: question.text, scored, verdict, listed: None };
    Ok(answer_as(snapshot, question, &ruling, now))
}

/// A question as it was understood and what was decided on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruling<'a> {
    /// The question as typed.
    pub(crate) typed: &'a Ranked,
    /// The text that was ranked, for explanations.
    pub(crate) read_as: &'a str,
    /// Candidates, best first.
    pub(crate) scored: &'a [Scored],
    pub(crate) verdict: Verdict,
    /// How many to offer where that is not judged by their confidence.
    pub(crate) listed: Option<usize>,
}

/// Writes out what was decided. A hand-off goes where the question as typed belongs.
pub(crate) fn answer_as(snapshot: &Snapshot, question: &Question<'_>, ruling: &Ruling<'_>, now: Timestamp) -> Answered {
    let scored = ruling.scored;
    let channel = question.channel.map(channel_key);
    let mut answered = Answered {
        decision: Decision::Handoff,
        answer: None,
        suggestions: Vec::new(),
        handoff: None,
        candidates: candidates(snapshot, &Question { text: ruling.read_as, ..*question }, scored),
        corpus_version: snapshot.corpus.version.clone(),
        model_version: snapshot.model_version.clone(),
    };
    let offerable = holding(snapshot, scored, now);
    let verdict = match ruling.verdict {
        // The one that is meant does not hold, and nothing else is like it.
        Verdict::Suggest if offerable.is_empty() => Verdict::Handoff(HandoffReason::LowConfidence),
        ruled => ruled,
    };
    match verdict {
        Verdict::Entry => {
            answered.decision = Decision::Answer;
            answered.answer = scored.first().map(|best| direct_answer(snapshot, best, question, now));
        }
        Verdict::Smalltalk { kind, confidence } => {
            answered.decision = Decision::Answer;
            answered.answer = Some(small_talk(snapshot, kind, confidence, channel.as_deref()));
        }
        Verdict::Suggest => {
            answered.decision = Decision::Suggest;
            let offered = match ruling.listed {
                Some(listed) => &offerable[..listed.min(offerable.len())],
                None => worth_offering(offerable),
            };
            answered.suggestions = offered.iter().map(|one| suggestion(snapshot, one)).collect();
        }
        Verdict::Handoff(reason) => {
            let routed = route(snapshot, ruling.typed, question);
            answered.handoff = Some(hand_off(snapshot, routed, reason, channel.as_deref()));
        }
    }
    answered
}

/// Where a question would go that nobody answers: routed as a ticket without a title.
pub(crate) fn route<'a>(snapshot: &Snapshot, ranked: &'a Ranked, question: &Question<'_>) -> &'a Routed {
    let Question { text, channel, customer_tier, .. } = *question;
    snapshot.route(ranked, &Ticket { title: "", text, channel, customer_tier })
}

/// What a question comes to under a snapshot, as far as the corpus has to do with it: small talk, which no entry
/// answers, shows as a hand-off without a reason.
pub(crate) fn decide(snapshot: &Snapshot, normalized: &str, scored: &[Scored]) -> (Decision, Option<HandoffReason>) {
    match judge(snapshot, &RankedText { text: normalized, encoded: &EncodedText::new(normalized), scored }) {
        Verdict::Entry => (Decision::Answer, None),
        Verdict::Suggest => (Decision::Suggest, None),
        Verdict::Smalltalk { .. } => (Decision::Handoff, None),
        Verdict::Handoff(reason) => (Decision::Handoff, Some(reason)),
    }
}

fn direct_answer(snapshot: &Snapshot, best: &Scored, question: &Question<'_>, now: Timestamp) -> DirectAnswer {
    let entry = snapshot.entry(best);
    let related_entries = entry.related.iter().filter_map(|id| snapshot.corpus.entry(id));
    DirectAnswer {
        kind: AnswerKind::Entry,
        faq_id: Some(entry.id.clone()),
        question: Some(entry.question.clone()),
        matched_question: Some(matched_question(snapshot, best)),
        text: if entry.is_live(now) {
            entry.answer_for(question.channel).to_owned()
        } else {
            outside_validity(entry, now)
        },
        confidence: reported(best.confidence),
        category: entry.category.clone(),
        related: related_entries.filter(|entry| entry.is_live(now)).map(related).collect(),
        smalltalk: None,
    }
}

fn small_talk(snapshot: &Snapshot, kind: TalkKind, confidence: f64, channel: Option<&str>) -> DirectAnswer {
    DirectAnswer {
        kind: AnswerKind::Smalltalk,
        faq_id: None,
        question: None,
        matched_question: None,
        text: snapshot.corpus.smalltalk.reply(kind, channel).to_owned(),
        confidence,
        category: String::new(),
        related: Vec::new(),
        smalltalk: Some(kind),
    }
}

fn candidates(snapshot: &Snapshot, question: &Question<'_>, scored: &[Scored]) -> Vec<Candidate> {
    let explainer = question.explain.then(|| Explainer::new(snapshot, question.text));
    let candidate = |(at, one): (usize, &Scored)| {
        let entry = snapshot.entry(one);
        Candidate {
            faq_id: entry.id.clone(),
            question: entry.question.clone(),
            matched_question: matched_question(snapshot, one),
            confidence: reported(one.confidence),
            explanation: explainer.as_ref().and_then(|explainer| explainer.explain(scored, at)).map(Box::new),
        }
    };
    scored.iter().enumerate().take(question.top).map(candidate).collect()
}

fn suggestion(snapshot: &Snapshot, scored: &Scored) -> Suggestion {
    let entry = snapshot.entry(scored);
    Suggestion { faq_id: entry.id.clone(), question: entry.question.clone(), confidence: reported(scored.confidence) }
}

fn related(entry: &Entry) -> Related {
    Related { faq_id: entry.id.clone(), question: entry.question.clone() }
}

fn matched_question(snapshot: &Snapshot, scored: &Scored) -> String {
    snapshot.stored_question(scored).text.clone()
}
