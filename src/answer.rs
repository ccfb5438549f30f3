//! The whole question flow: normalise → hand-off words → retrieve → rank → decide → answer or route.
//!
//! No I/O and no clock: the moment is a parameter, everything else stands in the snapshot.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::Entry;
use crate::decision::SUGGESTED;
use crate::explanation::{Explainer, Explanation, reported};
use crate::ranking::Scored;
use crate::retrieval::IndexError;
use crate::snapshot::{Asked, RankedQuestion, Snapshot};
use crate::tickets::{RouteDecision, Routed, Router, Ticket};

pub use crate::decision::Decision;

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
    fn asked(&self) -> Asked<'a> {
        Asked { text: self.text, channel: self.channel, customer_tier: self.customer_tier }
    }
}

/// An entry worth offering, by its standard question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Related {
    pub faq_id: String,
    pub question: String,
}

/// The answer given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectAnswer {
    pub faq_id: String,
    pub question: String,
    pub matched_question: String,
    pub text: String,
    pub confidence: f64,
    pub category: String,
    pub related: Vec<Related>,
}

/// An entry offered as "您是不是想问".
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    pub faq_id: String,
    pub question: String,
    pub confidence: f64,
}

/// Why a question leaves for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked for a human.
    HumanRequested,
    /// The words are those of a complaint.
    Complaint,
    /// No entry is likely enough.
    LowConfidence,
    /// Nothing in the corpus resembles the question, or nothing was left of it.
    NoCandidate,
}

/// Where the question goes instead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Handoff {
    pub skill_group: String,
    pub confidence: f64,
    pub reason: HandoffReason,
    pub promise: String,
}

/// A retrieved entry with the probability that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidate {
    pub faq_id: String,
    pub question: String,
    pub matched_question: String,
    pub confidence: f64,
    /// Present when asked for; boxed, for it is large and hardly ever there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Box<Explanation>>,
}

/// The answer of the answer endpoint, without the message id that HTTP adds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answered {
    pub decision: Decision,
    pub answer: Option<DirectAnswer>,
    pub suggestions: Vec<Suggestion>,
    pub handoff: Option<Handoff>,
    pub candidates: Vec<Candidate>,
    pub corpus_version: String,
    pub model_version: String,
}

/// Decides one question against one snapshot at one moment.
///
/// # Errors
/// [`IndexError`] when the index cannot be read; nothing a customer types causes one.
pub fn answer(snapshot: &Snapshot, question: &Question<'_>, now: Timestamp) -> Result<Answered, IndexError> {
    let ranked = snapshot.ranked(&question.asked(), now)?;
    let scored = &ranked.scored;
    let (decision, reason) = match decide(snapshot, &ranked.normalized, scored) {
        // The one that fits is over and nothing else is like it.
        (Decision::Suggest, _) if live(snapshot, scored, now).next().is_none() => {
            (Decision::Handoff, Some(HandoffReason::LowConfidence))
        }
        decided => decided,
    };
    let best = scored.first().filter(|_| decision == Decision::Answer);
    let suggested = if decision == Decision::Suggest { SUGGESTED } else { 0 };
    Ok(Answered {
        decision,
        answer: best.map(|best| direct_answer(snapshot, best, question, now)),
        suggestions: live(snapshot, scored, now).take(suggested).map(|one| suggestion(snapshot, one)).collect(),
        handoff: reason.map(|reason| hand_off(snapshot, route(snapshot, &ranked, question), reason)),
        candidates: candidates(snapshot, question, scored),
        corpus_version: snapshot.corpus.version.clone(),
        model_version: snapshot.model_version.clone(),
    })
}

