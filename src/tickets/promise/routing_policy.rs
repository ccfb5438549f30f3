//! When a ticket is routed without review, what its shortlist holds, and the guard against tickets unlike the training
//! rows.
//!
//! All promises hold for tickets like the training rows and say nothing about others, hence the guard. Thresholds and
//! the map to probabilities come from the same out-of-fold rows: every row was judged by models that never saw it, but
//! the map was fitted on it too, which flatters what is proved by a little. The held-out fold of a report is free of it.

use serde::{Deserialize, Serialize};

use super::confidences::OutOfFoldConfidences;
use super::prediction::{LabelledPrediction, Prediction};
use super::shortlist::{self, COVERAGE};
use crate::numbers::descending;

/// Precision of routed tickets that is promised.
pub(crate) const PRECISION: f64 = 0.95;
/// Share of the training rows that the outlier guard may keep from being routed for knowing too few of their terms.
const UNKNOWN: f64 = 0.05;
/// The same for the margin of their best group: a ticket that no group claims. Most of these rows are not sure enough
/// to be routed anyway, so that the guard costs little.
const UNDECIDED: f64 = 0.10;
/// The same for lying far from all training rows in meaning.
const UNFAMILIAR: f64 = 0.05;

/// When to route, and what a shortlist holds; a bundle keeps it under the names of its first format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoutingPolicy {
    /// Promised precision of routed tickets, 0..1.
    pub precision: f64,
    /// Least confidence that is routed; nothing is where the evidence does not carry the promise.
    pub route_at: Option<f64>,
    /// Promised coverage of the shortlist, 0..1.
    pub coverage: f64,
    /// Least probability that puts a group on the shortlist, group by group.
    pub shortlist_at: Vec<f64>,
    /// Whether each group's threshold comes from its own rows; otherwise from all rows.
    pub shortlist_own: Vec<bool>,
    /// Least share of known terms that is routed.
    #[serde(rename = "known_at")]
    pub vocabulary_at: f64,
    /// Least score of the best group that is routed.
    pub margin_at: f64,
    /// Least familiarity that is routed; none without an encoder.
    #[serde(default)]
    pub familiar_at: Option<f64>,
}

impl RoutingPolicy {
    /// The loosest policy that the evidence carries.
    pub(crate) fn certify(evidence: &[LabelledPrediction], groups: usize) -> Self {
        let of = |value: fn(&Prediction) -> f64| evidence.iter().map(|row| value(&row.prediction)).collect();
        let familiarity: Vec<f64> = evidence.iter().filter_map(|row| row.prediction.familiarity).collect();
        let (shortlist_at, shortlist_own) = shortlist::thresholds(evidence, groups);
        let mut policy = Self {
            precision: PRECISION,
            route_at: None,
            coverage: COVERAGE,
            shortlist_at,
            shortlist_own,
            vocabulary_at: quantile(of(|row| row.vocabulary_coverage), UNKNOWN),
            margin_at: quantile(of(|row| row.margin), UNDECIDED),
            familiar_at: (!familiarity.is_empty()).then(|| quantile(familiarity, UNFAMILIAR)),
        };
        policy.route_at = OutOfFoldConfidences::of(policy.usual(evidence)).threshold(PRECISION);
        policy
    }

    /// The rows that are no outliers.
    pub(crate) fn usual<'r>(&self, rows: &'r [LabelledPrediction]) -> impl Iterator<Item = &'r LabelledPrediction> {
        rows.iter().filter(|row| !self.is_outlier(&row.prediction))
    }

    /// Whether a ticket is unlike the training rows.
    pub(crate) fn is_outlier(&self, ticket: &Prediction) -> bool {
        let familiar = match (self.familiar_at, ticket.familiarity) {
            (Some(least), Some(found)) => found >= least,
            _ => true,
        };
        ticket.vocabulary_coverage < self.vocabulary_at || ticket.margin < self.margin_at || !familiar
    }

    /// The groups on the shortlist, most probable first; never empty.
    pub(crate) fn shortlist(&self, probabilities: &[f64]) -> Vec<usize> {
        let chosen =
            |(place, group): &(usize, usize)| *place == 0 || probabilities[*group] >= self.shortlist_at[*group];
        descending(probabilities).into_iter().enumerate().filter(chosen).map(|(_, group)| group).collect()
    }
}

/// The value below which a share of the values lies; minus infinity of none.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
    let at = (values.len() as f64 * share).floor() as usize;
    values.get(at).copied().unwrap_or(f64::NEG_INFINITY)
}
