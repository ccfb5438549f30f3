//! A model beside tickets: what it says about each, row by row. How good that is, is measured elsewhere.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::tickets::bundle::Bundle;
use crate::tickets::dataset::TicketRow;
use crate::tickets::measure::{JudgedTicket, RoutingQuality, measure};
use crate::tickets::model::{Judgement, Model};

/// Judges labelled rows with a model. Labels the model does not know count as groups of their own, always missed.
#[must_use]
pub fn evaluate(model: &Model, labels: &[String], rows: &[TicketRow]) -> RoutingQuality {
    let all = labels_of(&[labels], rows);
    measure(&judge_rows(model, labels, &all, rows), &all)
}

/// Every label of models and rows once: the first model's own, then what the others and the rows add, in their order.
#[must_use]
pub fn labels_of(models: &[&[String]], rows: &[TicketRow]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for label in models.iter().copied().flatten().chain(rows.iter().map(|row| &row.label)) {
        if seen.insert(label) {
            all.push(label.clone());
        }
    }
    all
}

/// Judgements row by row. `own` are the model's labels in its order, `all` holds them and every label of the rows;
/// groups are numbered as in `all`.
#[must_use]
pub fn judge_rows(model: &Model, own: &[String], all: &[String], rows: &[TicketRow]) -> Vec<JudgedTicket> {
    let place: BTreeMap<&str, usize> = all.iter().enumerate().map(|(at, label)| (label.as_str(), at)).collect();
    let own: Vec<usize> = own.iter().filter_map(|label| place.get(label.as_str()).copied()).collect();
    let judge = |row: &TicketRow| {
        let found = model.judge(&row.ticket);
        Some(JudgedTicket {
            truth: place.get(row.label.as_str()).copied()?,
            guess: own[found.best],
            confidence: found.probabilities[found.best],
            routed: found.routed,
            shortlist: found.shortlist.iter().map(|group| own[*group]).collect(),
        })
    };
    rows.par_iter().filter_map(judge).collect()
}

/// What a model says about rows that have no label, row by row; groups are numbered as the model numbers them.
#[must_use]
pub fn judge_unlabelled(model: &Model, rows: &[TicketRow]) -> Vec<Judgement> {
    rows.par_iter().map(|row| model.judge(&row.ticket)).collect()
}

/// The rows a bundle was not trained on, and how many it was.
#[must_use]
pub fn unseen(bundle: &Bundle, rows: Vec<TicketRow>) -> (Vec<TicketRow>, usize) {
    let given = rows.len();
    let fresh: Vec<TicketRow> =
        rows.into_iter().filter(|row| bundle.row_keys.binary_search(&row.key()).is_err()).collect();
    let seen = given - fresh.len();
    (fresh, seen)
}
