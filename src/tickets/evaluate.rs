//! A model beside labelled tickets: what it says about each, and how good that is.

use super::bundle::Loaded;
use super::dataset::TicketRow;
use super::measures::{Judged, Measures, measure};
use super::model::Model;

/// Judges labelled rows with a model. Labels the model does not know count as groups of their own, always missed.
#[must_use]
pub fn evaluate(model: &Model, labels: &[String], rows: &[TicketRow]) -> Measures {
    let mut all = labels.to_vec();
    for row in rows {
        if !all.contains(&row.label) {
            all.push(row.label.clone());
        }
    }
    measure(&judge_rows(model, &all, rows), &all)
}

/// Judgements row by row; `labels` starts with the model's own and holds every label of the rows.
#[must_use]
pub fn judge_rows(model: &Model, labels: &[String], rows: &[TicketRow]) -> Vec<Judged> {
    let judge = |row: &TicketRow| {
        let found = model.judge(&row.ticket);
        let confidence = found.probabilities[found.best];
        let truth = labels.iter().position(|label| *label == row.label)?;
        Some(Judged { truth, guess: found.best, confidence, routed: found.routed, shortlist: found.shortlist })
    };
    rows.iter().filter_map(judge).collect()
}

/// The rows a bundle was not trained on, and how many it was.
#[must_use]
pub fn unseen(bundle: &Loaded, rows: Vec<TicketRow>) -> (Vec<TicketRow>, usize) {
    let given = rows.len();
    let fresh: Vec<TicketRow> =
        rows.into_iter().filter(|row| bundle.row_keys.binary_search(&row.key()).is_err()).collect();
    let seen = given - fresh.len();
    (fresh, seen)
}
