//! What customers would notice: golden and recently asked questions put to the live bundle and to the next.
//!
//! Recent questions are shown as they are kept, normalised, with placeholders for personal numbers; they are for staff
//! and never logged.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::decide;
use crate::decision::Decision;
use crate::ranking::Scored;
use crate::retrieval::IndexError;
use crate::snapshot::{Asked, RecentQuestion, Snapshot};
use crate::text::normalize;

/// Recent questions compared at most, the first in the order of their text.
const RECENT_COMPARED: usize = 2_000;
/// Changed answers listed at most.
const LISTED: usize = 100;

/// Where a compared question comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionSource {
    Golden,
    Recent,
}

/// What a bundle does with a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComparedOutcome {
    pub decision: Decision,
    /// The entry that answers; null unless answered directly.
    pub faq_id: Option<String>,
}

/// A question that would be decided or answered otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedAnswer {
    /// As written in `golden.jsonl`, or normalised where a customer asked it.
    pub question: String,
    pub source: QuestionSource,
    pub before: ComparedOutcome,
    pub after: ComparedOutcome,
    /// Whether the text of a direct answer differs, be it of the same entry.
    pub text_changed: bool,
}

/// The comparison as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) compared: usize,
    pub(super) changed_total: usize,
    pub(super) changed: Vec<ChangedAnswer>,
}

/// Asks both bundles on all cores. The next one keeps what it worked out, so that it starts warm.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub(super) fn compare(live: &Snapshot, next: &Snapshot, now: Timestamp) -> Result<Comparison, IndexError> {
    let golden: BTreeSet<&str> =
        live.corpus.golden.iter().chain(&next.corpus.golden).map(|case| case.question.as_str()).collect();
    let recent = live.recent_questions(RECENT_COMPARED);
    let golden = golden.into_par_iter().map(|question| compare_written(live, next, question, now));
    let recent = recent.par_iter().map(|question| compare_recent(live, next, question, now));
    let compared: Vec<Option<ChangedAnswer>> = golden.chain(recent).collect::<Result<_, IndexError>>()?;
    let total = compared.len();
    let mut changed: Vec<ChangedAnswer> = compared.into_iter().flatten().collect();
    let changed_total = changed.len();
    changed.truncate(LISTED);
    Ok(Comparison { compared: total, changed_total, changed })
}

/// Golden questions pass by the cache: no customer asked them.
fn compare_written(
    live: &Snapshot,
    next: &Snapshot,
    question: &str,
    now: Timestamp,
) -> Result<Option<ChangedAnswer>, IndexError> {
    let normalized = normalize(question);
    let before = Outcome::of(live, &normalized, &live.candidates(&normalized, now)?, None);
    let after = Outcome::of(next, &normalized, &next.candidates(&normalized, now)?, None);
    Ok(changed(question, QuestionSource::Golden, before, after))
}

fn compare_recent(
    live: &Snapshot,
    next: &Snapshot,
    question: &RecentQuestion,
    now: Timestamp,
) -> Result<Option<ChangedAnswer>, IndexError> {
    let channel = question.channel.as_deref();
    let asked = Asked { text: &question.normalized, channel, customer_tier: question.customer_tier.as_deref() };
    let (was, will_be) = (live.ranked(&asked, now)?, next.ranked(&asked, now)?);
    let before = Outcome::of(live, &was.normalized, &was.scored, channel);
    let after = Outcome::of(next, &will_be.normalized, &will_be.scored, channel);
    Ok(changed(&question.normalized, QuestionSource::Recent, before, after))
}

/// A decision with the answer that customers read.
struct Outcome<'a> {
    shown: ComparedOutcome,
    text: Option<&'a str>,
}

impl<'a> Outcome<'a> {
    fn of(snapshot: &'a Snapshot, normalized: &str, scored: &[Scored], channel: Option<&str>) -> Self {
        let (decision, _) = decide(snapshot, normalized, scored);
        let best = scored.first().filter(|_| decision == Decision::Answer);
        let entry = best.map(|best| snapshot.entry(best));
        Self {
            shown: ComparedOutcome { decision, faq_id: entry.map(|entry| entry.id.clone()) },
            text: entry.map(|entry| entry.answer_for(channel)),
        }
    }
}

fn changed(question: &str, source: QuestionSource, before: Outcome<'_>, after: Outcome<'_>) -> Option<ChangedAnswer> {
    let text_changed = before.text.is_some() && after.text.is_some() && before.text != after.text;
    (before.shown != after.shown || text_changed).then(|| ChangedAnswer {
        question: question.to_owned(),
        source,
        before: before.shown,
        after: after.shown,
        text_changed,
    })
}
