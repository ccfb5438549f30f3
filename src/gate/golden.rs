//! Golden questions: what the live bundle gets right must stay right in the next one.

use jiff::Timestamp;

use super::GateReport;
use crate::answer::decide;
use crate::corpus::{GoldenCase, GoldenExpectation};
use crate::decision::Decision;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;
use crate::text::normalize;

/// Runs the next corpus's golden questions against both snapshots and fills in that part of the report.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub(super) fn compare_golden(live: &Snapshot, next: &Snapshot, now: Timestamp) -> Result<GateReport, IndexError> {
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
    Ok(match &case.expect {
        GoldenExpectation::Entry(id) => candidates.first().is_some_and(|best| snapshot.entry(best).id == *id),
        GoldenExpectation::NoAnswer => decide(snapshot, &normalized, &candidates).0 != Decision::Answer,
    })
}
