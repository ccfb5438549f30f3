//! Several matters in one ticket: which sentences speak for which group.
//!
//! Every sentence is judged as a ticket of its own by the same model. Costs as much as the ticket itself again, so it is
//! asked for only where somebody reads the result.

use serde::Serialize;
use utoipa::ToSchema;

use super::sentences::sentences;
use crate::text::trace::{Span, trace};
use crate::tickets::features::TicketText;
use crate::tickets::model::Model;
use crate::tickets::ticket::Ticket;

/// Least probability of a group that a sentence speaks for.
const SPEAKS: f64 = 0.5;
/// Sentences looked at; what follows in a longer ticket rarely is another matter.
const MOST: usize = 16;

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

/// The sentences of a ticket's text that speak for each group, by group; none where the text is a single sentence.
#[must_use]
pub(crate) fn sentence_votes(model: &Model, ticket: &Ticket<'_>) -> Vec<(usize, Sentence)> {
    let traced = trace(ticket.text);
    let spans = sentences(&traced.normalized);
    if spans.len() < 2 {
        return Vec::new();
    }
    let chars: Vec<char> = traced.normalized.chars().collect();
    let typed: Vec<char> = ticket.text.chars().collect();
    let mut found = Vec::new();
    for span in spans.into_iter().take(MOST) {
        let text: String = chars[span.start..span.end].iter().collect();
        let judged = model.judge(&TicketText { text, ..TicketText::default() }.by(ticket.channel));
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
