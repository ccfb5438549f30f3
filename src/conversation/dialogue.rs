//! One message decided in its conversation, as one list of cases: a wish for a human, a pick, a remark, a question.
//!
//! No I/O and no clock. The first message of a conversation takes the same way with nothing before it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::pick::Pick;
use super::reading::{Reader, Reading, THIN, confidence};
use super::remark::Remark;
use super::turn::{Conversation, Got, Said, Turn};
use super::{repetition, summary, topic};
use crate::answer::{
    Answered, Decision, HandoffReason, Question, RankedText, Ruling, Verdict, accuses, answer_as, answer_chosen,
    answer_ranked, judge,
};
use crate::ranking::Scored;
use crate::record::mask;
use crate::retrieval::IndexError;
use crate::snapshot::{Ranked, Snapshot};
use crate::text::match_key;

/// Which earlier question a message was read with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadAlong {
    /// The earlier question, normalised, personal numbers hidden.
    pub question: String,
    /// What was ranked in the end.
    pub read_as: String,
}

/// What a message got, and what is remembered of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub answered: Answered,
    pub said: Said,
    /// What later messages may refer to; normalised and masked.
    pub text: String,
    pub read_along: Option<ReadAlong>,
}

impl Response {
    /// The turn to remember.
    #[must_use]
    pub fn turn(&self, message_id: &str, at: Timestamp, channel: Option<&str>) -> Turn {
        let answered = &self.answered;
        let given = answered.answer.as_ref().and_then(|given| given.faq_id.as_ref());
        let got = match (given, &answered.handoff) {
            (Some(faq_id), _) => Got::Answer { faq_id: faq_id.clone() },
            (None, Some(handoff)) => Got::Handoff { skill_group: handoff.skill_group.clone(), reason: handoff.reason },
            (None, None) if answered.decision == Decision::Answer => Got::SmallTalk,
            (None, None) => {
                let faq_ids = answered.suggestions.iter().map(|one| one.faq_id.clone()).collect();
                Got::Suggestions { faq_ids }
            }
        };
        Turn {
            message_id: message_id.to_owned(),
            at,
            channel: channel.map(str::to_owned),
            said: self.said,
            text: self.text.clone(),
            read_with: self.read_along.as_ref().map(|along| along.question.clone()),
            got,
        }
    }
}

/// Decides one message from what was said before.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub fn respond(
    snapshot: &Snapshot,
    question: &Question<'_>,
    earlier: &Conversation,
    now: Timestamp,
) -> Result<Response, IndexError> {
    let message = Message { reader: Reader { snapshot, asked: question.asked(), now }, question, earlier };
    let mut response = message.respond()?;
    if let Some(handoff) = &mut response.answered.handoff {
        handoff.summary = summary::summary(earlier, &snapshot.corpus);
    }
    Ok(response)
}

/// Entries of a topic offered at most.
const OFFERED: usize = 5;

/// A message with everything it is decided from.
#[derive(Debug, Clone, Copy)]
struct Message<'a> {
    reader: Reader<'a>,
    question: &'a Question<'a>,
    earlier: &'a Conversation,
}

