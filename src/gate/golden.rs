//! Golden questions: what the live bundle gets right must stay right in the next one.

use jiff::Timestamp;

use crate::answer::decide;
use crate::corpus::{GoldenCase, GoldenExpectation};
use crate::decision::Decision;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;
use crate::text::normalize;

/// How the golden questions of a corpus come out.
#[derive(Debug, Default)]
pub(super) struct GoldenOutcome {
    pub(super) passed: usize,
    /// Fail as before, or are new and fail.
    pub(super) failing: Vec<String>,
    /// Right in the live bundle and wrong in the next.
    pub(super) broken: Vec<String>,
}

/// Runs the next corpus's golden questions against both snapshots.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub(super) fn compare_golden(live: &Snapshot, next: &Snapshot, now: Timestamp) -> Result<GoldenOutcome, IndexError> {
    let mut outcome = GoldenOutcome::default();
    for case in &next.corpus.golden {
        if passes(next, case, now)? {
            outcome.passed += 1;
        } else if live.corpus.golden.iter().any(|known| known.question == case.question) && passes(live, case, now)? {
            outcome.broken.push(case.question.clone());
        } else {
            outcome.failing.push(case.question.clone());
        }
    }
    Ok(outcome)
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
