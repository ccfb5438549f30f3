//! Whether a candidate model may take the place of the current one.
//!
//! Both judge the same labelled tickets, none of which either was trained on. Swapping directories is in the command.

use super::rows::{judge_rows, labels_of, unseen};
use crate::stats::mcnemar;
use crate::tickets::bundle::Bundle;
use crate::tickets::dataset::TicketRow;
use crate::tickets::measure::JudgedTicket;

/// Chance of calling an equally good candidate worse.
const SIGNIFICANCE: f64 = 0.05;
/// Tickets below which nothing can be said.
pub const LEAST_PROMOTION_ROWS: usize = 20;

/// Two models beside each other on the same rows.
#[derive(Debug, Clone)]
pub struct PairedModels {
    /// Rows that neither was trained on.
    pub rows: Vec<TicketRow>,
    /// Rows one of the two was trained on, left out.
    pub excluded: usize,
    /// Every label of the models and the rows, the candidate's first; groups are numbered so.
    pub labels: Vec<String>,
    /// What each says, row by row.
    pub candidate: Vec<JudgedTicket>,
    pub current: Vec<JudgedTicket>,
}

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionVerdict {
    /// Not worse beyond noise.
    Promote,
    /// Worse, and not by chance.
    Worse,
    /// Fewer than [`LEAST_PROMOTION_ROWS`] rows that neither model was trained on.
    TooFewRows,
}

/// Lets two models judge the labelled tickets that neither was trained on.
#[must_use]
pub fn pair(candidate: &Bundle, current: &Bundle, rows: Vec<TicketRow>) -> PairedModels {
    let given = rows.len();
    let (rows, _) = unseen(current, unseen(candidate, rows).0);
    let labels = labels_of(&[&candidate.manifest.labels, &current.manifest.labels], &rows);
    let judge = |bundle: &Bundle| judge_rows(&bundle.model, &bundle.manifest.labels, &labels, &rows);
    let (candidate, current) = (judge(candidate), judge(current));
    PairedModels { excluded: given - rows.len(), labels, candidate, current, rows }
}

impl PairedModels {
    /// Whether the candidate may be promoted.
    #[must_use]
    pub fn verdict(&self) -> PromotionVerdict {
        let count = |better: &[JudgedTicket], worse: &[JudgedTicket]| {
            better.iter().zip(worse).filter(|(better, worse)| better.is_right() && !worse.is_right()).count()
        };
        let only_candidate = count(&self.candidate, &self.current);
        let only_current = count(&self.current, &self.candidate);
        if self.rows.len() < LEAST_PROMOTION_ROWS {
            PromotionVerdict::TooFewRows
        } else if only_current > only_candidate && mcnemar(only_candidate, only_current) < SIGNIFICANCE {
            PromotionVerdict::Worse
        } else {
            PromotionVerdict::Promote
        }
    }
}