impl Message<'_> {
    fn respond(&self) -> Result<Response, IndexError> {
        let typed = self.reader.rank(self.question.text)?;
        let remark = Remark::read(&typed.normalized);
        let insists = match self.judge(&typed, &typed.scored) {
            Verdict::Handoff(HandoffReason::HumanRequested) => true,
            Verdict::Handoff(HandoffReason::Complaint) => !self.only_bears_on_before(&remark),
            _ => false,
        };
        if insists {
            return self.as_typed(Said::Question, &typed);
        }
        let offered = self.earlier.offered();
        match Pick::read(&typed.normalized, offered.len()) {
            Some(Pick::At(place)) => {
                if let Some(response) = self.picked(&offered[place]) {
                    return Ok(response);
                }
            }
            Some(Pick::NoneOfThem { rest }) if !offered.is_empty() => {
                return self.declined(&typed, rest.as_deref(), offered);
            }
            // Said of an answer it means that the answer is not it.
            Some(Pick::NoneOfThem { rest: None }) => return self.unhelpful(&typed),
            Some(Pick::NoneOfThem { rest: Some(_) }) | None => {}
        }
        if offered.is_empty() && Pick::points(&typed.normalized) {
            return self.remarked(Said::Pick, &typed);
        }
        match remark.said {
            Said::Courtesy | Said::Opening | Said::Number => self.remarked(remark.said, &typed),
            Said::Unhelpful => self.unhelpful(&typed),
            Said::Question | Said::Pick | Said::NoneOfThem => self.asked(&remark, &typed),
        }
    }

    /// Whether a message only bears on what was said before: that the last answer did not help, or "…的呢". However
    /// cross it sounds, that is no complaint about the company unless it has the words of one.
    fn only_bears_on_before(&self, remark: &Remark) -> bool {
        let fragment = remark.points_back && match_key(&remark.core).chars().count() <= THIN;
        (remark.said == Said::Unhelpful || fragment)
            && self.earlier.last_question().is_some()
            && !accuses(self.reader.snapshot, &remark.core)
    }

    /// What the message as typed comes to with these candidates.
    fn judge(&self, typed: &Ranked, scored: &[Scored]) -> Verdict {
        let text = RankedText { text: self.question.text, encoded: &typed.encoded, scored };
        judge(self.reader.snapshot, &text)
    }

    /// As without a conversation.
    fn as_typed(&self, said: Said, typed: &Ranked) -> Result<Response, IndexError> {
        let answered = answer_ranked(self.reader.snapshot, self.question, typed, self.reader.now)?;
        Ok(Response { answered, said, text: remembered(&typed.normalized), read_along: None })
    }

    fn picked(&self, faq_id: &str) -> Option<Response> {
        let answered = answer_chosen(self.reader.snapshot, self.question, faq_id, self.reader.now)?;
        let text = answered.answer.as_ref().and_then(|given| given.question.clone()).unwrap_or_default();
        Some(Response { answered, said: Said::Pick, text, read_along: None })
    }

    /// None of the suggestions: the next best, of what was said besides or of the question before.
    fn declined(&self, typed: &Ranked, rest: Option<&str>, offered: &[String]) -> Result<Response, IndexError> {
        let about = rest.or_else(|| self.earlier.last_question().map(|turn| turn.text.as_str()));
        let normalized = typed.normalized.as_str();
        self.others((Said::NoneOfThem, rest.unwrap_or(normalized)), typed, about.unwrap_or(normalized), offered)
    }

    /// A word that it did not help, and nothing else: what else the question before may have meant.
    fn unhelpful(&self, typed: &Ranked) -> Result<Response, IndexError> {
        let Some(last) = self.earlier.last_question() else { return self.as_typed(Said::Unhelpful, typed) };
        let given = match &last.got {
            Got::Answer { faq_id } => std::slice::from_ref(faq_id),
            Got::Suggestions { faq_ids } => faq_ids.as_slice(),
            Got::Handoff { .. } | Got::SmallTalk => &[],
        };
        self.others((Said::Unhelpful, &typed.normalized), typed, &last.text, given)
    }

    /// Suggests from the ranking of a text what was not shown yet; hands off where nothing of it is likely enough.
    fn others(
        &self,
        (said, text): (Said, &str),
        typed: &Ranked,
        about: &str,
        shown: &[String],
    ) -> Result<Response, IndexError> {
        let snapshot = self.reader.snapshot;
        let ranked = self.reader.rank(about)?;
        let is_new = |scored: &&Scored| !shown.contains(&snapshot.entry(scored).id);
        let scored: Vec<Scored> = ranked.scored.iter().filter(is_new).cloned().collect();
        let verdict = if confidence(&scored) >= self.reader.offered_from() {
            Verdict::Suggest
        } else {
            Verdict::Handoff(self.missed(HandoffReason::LowConfidence))
        };
        let ruling = Ruling { typed, read_as: about, scored: &scored, verdict, listed: None };
        let answered = answer_as(snapshot, self.question, &ruling, self.reader.now);
        Ok(Response { answered, said, text: remembered(text), read_along: None })
    }

    /// A courtesy, an opening, a number or a pick without suggestions asks nothing, so that no entry answers it directly.
    fn remarked(&self, said: Said, typed: &Ranked) -> Result<Response, IndexError> {
        let mut response = self.as_typed(said, typed)?;
        if response.answered.answer.is_some() && !response.answered.is_smalltalk() {
            let (scored, verdict) = (typed.scored.as_slice(), Verdict::Suggest);
            let ruling = Ruling { typed, read_as: self.question.text, scored, verdict, listed: None };
            response.answered = answer_as(self.reader.snapshot, self.question, &ruling, self.reader.now);
        }
        Ok(response)
    }

    fn asked(&self, remark: &Remark, typed: &Ranked) -> Result<Response, IndexError> {
        let alone = self.reader.alone(typed, remark)?;
        let last = self.earlier.last_question();
        let reading = match last.filter(|_| !remark.turns_away) {
            Some(last) => self.reader.choose(remark, alone, last)?,
            None => alone,
        };
        if last.is_some_and(|last| self.repeats(remark, &reading, last)) {
            return self.ruled((remark, typed), reading, (Verdict::Handoff(HandoffReason::Repeated), None));
        }
        match self.judge(typed, &reading.scored) {
            Verdict::Handoff(reason) => {
                let about = topic::about(self.reader.snapshot, &remark.core, &reading.scored);
                if about.is_empty() {
                    return self.ruled((remark, typed), reading, (Verdict::Handoff(self.missed(reason)), None));
                }
                let listed = Some(about.len().min(OFFERED));
                self.ruled((remark, typed), Reading { scored: about, ..reading }, (Verdict::Suggest, listed))
            }
            Verdict::Smalltalk { .. } if reading.read_with.is_none() => self.as_typed(Said::Courtesy, typed),
            // What is small talk by itself and means an entry together with what was said means the entry.
            Verdict::Smalltalk { .. } => self.ruled((remark, typed), reading, (Verdict::Suggest, None)),
            sure @ (Verdict::Entry | Verdict::Suggest) => self.ruled((remark, typed), reading, (sure, None)),
        }
    }

    /// The second miss in a row has a reason of its own.
    fn missed(&self, reason: HandoffReason) -> HandoffReason {
        let last = self.earlier.turns.iter().rev().find(|turn| matches!(turn.said, Said::Question | Said::NoneOfThem));
        let again = matches!(reason, HandoffReason::LowConfidence | HandoffReason::NoCandidate)
            && last.is_some_and(Turn::is_miss);
        if again { HandoffReason::Misses } else { reason }
    }

    fn repeats(&self, remark: &Remark, reading: &Reading, last: &Turn) -> bool {
        let shown = match &last.got {
            Got::Answer { faq_id } => Some(faq_id),
            Got::Suggestions { faq_ids } => faq_ids.first(),
            Got::Handoff { .. } | Got::SmallTalk => None,
        };
        let best = reading.scored.first().map(|best| &self.reader.snapshot.entry(best).id);
        let handed_off = matches!(last.got, Got::Handoff { reason: HandoffReason::Repeated, .. });
        if remark.turns_away || best.is_none() || (best != shown && !handed_off) {
            return false;
        }
        let recent = self.earlier.turns.iter().rev().take(2);
        let unhelped = remark.unhelped || recent.into_iter().any(|turn| turn.said == Said::Unhelpful);
        repetition::repeats(&remark.core, &last.text, unhelped)
    }

    fn ruled(
        &self,
        (remark, typed): (&Remark, &Ranked),
        reading: Reading,
        (verdict, listed): (Verdict, Option<usize>),
    ) -> Result<Response, IndexError> {
        let ruling = Ruling { typed, read_as: &reading.read_as, scored: &reading.scored, verdict, listed };
        let answered = answer_as(self.reader.snapshot, self.question, &ruling, self.reader.now);
        let read_along = reading.read_with.map(|question| ReadAlong { question, read_as: mask(&reading.read_as).text });
        Ok(Response { answered, said: remark.said, text: remembered(&remark.core), read_along })
    }
}

/// Kept as long as the conversation lasts, and handed to agents: without what names a person.
pub(super) fn remembered(normalized: &str) -> String {
    mask(normalized).text
}
