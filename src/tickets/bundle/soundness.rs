//! Whether the values of a bundle make sense, one by one: a bundle whose checksums agree may still have been written by
//! a broken program, or by somebody who means harm. What is served must be finite, ordered and in its range.

use super::error::BundleError;
use super::manifest::Manifest;
use crate::tickets::calibrate::ProbabilityMap;
use crate::tickets::features::{EmbeddingStatistics, Vectorizer};
use crate::tickets::model::QuantizedWeights;
use crate::tickets::promise::{OutOfFoldConfidences, RoutingPolicy};

/// How far the groups' shares may be from 1 in sum.
const ROUNDING: f64 = 1e-6;

/// What makes no sense, and how it reads.
fn refuse<T>(what: &'static str, found: impl ToString) -> Result<T, BundleError> {
    Err(BundleError::Value { what, found: found.to_string() })
}

/// Refuses where some value is not as it must be.
fn all<T: Copy + ToString>(
    what: &'static str,
    values: impl IntoIterator<Item = T>,
    is_sound: impl Fn(T) -> bool,
) -> Result<(), BundleError> {
    values.into_iter().find(|value| !is_sound(*value)).map_or(Ok(()), |value| refuse(what, value))
}

/// Refuses numbers that do not ascend.
pub(super) fn ascending(what: &'static str, numbers: &[u64]) -> Result<(), BundleError> {
    all(what, numbers.windows(2).filter(|pair| pair[0] >= pair[1]).map(|pair| pair[1]), |_| false)
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

pub(super) fn manifest(found: &Manifest) -> Result<(), BundleError> {
    let labels = &found.labels;
    if labels.len() < 2 || labels.len() > usize::from(u16::MAX) {
        return refuse("number of labels (2 to 65,535)", labels.len());
    }
    if let Some(pair) = labels.windows(2).find(|pair| pair[0] >= pair[1]) {
        return refuse("labels (sorted, each once)", &pair[1]);
    }
    if let Some(label) = labels.iter().find(|label| label.trim().is_empty() || label.chars().any(char::is_control)) {
        return refuse("label", format!("{label:?}"));
    }
    let mut names: Vec<&str> = found.files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return refuse("file names (each once)", pair[0]);
    }
    all("held-out figures (0 to 1)", [found.held_out_accuracy, found.held_out_macro_f1], is_share)
}

pub(super) fn vocabulary(found: &Vectorizer) -> Result<(), BundleError> {
    ascending("vocabulary keys (ascending)", found.keys())?;
    all("inverse document frequency", found.idf().iter().copied(), |idf| idf.is_finite() && idf >= 0.0)
}

pub(super) fn weights(found: &QuantizedWeights) -> Result<(), BundleError> {
    let scales = found.steps.iter().chain(&found.dense_steps).copied();
    all("size of a weight's step", scales, |step| step.is_finite() && step >= 0.0)?;
    all("bias", found.biases.iter().copied(), f32::is_finite)
}

pub(super) fn probability_map(found: &ProbabilityMap) -> Result<(), BundleError> {
    let numbers = found.slopes.iter().chain(&found.offsets).copied();
    all("calibration slope or offset", numbers, f64::is_finite)?;
    if found.curve.is_rising() { Ok(()) } else { refuse("calibration curve", "points that do not rise") }
}

pub(super) fn policy(found: &RoutingPolicy) -> Result<(), BundleError> {
    let promised = [found.precision, found.coverage].into_iter().chain(found.route_at);
    all("promise or routing threshold (0 to 1)", promised, is_share)?;
    all("shortlist threshold (0 to 1)", found.shortlist_at.iter().copied(), is_share)?;
    all("vocabulary threshold (0 to 1)", [found.vocabulary_at], is_share)?;
    all("margin threshold", [found.margin_at], f64::is_finite)?;
    all("familiarity threshold (-1 to 1)", found.familiar_at, |least| (-1.01..=1.01).contains(&least))
}

pub(super) fn prior(found: &[f64]) -> Result<(), BundleError> {
    all("share of a group (0 to 1)", found.iter().copied(), is_share)?;
    all("sum of the groups' shares (1)", [found.iter().sum::<f64>()], |sum| (sum - 1.0).abs() < ROUNDING)
}

pub(super) fn evidence(found: &OutOfFoldConfidences, groups: usize) -> Result<(), BundleError> {
    let confidences = || found.guesses.iter().map(|(confidence, ..)| *confidence);
    all("out-of-fold confidence (0 to 1)", confidences(), |confidence| is_share(f64::from(confidence)))?;
    all("group of an out-of-fold guess", found.guesses.iter().map(|(_, group, _)| *group), |group| {
        usize::from(group) < groups
    })?;
    if confidences().is_sorted_by(|a, b| a >= b) {
        return Ok(());
    }
    refuse("out-of-fold confidences", "an order that does not descend")
}

pub(super) fn embedding(found: &EmbeddingStatistics) -> Result<(), BundleError> {
    all(
        "mean or centre of the training rows",
        found.mean.iter().chain(found.centers.iter().flatten()).copied(),
        |value| value.is_finite(),
    )
}
