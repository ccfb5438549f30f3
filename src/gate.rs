//! The publish gate: golden questions that the live bundle gets right must stay right in the next one.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::{GoldenCase, GoldenExpectation};
use crate::decision::Decision;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;
use crate::text::normalize;

/// How the golden questions fare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct GateReport {
    /// Golden questions of the next corpus.
    pub golden: usize,
    /// Of those, how many come out as expected.
    pub passed: usize,
    /// Questions that fail now as they failed before, or are new and fail; they do not stop a publish.
    pub failing: Vec<String>,
    /// Questions that the live bundle gets right and the next one would not; any refuses the publish.
    pub broken: Vec<String>,
}

/// Runs the next corpus's golden questions against both snapshots.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub fn compare_golden(live: &Snapshot, next: &Snapshot, now: Timestamp) -> Result<GateReport, IndexError> {
    let mut report = GateReport { golden: next.corpus.golden.len(), ..GateReport::default() };
    for case in &next.corpus.golden {
        if passes(next, case, now)? {
            report.passed += 1;
        } else if live.corpus.golden.iter().any(|known| known.question == case.question) && passes(live, case, now)? {
            report.broken.push(case.question.clone());
        } else {
            report.failing.push(case.question.clone());
        }
    }
    Ok(report)
}

/// An expected entry must be the best candidate; a question not to be answered must not be answered directly.
fn passes(snapshot: &Snapshot, case: &GoldenCase, now: Timestamp) -> Result<bool, IndexError> {
    let normalized = normalize(&case.question);
    let candidates = snapshot.candidates(&normalized, now)?;
    let best = candidates.first();
    Ok(match &case.expect {
        GoldenExpectation::Entry(id) => best.is_some_and(|best| snapshot.corpus.entries[best.entry as usize].id == *id),
        GoldenExpectation::NoAnswer => {
            let routing = &snapshot.corpus.routing;
            let leaves = routing.asks_for_human(&normalized) || routing.is_complaint(&normalized);
            leaves || snapshot.policy.decide(best.map(|best| f64::from(best.confidence))) != Decision::Answer
        }
    })
}
