//! Why a group was chosen: what each term, the meaning and the group's bias add to its score, and where the terms stand
//! in the ticket as the customer wrote it. The lines sum to the score. Decides nothing.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::trace::{Span, Traced, trace};
use crate::tickets::features::TicketText;
use crate::tickets::model::{Model, TicketFeatures};
use crate::tickets::ticket::Ticket;

/// Terms an explanation lists, the closing lines aside.
const LISTED: usize = 12;
/// Name of the line that sums up the terms an explanation does not list.
const OTHER_TERMS: &str = "（其余词语）";
/// Name of the line with what the meaning of the whole ticket adds.
const MEANING: &str = "（整段意思）";
/// Name of the line with the group's bias.
const BIAS: &str = "（基准）";

/// A term's contribution to the score of the chosen group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TermWeight {
    /// In normalised form; the last lines are in brackets: other terms, the meaning of the whole, the group's bias.
    pub term: String,
    /// What it adds to the score of the chosen group; all lines sum to that score.
    pub weight: f64,
    /// The same, less what it adds to the score of the runner-up.
    pub against_runner_up: f64,
    /// Where it stands in the ticket as written, at most 64 places; empty for the lines in brackets and for what a rule
    /// rewrote.
    pub places: Vec<TermPlace>,
}

/// A stretch of a field of the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermPlace {
    /// `title` or `text`.
    pub field: &'static str,
    /// Characters of the field, counted from 0.
    pub start: usize,
    pub end: usize,
}

/// The explanation of a group's score beside the runner-up's: `groups` in this order. The history of the ticket's text and
/// its features were made for routing it, and encoding it again would cost as much as routing did.
#[must_use]
pub(crate) fn explain(
    model: &Model,
    (ticket, traced, features): (&Ticket<'_>, &Traced, &TicketFeatures),
    groups: [usize; 2],
) -> Vec<TermWeight> {
    let title = trace(ticket.title);
    let fields = [("title", &title), ("text", traced)];
    let text = TicketText {
        title: fields[0].1.normalized.clone(),
        text: fields[1].1.normalized.clone(),
        ..TicketText::default()
    }
    .by(ticket.channel);
    let line = |term: &str, [weight, other]: [f64; 2], places| TermWeight {
        term: term.to_owned(),
        weight,
        against_runner_up: weight - other,
        places,
    };
    let contributions = model.explain(&text, features, groups);
    let (listed, rest) = contributions.terms.split_at(contributions.terms.len().min(LISTED));
    let mut lines: Vec<TermWeight> =
        listed.iter().map(|(term, weights)| line(term, *weights, places(&fields, term))).collect();
    let sum = |at: usize| rest.iter().map(|(_, weights)| weights[at]).sum::<f64>();
    lines.push(line(OTHER_TERMS, [sum(0), sum(1)], Vec::new()));
    if model.embedding.is_some() {
        lines.push(line(MEANING, contributions.embedding, Vec::new()));
    }
    lines.push(line(BIAS, contributions.bias, Vec::new()));
    lines
}

/// Places given of one term; a term that stands in more says nothing more by them.
const PLACES: usize = 64;

/// The first places where the characters of a term stand; of a pair of words, where they stand side by side.
fn places(fields: &[(&'static str, &Traced); 2], term: &str) -> Vec<TermPlace> {
    let together = term.replace(' ', "");
    let wanted = if together.is_empty() { term } else { &together };
    let length = wanted.chars().count();
    let mut found = Vec::new();
    for (field, traced) in fields {
        let text = traced.normalized.as_str();
        // Counted on from the match before: counting from the beginning would cost the whole text for each match.
        let (mut start, mut counted) = (0, 0);
        for (at, _) in text.match_indices(wanted).take(PLACES - found.len()) {
            start += text[counted..at].chars().count();
            counted = at;
            if let Some(Span { start, end }) = traced.origin(Span { start, end: start + length }) {
                found.push(TermPlace { field, start, end });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_ticket_as_written_and_no_more_than_the_limit() {
        let (title, text) = (trace("運費"), trace(&"请退 运费。".repeat(100)));
        let fields = [("title", &title), ("text", &text)];
        let found = places(&fields, "运费");
        assert_eq!(found.len(), PLACES);
        assert_eq!(found[0], TermPlace { field: "title", start: 0, end: 2 });
        for (at, place) in found[1..].iter().enumerate() {
            assert_eq!((place.field, place.start, place.end), ("text", at * 6 + 3, at * 6 + 5));
        }
    }
}
