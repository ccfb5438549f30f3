//! Several matters in one ticket: which sentences speak for which group.
//!
//! Every sentence is judged as a ticket of its own by the same model. That costs as much as a short ticket, most of it the
//! encoder's pass, so only so many are judged; where a ticket has more, terms alone say which are worth it.

use serde::Serialize;
use utoipa::ToSchema;

use super::sentences::sentences;
use crate::numbers::descending;
use crate::text::trace::{Span, Traced};
use crate::tickets::features::{TermKeys, TicketText};
use crate::tickets::model::Model;
use crate::tickets::ticket::Ticket;

/// Least probability of a group that a sentence speaks for.
const SPEAKS: f64 = 0.5;
/// Sentences looked at; what follows in a longer ticket rarely is another matter.
const MOST_READ: usize = 16;

/// Characters judged at most, sentence by sentence, whatever a ticket's length.
const MOST_CHARACTERS: usize = 120;

/// How many sentences are judged at most where somebody will read what they say, and where a ticket goes its way.
pub(super) const MOST_FOR_READERS: usize = MOST_READ;
pub(super) const MOST_ON_ROUTE: usize = 4;

/// A sentence of a ticket's text that speaks for a group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sentence {
    /// As the customer wrote it.
    pub text: String,
    /// Characters of the ticket's text, counted from 0.
    pub start: usize,
    pub end: usize,
    /// Probability of the group for this sentence alone, 0..=1.
    pub confidence: f64,
}

/// The sentences of a ticket's text that speak for each group, by group, at most `most` of them judged; none where the
/// text is a single sentence. `traced` is the history of that text.
pub(super) fn sentence_votes(
    model: &Model,
    ticket: &Ticket<'_>,
    traced: &Traced,
    most: usize,
) -> Vec<(usize, Sentence)> {
    let spans = sentences(&traced.normalized);
    if spans.len() < 2 {
        return Vec::new();
    }
    let chars: Vec<char> = traced.normalized.chars().collect();
    let read = |span: Span| {
        let text: String = chars[span.start..span.end].iter().collect();
        (span, TicketText { text, ..TicketText::default() }.by(ticket.channel))
    };
    let read: Vec<(Span, TicketText)> = spans.into_iter().take(MOST_READ).map(read).collect();
    let typed: Vec<char> = ticket.text.chars().collect();
    let mut found = Vec::new();
    let mut left = MOST_CHARACTERS;
    for (span, text) in worth_judging(model, read, most) {
        let length = span.end - span.start;
        if length > left {
            continue;
        }
        left -= length;
        let judged = model.judge(&text);
        let confidence = judged.probabilities[judged.best];
        if confidence >= SPEAKS
            && !judged.outlier
            && let Some(Span { start, end }) = traced.origin(span)
        {
            let text = typed[start..end].iter().collect();
            found.push((judged.best, Sentence { text, start, end, confidence }));
        }
    }
    found
}

/// At most `most` of the sentences, in their order: those whose terms speak most clearly for each group, the clearest of
/// every group before the second of any.
fn worth_judging(model: &Model, read: Vec<(Span, TicketText)>, most: usize) -> Vec<(Span, TicketText)> {
    if read.len() <= most {
        return read;
    }
    let hint = |(_, text): &(Span, TicketText)| {
        let terms = model.vectorizer.look_up(&TermKeys::of(text, model.vectorizer.segmenter()));
        let scores = model.weights.scores(&terms.entries, &[]);
        let order = descending(&scores);
        (order[0], scores[order[0]] - scores[order[1]])
    };
    let hints: Vec<(usize, f64)> = read.iter().map(hint).collect();
    let clearer = |a: usize, b: usize| hints[a].1.total_cmp(&hints[b].1).then(b.cmp(&a)).is_gt();
    let before =
        |at: usize| (0..hints.len()).filter(|other| hints[*other].0 == hints[at].0 && clearer(*other, at)).count();
    let mut order: Vec<usize> = (0..read.len()).collect();
    order.sort_by(|a, b| before(*a).cmp(&before(*b)).then(hints[*b].1.total_cmp(&hints[*a].1)).then(a.cmp(b)));
    order.truncate(most);
    read.into_iter().enumerate().filter(|(at, _)| order.contains(at)).map(|(_, sentence)| sentence).collect()
}
