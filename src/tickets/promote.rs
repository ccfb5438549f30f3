//! Whether a candidate model may take the place of the current one.
//!
//! Both judge the same labelled tickets, none of which either was trained on. Swapping directories is in the command.

use super::bundle::Loaded;
use super::dataset::TicketRow;
use super::evaluate::{judge_rows, unseen};
use super::measures::{Measures, mcnemar, measure};

/// Chance of calling an equally good candidate worse.
const SIGNIFICANCE: f64 = 0.05;
/// Tickets below which nothing can be said.
pub const LEAST_ROWS: usize = 20;

/// Two models beside each other.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub candidate: Measures,
    pub current: Measures,
    /// Rows one of the two was trained on, left out.
    pub excluded: usize,
    /// Rows that only the candidate, and only the current model has right.
    pub only_candidate: usize,
    pub only_current: usize,
    /// Of the exact McNemar test.
    pub p_value: f64,
    pub verdict: Verdict,
}

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not worse beyond noise.
    Promote,
    /// Worse, and not by chance.
    Worse,
    /// Fewer than [`LEAST_ROWS`] rows that neither model was trained on.
    TooFewRows,
}

/// Compares two models on labelled tickets.
#[must_use]
pub fn compare(candidate: &Loaded, current: &Loaded, rows: Vec<TicketRow>) -> Comparison {
    let (rows, seen_by_candidate) = unseen(candidate, rows);
    let (rows, seen_by_current) = unseen(current, rows);
    let judge = |bundle: &Loaded| {
        let mut labels = bundle.manifest.labels.clone();
        for row in &rows {
            if !labels.contains(&row.label) {
                labels.push(row.label.clone());
            }
        }
        let judged = judge_rows(&bundle.model, &labels, &rows);
        let right: Vec<bool> = judged.iter().map(|row| row.guess == row.truth).collect();
        (measure(&judged, &labels), right)
    };
    let (candidate, candidate_right) = judge(candidate);
    let (current, current_right) = judge(current);
    let pairs = || candidate_right.iter().zip(&current_right);
    let only_candidate = pairs().filter(|(new, old)| **new && !**old).count();
    let only_current = pairs().filter(|(new, old)| !**new && **old).count();
    let p_value = mcnemar(only_candidate, only_current);
    let verdict = if rows.len() < LEAST_ROWS {
        Verdict::TooFewRows
    } else if only_current > only_candidate && p_value < SIGNIFICANCE {
        Verdict::Worse
    } else {
        Verdict::Promote
    };
    let excluded = seen_by_candidate + seen_by_current;
    Comparison { candidate, current, excluded, only_candidate, only_current, p_value, verdict }
}
