//! What happened to each ticket, by the names of the groups; the row of a saved result and of the predictions file.

use std::io::Write;

use serde::Serialize;

use super::judging::EvaluatedTickets;
use crate::tickets::{JudgedTicket, Judgement, RouteDecision, TicketRow};

/// One ticket with what was said about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketOutcome {
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// The true group; none for tickets that belong to no group.
    pub truth: Option<String>,
    pub guess: String,
    /// Of the guess, 0..=1.
    pub confidence: f64,
    pub decision: RouteDecision,
    /// Most probable first.
    pub shortlist: Vec<String>,
    /// Title and text as normalised: personal numbers are placeholders.
    pub text: String,
}

impl TicketOutcome {
    /// Every labelled ticket, in order.
    #[must_use]
    pub fn labelled(evaluated: &EvaluatedTickets) -> Vec<Self> {
        let outcome = |(row, judged): (&TicketRow, &JudgedTicket)| Self::of(row, judged, &evaluated.labels);
        evaluated.rows.iter().zip(&evaluated.judged).map(outcome).collect()
    }

    /// Every ticket that belongs to no group, in order.
    #[must_use]
    pub fn outside(evaluated: &EvaluatedTickets) -> Vec<Self> {
        let outcome = |(row, found): &(TicketRow, Judgement)| {
            let judged = JudgedTicket {
                truth: found.best,
                guess: found.best,
                confidence: found.probabilities[found.best],
                routed: found.routed,
                shortlist: found.shortlist.clone(),
            };
            Self { truth: None, ..Self::of(row, &judged, &evaluated.labels) }
        };
        evaluated.outside.iter().map(outcome).collect()
    }

    fn of(row: &TicketRow, judged: &JudgedTicket, labels: &[String]) -> Self {
        Self {
            file: row.place.file.clone(),
            line: row.place.line.unwrap_or_default(),
            truth: Some(labels[judged.truth].clone()),
            guess: labels[judged.guess].clone(),
            confidence: judged.confidence,
            decision: if judged.routed { RouteDecision::Route } else { RouteDecision::Review },
            shortlist: judged.shortlist.iter().map(|group| labels[*group].clone()).collect(),
            text: row.ticket.joined(),
        }
    }

    /// Whether it was routed without review.
    #[must_use]
    pub fn is_routed(&self) -> bool {
        self.decision == RouteDecision::Route
    }

    /// Whether the guess is not the true group.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.truth.as_ref() != Some(&self.guess)
    }
}

/// Columns of the predictions file.
const HEADER: [&str; 7] = ["file", "line", "truth", "guess", "confidence", "decision", "shortlist"];

/// Writes outcomes as CSV without the tickets' texts: confidences with six decimals, shortlists joined by `|`, the
/// truth empty for tickets that belong to no group.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_predictions<'a>(
    outcomes: impl Iterator<Item = &'a TicketOutcome>,
    out: impl Write,
) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for outcome in outcomes {
        writer.write_record([
            outcome.file.as_str(),
            &outcome.line.to_string(),
            outcome.truth.as_deref().unwrap_or(""),
            &outcome.guess,
            &format!("{:.6}", outcome.confidence),
            decision_name(outcome.decision),
            &outcome.shortlist.join("|"),
        ])?;
    }
    writer.flush()?;
    Ok(())
}

/// A decision's name in the API and in files.
fn decision_name(decision: RouteDecision) -> &'static str {
    match decision {
        RouteDecision::Route => "route",
        RouteDecision::Review => "review",
    }
}

/// A decision's name for people.
pub(super) fn decision_label(decision: RouteDecision) -> &'static str {
    match decision {
        RouteDecision::Route => "直接分派",
        RouteDecision::Review => "人工分派",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_hold_no_text() {
        let outcome = TicketOutcome {
            file: "a,b.jsonl".to_owned(),
            line: 3,
            truth: Some("退款".to_owned()),
            guess: "物流".to_owned(),
            confidence: 0.123_456_78,
            decision: RouteDecision::Review,
            shortlist: vec!["物流".to_owned(), "退款".to_owned()],
            text: "不该出现".to_owned(),
        };
        let outside =
            TicketOutcome { truth: None, decision: RouteDecision::Route, shortlist: Vec::new(), ..outcome.clone() };
        let mut file = Vec::new();
        write_predictions([&outcome, &outside].into_iter(), &mut file).unwrap();
        assert_eq!(
            String::from_utf8(file).unwrap(),
            "file,line,truth,guess,confidence,decision,shortlist\n\"a,b.jsonl\",3,退款,物流,0.123457,review,物流|退款\n\
             \"a,b.jsonl\",3,,物流,0.123457,route,\n"
        );
        assert!(outcome.is_wrong() && outside.is_wrong());
    }
}
