//! Whether a ticket is a complaint and how soon it must be handled, by two models that ship and the visible phrases.
//!
//! The models are ordinary bundles trained on terms alone, so that they cost a look-up beside any router, with an
//! encoder or without; figures and the way to make them again are in `models/signals/README.md`. A rule of
//! `routing.toml` that sets a priority wins over what is said here: see [`super::Router`].

use std::sync::{Arc, OnceLock};

use super::embedded;
use crate::routing::Priority;
use crate::tickets::bundle::{Bundle, BundleError, read_bundle};
use crate::tickets::features::{TermKeys, TicketText};
use crate::tickets::model::Model;

// The three gates. They are not the routing thresholds of the bundles, which go with a guard against undecided tickets:
// that guard would cost a quarter of what is found at nearly the same precision.
// Shares are of rows that the models did not see.

/// Probability of a complaint from which a ticket is taken as one: 96 % of these are, and 62 % of the complaints are
/// found; the phrases find some more.
pub const COMPLAINT_AT: f64 = 0.75;
/// Probability of being high or urgent from which a ticket is at least high: five of six of these are.
pub(crate) const HIGH_AT: f64 = 0.6;
/// Probability of being urgent from which a ticket is taken as urgent: a missed one is held to cost as much as six false
/// alarms. 63 % of the urgent tickets are found; of those taken as urgent 44 % are, and another 38 % are high.
pub const URGENT_AT: f64 = 0.15;

/// Labels of the complaint model, in its order.
const COMPLAINT_LABELS: [&str; 2] = ["false", "true"];
/// Labels of the priority model, in its order.
const PRIORITY_LABELS: [&str; 3] = ["high", "normal", "urgent"];

/// The two models. Immutable and shared by all routers.
#[derive(Debug)]
pub(crate) struct ComplaintAndPriority {
    complaint: Model,
    priority: Model,
}

/// What is known of one ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ComplaintJudgement {
    /// Probability that it is a complaint, 0..=1; 1 where a phrase says so.
    pub complaint: f64,
    /// Whether it is taken as a complaint: a phrase says so, or the model from [`COMPLAINT_AT`].
    pub complains: bool,
    /// The learned priority, from [`URGENT_AT`] and [`HIGH_AT`]; at least high for a complaint.
    pub priority: Priority,
}

impl ComplaintAndPriority {
    /// The shipped models, read once a process.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside bundles of another version.
    pub(crate) fn embedded() -> Result<Arc<Self>, BundleError> {
        static LOADED: OnceLock<Arc<ComplaintAndPriority>> = OnceLock::new();
        match LOADED.get() {
            Some(loaded) => Ok(Arc::clone(loaded)),
            None => {
                let loaded = Arc::new(Self::from_files(&embedded::complaint(), &embedded::priority())?);
                Ok(Arc::clone(LOADED.get_or_init(|| loaded)))
            }
        }
    }

    /// Loads both from the names and contents of their files.
    ///
    /// # Errors
    /// As [`read_bundle`]; [`BundleError::Version`] for a bundle that tells other labels apart.
    pub(crate) fn from_files(complaint: &[(&str, &[u8])], priority: &[(&str, &[u8])]) -> Result<Self, BundleError> {
        let complaint = told_apart(read_bundle(complaint)?, &COMPLAINT_LABELS)?;
        let priority = told_apart(read_bundle(priority)?, &PRIORITY_LABELS)?;
        Ok(Self { complaint, priority })
    }

    /// Judges a ticket with these terms; `phrase` says whether it holds a complaint phrase of `routing.toml`.
    #[must_use]
    pub(crate) fn judge(&self, ticket: &TicketText, terms: &TermKeys, phrase: bool) -> ComplaintJudgement {
        let said = |model: &Model| model.judge_features(&model.read_terms(ticket, terms)).probabilities;
        combine(&said(&self.complaint), &said(&self.priority), phrase)
    }
}

/// Probabilities of [`COMPLAINT_LABELS`] and of [`PRIORITY_LABELS`] → verdict.
fn combine(complaint: &[f64], priority: &[f64], phrase: bool) -> ComplaintJudgement {
    let complaint = if phrase { 1.0 } else { complaint[1] };
    let complains = complaint >= COMPLAINT_AT;
    let (normal, urgent) = (priority[1], priority[2]);
    let priority = if urgent >= URGENT_AT {
        Priority::Urgent
    } else if complains || 1.0 - normal >= HIGH_AT {
        Priority::High
    } else {
        Priority::Normal
    };
    ComplaintJudgement { complaint, complains, priority }
}

/// The model of a bundle, if it tells these labels apart.
fn told_apart(loaded: Bundle, labels: &[&str]) -> Result<Model, BundleError> {
    if loaded.manifest.labels == labels {
        return Ok(loaded.model);
    }
    let (expected, found) = (labels.join(", "), loaded.manifest.labels.join(", "));
    Err(BundleError::Version { what: "labels", expected, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_of_what_is_said_counts() {
        // Probability of a complaint; of high, normal and urgent; whether a phrase says complaint.
        let rows = [
            (0.1, [0.1, 0.8, 0.1], false, (false, Priority::Normal)),
            (0.8, [0.1, 0.8, 0.1], false, (true, Priority::High)), // a complaint is high at least
            (0.7, [0.4, 0.5, 0.1], false, (false, Priority::Normal)), // not sure enough of anything
            (0.1, [0.6, 0.3, 0.1], false, (false, Priority::High)),
            (0.1, [0.1, 0.74, 0.16], false, (false, Priority::Urgent)), // a missed one costs more
            (0.9, [0.1, 0.0, 0.9], false, (true, Priority::Urgent)),
            (0.0, [0.0, 1.0, 0.0], true, (true, Priority::High)), // a phrase needs no model
        ];
        for (probability, levels, phrase, (complains, priority)) in rows {
            let found = combine(&[1.0 - probability, probability], &levels, phrase);
            let expected =
                ComplaintJudgement { complaint: if phrase { 1.0 } else { probability }, complains, priority };
            assert_eq!(found, expected, "{probability} {levels:?}");
        }
    }

    #[test]
    fn a_bundle_with_other_labels_is_refused() {
        let signals = ComplaintAndPriority::embedded();
        assert!(signals.is_ok(), "{signals:?}");
        let files = embedded::router();
        let error = ComplaintAndPriority::from_files(&files, &files).unwrap_err();
        assert!(error.to_string().starts_with("labels: expected false, true, found account, "), "{error}");
    }
}