/// Completes what is being typed, in the corpus's own questions; also from pinyin. At most `top` entries.
#[must_use]
pub fn suggest(snapshot: &Snapshot, typed: &str, top: usize, now: Timestamp) -> Vec<Related> {
    let mut shown: Vec<u32> = Vec::with_capacity(top);
    for at in snapshot.matcher.typeahead.complete(typed) {
        let entry = snapshot.matcher.questions[at as usize].entry;
        let live = snapshot.corpus.entries[entry as usize].is_live(now);
        if shown.len() < top && live && !shown.contains(&entry) {
            shown.push(entry);
        }
    }
    shown.into_iter().map(|entry| related(&snapshot.corpus.entries[entry as usize])).collect()
}

/// Words that ask for a human or complain win over any match. The reason is there for a hand-off only.
pub(crate) fn decide(snapshot: &Snapshot, normalized: &str, scored: &[Scored]) -> (Decision, Option<HandoffReason>) {
    let routing = &snapshot.corpus.routing;
    if routing.asks_for_human(normalized) {
        return (Decision::Handoff, Some(HandoffReason::HumanRequested));
    }
    if routing.is_complaint(normalized) {
        return (Decision::Handoff, Some(HandoffReason::Complaint));
    }
    match snapshot.policy.decide(scored.first().map(|best| f64::from(best.confidence))) {
        Decision::Handoff if scored.is_empty() => (Decision::Handoff, Some(HandoffReason::NoCandidate)),
        Decision::Handoff => (Decision::Handoff, Some(HandoffReason::LowConfidence)),
        bolder @ (Decision::Answer | Decision::Suggest) => (bolder, None),
    }
}

fn direct_answer(snapshot: &Snapshot, best: &Scored, question: &Question<'_>, now: Timestamp) -> DirectAnswer {
    let entry = snapshot.entry(best);
    let related_entries = entry.related.iter().filter_map(|id| snapshot.corpus.entry(id));
    DirectAnswer {
        faq_id: entry.id.clone(),
        question: entry.question.clone(),
        matched_question: matched_question(snapshot, best),
        text: if entry.is_live(now) {
            entry.answer_for(question.channel).to_owned()
        } else {
            outside_validity(entry, now)
        },
        confidence: reported(best.confidence),
        category: entry.category.clone(),
        related: related_entries.filter(|entry| entry.is_live(now)).map(related).collect(),
    }
}

/// Where a question would go that nobody answers: routed as a ticket without a title.
pub(crate) fn route<'a>(snapshot: &Snapshot, ranked: &'a RankedQuestion, question: &Question<'_>) -> &'a Routed {
    let Question { text, channel, customer_tier, .. } = *question;
    snapshot.route(ranked, &Ticket { title: "", text, channel, customer_tier })
}

/// Candidates that may be offered: the first may be an entry that is over, which is meant and offered by no name.
fn live<'a>(snapshot: &'a Snapshot, scored: &'a [Scored], now: Timestamp) -> impl Iterator<Item = &'a Scored> {
    scored.iter().filter(move |one| snapshot.entry(one).is_live(now))
}

/// What is said of an entry whose answer no longer or not yet holds: its own words, or plain ones.
fn outside_validity(entry: &Entry, now: Timestamp) -> String {
    let question = &entry.question;
    let plain = || {
        if entry.valid_until.is_some_and(|until| until <= now) {
            format!("您问的“{question}”已经结束，原来的说明不再适用。")
        } else {
            format!("您问的“{question}”还没有开始，开始以后才能按说明办理。")
        }
    };
    entry.answer_outside_validity(now).map_or_else(plain, str::to_owned)
}

fn hand_off(snapshot: &Snapshot, routed: &Routed, reason: HandoffReason) -> Handoff {
    let routing = &snapshot.corpus.routing;
    let bare_request = reason == HandoffReason::HumanRequested && routed.rule.is_none();
    let named = routing.default_group.as_ref().filter(|_| bare_request && routed.decision == RouteDecision::Review);
    match named {
        Some(group) => {
            Handoff { promise: Router::promise(routing, group), skill_group: group.clone(), confidence: 1.0, reason }
        }
        None => Handoff {
            skill_group: routed.skill_group.clone(),
            confidence: routed.confidence,
            reason,
            promise: routed.promise.clone(),
        },
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
