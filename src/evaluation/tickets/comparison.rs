//! Two models on the same tickets: what got better, what got worse, and whether it may be chance.

use serde::Serialize;

use super::intervals::paired_intervals;
use super::measures::MEASURES;
use crate::evaluation::change::MeasureChange;
use crate::stats::mcnemar;
use crate::tickets::{JudgedTicket, PairedModels, TicketRow, measure};

/// The comparison of a model with another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketComparison {
    /// Version of the model compared with.
    pub model_version: String,
    /// In the order of [`MEASURES`].
    pub measures: Vec<MeasureChange>,
    /// Tickets that are right now and were not.
    pub won: Vec<TicketChange>,
    /// Tickets that were right and are not now.
    pub lost: Vec<TicketChange>,
    /// Two-sided exact McNemar test on the two lists: the chance of a difference at least as large between two models
    /// that are equally good.
    pub p_value: f64,
}

/// One ticket won or lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketChange {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub truth: String,
    pub guess_before: String,
    pub guess: String,
    pub confidence_before: f64,
    pub confidence: f64,
    /// Title and text as normalised: personal numbers are placeholders.
    pub text: String,
}

/// Compares the candidate of a pair with the current model, whose version is `model_version`.
#[must_use]
pub fn compare(paired: &PairedModels, model_version: &str) -> TicketComparison {
    let PairedModels { labels, current: before, candidate: now, .. } = paired;
    let intervals = paired_intervals(before, now, labels);
    let measures = MeasureChange::all(&MEASURES, [&measure(before, labels), &measure(now, labels)], intervals);
    let changed = |into_right: bool| -> Vec<TicketChange> {
        let moved =
            |was: &JudgedTicket, is: &JudgedTicket| was.is_right() != is.is_right() && is.is_right() == into_right;
        let rows = paired.rows.iter().zip(before.iter().zip(now)).filter(|(_, (was, is))| moved(was, is));
        rows.map(|(row, (was, is))| change(row, was, is, labels)).collect()
    };
    let (won, lost) = (changed(true), changed(false));
    let p_value = mcnemar(won.len(), lost.len());
    TicketComparison { model_version: model_version.to_owned(), measures, won, lost, p_value }
}

fn change(row: &TicketRow, was: &JudgedTicket, is: &JudgedTicket, labels: &[String]) -> TicketChange {
    TicketChange {
        file: row.place.file.clone(),
        line: row.place.line.unwrap_or_default(),
        truth: labels[is.truth].clone(),
        guess_before: labels[was.guess].clone(),
        guess: labels[is.guess].clone(),
        confidence_before: was.confidence,
        confidence: is.confidence,
        text: row.ticket.joined(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Place;
    use crate::tickets::TicketText;

    fn paired(guesses: &[(usize, usize)]) -> PairedModels {
        let row = |line: usize| TicketRow {
            ticket: TicketText::new("", &format!("第 {line} 条")),
            label: "a".to_owned(),
            channel: None,
            customer_tier: None,
            place: Place::new("t.jsonl", line),
        };
        let judged =
            |guess: usize| JudgedTicket { truth: 0, guess, confidence: 0.7, routed: false, shortlist: vec![guess] };
        PairedModels {
            rows: (1..=guesses.len()).map(row).collect(),
            excluded: 0,
            labels: vec!["a".to_owned(), "b".to_owned()],
            current: guesses.iter().map(|(before, _)| judged(*before)).collect(),
            candidate: guesses.iter().map(|(_, now)| judged(*now)).collect(),
        }
    }

    #[test]
    fn lists_what_changed_by_file_and_line() {
        let found = compare(&paired(&[(0, 0), (1, 0), (0, 1), (1, 1), (1, 0)]), "v1");
        assert_eq!(found.won.iter().map(|change| change.line).collect::<Vec<_>>(), [2, 5]);
        let [lost] = found.lost.try_into().unwrap();
        assert_eq!((lost.line, lost.guess_before.as_str(), lost.guess.as_str()), (3, "a", "b"));
        assert!((found.p_value - 1.0).abs() < 1e-12, "two against one says nothing");
        assert_eq!((found.measures[0].before, found.measures[0].now), (Some(0.4), Some(0.6)));
    }

    #[test]
    fn many_wins_without_a_loss_are_no_chance() {
        let guesses: Vec<(usize, usize)> = (0..40).map(|at| (usize::from(at < 20), usize::from(at < 10))).collect();
        let found = compare(&paired(&guesses), "v1");
        assert!((found.p_value - 2.0 / 1024.0).abs() < 1e-9, "{}", found.p_value);
        assert_eq!(found.measures[0].is_better(&MEASURES[0]), Some(true));
    }
}
