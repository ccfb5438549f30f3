//! What is offered while somebody types: the questions of the corpus that go on so, the most used first, with what
//! matched.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ranking::StoredQuestion;
use crate::retrieval::{Closeness, Completion};
use crate::snapshot::Snapshot;
use crate::text::is_term_char;
use crate::text::trace::{Span, trace};

/// Answers that are chance; twice as many count.
const SOME: u64 = 4;

/// An entry offered while somebody types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completed {
    pub faq_id: String,
    /// The entry's standard question.
    pub question: String,
    /// The question of the entry that goes on as typed, which may be a similar one.
    pub matched_question: String,
    /// What of `matched_question` was typed, in its characters counted from 0, for showing it; empty where the text is
    /// written in a way that hides it.
    pub highlights: Vec<Span>,
}

/// The entries that what was typed may become, at most `top`. Closer matches come first, then what is used more (`uses`
/// says how often an entry answered), standard questions before similar ones, beginnings before middles, short before
/// long.
#[must_use]
pub fn suggest(
    snapshot: &Snapshot,
    typed: &str,
    top: usize,
    now: Timestamp,
    uses: impl Fn(&str) -> u64,
) -> Vec<Completed> {
    let mut found: Vec<(Order, Completion)> = Vec::new();
    for completion in snapshot.matcher.typeahead.complete(typed) {
        let stored = &snapshot.matcher.questions[completion.question as usize];
        let entry = &snapshot.corpus.entries[stored.entry as usize];
        if entry.is_live(now) {
            found.push((Order::of(stored, &completion, uses(&entry.id)), completion));
        }
    }
    found.sort_unstable_by_key(|(order, _)| *order);
    let mut shown: Vec<u32> = Vec::with_capacity(top);
    let mut offered = Vec::with_capacity(top);
    for (order, completion) in &found {
        if shown.len() < top && !shown.contains(&order.entry) {
            shown.push(order.entry);
            offered.push(completed(snapshot, completion));
        }
    }
    offered
}

/// In which order completions are offered, smaller first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    closeness: Closeness,
    /// By doublings of use.
    seldom: std::cmp::Reverse<u32>,
    similar: bool,
    start: usize,
    length: usize,
    question: u32,
    entry: u32,
}

impl Order {
    fn of(stored: &StoredQuestion, completion: &Completion, uses: u64) -> Self {
        Self {
            closeness: completion.closeness,
            seldom: std::cmp::Reverse((1 + uses / SOME).ilog2()),
            similar: stored.rank_in_entry > 0,
            start: completion.matched.first().map_or(0, |first| first.start),
            length: completion.length,
            question: completion.question,
            entry: stored.entry,
        }
    }
}

fn completed(snapshot: &Snapshot, completion: &Completion) -> Completed {
    let stored = &snapshot.matcher.questions[completion.question as usize];
    let entry = &snapshot.corpus.entries[stored.entry as usize];
    Completed {
        faq_id: entry.id.clone(),
        question: entry.question.clone(),
        matched_question: stored.text.clone(),
        highlights: highlights(&stored.text, &completion.matched),
    }
}

/// Characters of a question's match key as characters of the question as written.
fn highlights(question: &str, matched: &[Span]) -> Vec<Span> {
    let traced = trace(question);
    let of_key: Vec<usize> =
        traced.normalized.chars().enumerate().filter(|(_, c)| is_term_char(*c)).map(|(at, _)| at).collect();
    let written = |span: &Span| {
        let first = of_key.get(span.start)?;
        let last = of_key.get(span.end.checked_sub(1)?)?;
        traced.origin(Span { start: *first, end: last + 1 })
    };
    matched.iter().filter_map(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlights_stand_in_the_text_as_written() {
        let rows = [
            ("您好，ＩＰＨＯＮＥ　15 怎么退款？", vec![Span { start: 10, end: 12 }], vec!["退款"]),
            ("怎么 退款？", vec![Span { start: 0, end: 4 }], vec!["怎么 退款"]),
            ("退款", vec![Span { start: 2, end: 2 }], vec![]),
        ];
        for (question, matched, expected) in rows {
            let chars: Vec<char> = question.chars().collect();
            let shown: Vec<String> = highlights(question, &matched)
                .into_iter()
                .map(|span| chars[span.start..span.end].iter().collect())
                .collect();
            assert_eq!(shown, expected, "{question}");
        }
    }
}
