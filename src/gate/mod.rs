//! The publish gate: what a change of corpus would do, found out before anybody is answered from it.
//!
//! Refuses where golden questions break or a promise is lost; everything else is told and left to staff. Changes
//! nothing: publishing is the business of `knowledge_base`.

mod golden;
pub mod live_comparison;
mod losses;
pub mod self_retrieval;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policy::PolicyStatement;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;

use golden::{GoldenOutcome, compare_golden};
use live_comparison::ChangedAnswer;
pub use losses::Losses;
use self_retrieval::SelfRetrieval;

/// What the gate found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct GateReport {
    /// Golden questions of the next corpus.
    pub golden: usize,
    /// Of those, how many come out as expected.
    pub passed: usize,
    /// Questions that fail now as they failed before, or are new and fail; they do not stop a publish.
    pub failing: Vec<String>,
    /// Questions that the live bundle gets right and the next one would not; any refuses the publish.
    pub broken: Vec<String>,
    /// Present where the live bundle promises its precision and the next one could not; refuses the publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise_lost: Option<PromiseLost>,
    /// Present where entries are gone or broken off as by accident; refuses the publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub losses: Option<Losses>,
    /// Golden and recently asked questions put to both bundles.
    pub compared: usize,
    /// Of these, how many are decided or answered otherwise.
    pub changed_total: usize,
    /// The first 100 of these, golden ones first.
    pub changed: Vec<ChangedAnswer>,
    /// How the next corpus finds its own questions; absent on a rollback, which must be quick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_retrieval: Option<SelfRetrieval>,
    /// Why staff publish although the gate refuses; absent where it does not, whatever was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
}

/// A promise that the evidence of the next bundle does not carry.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PromiseLost {
    pub target_precision: f64,
    /// Lower bound of the precision at the live threshold, on the live evidence.
    pub bound_before: Option<f64>,
    /// The same of the next bundle; null where it answers nothing of its evidence.
    pub bound_after: Option<f64>,
    /// What happened and what would help, in Chinese.
    pub message: String,
}

impl GateReport {
    /// Whether publishing needs force.
    #[must_use]
    pub fn refuses(&self) -> bool {
        !self.broken.is_empty() || self.promise_lost.is_some() || self.losses.is_some()
    }

    /// Why, in English and without any question; empty where nothing refuses.
    #[must_use]
    pub fn reasons(&self) -> String {
        let mut reasons = Vec::new();
        if !self.broken.is_empty() {
            reasons.push(format!("{} golden question(s) answered rightly before would go wrong", self.broken.len()));
        }
        if self.promise_lost.is_some() {
            reasons.push("the promised precision of direct answers would no longer be proved".to_owned());
        }
        if let Some(losses) = &self.losses {
            let Losses { entries, of, too_many, cut, .. } = losses;
            if *too_many {
                reasons.push(format!("{entries} of {of} entries are gone"));
            }
            if !cut.is_empty() {
                reasons.push(format!("{} file(s) look half copied", cut.len()));
            }
        }
        reasons.join("; ")
    }
}

/// Everything the gate can find out about publishing `next` over `live`, which may lose `max_lost` of its entries, a
/// share in 0..=1. CPU-bound: one search a stored question and two a compared one, on all cores.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub fn examine(live: &Snapshot, next: &Snapshot, max_lost: f64, now: Timestamp) -> Result<GateReport, IndexError> {
    let losses = losses::find(&live.corpus, &next.corpus, max_lost);
    let self_retrieval = Some(self_retrieval::ask_own_questions(next, now)?);
    Ok(GateReport { losses, self_retrieval, ..compare(live, next, now)? })
}

/// What changes against the live bundle, without asking the next one all its own questions.
///
/// # Errors
/// [`IndexError`] when an index cannot be read.
pub fn compare(live: &Snapshot, next: &Snapshot, now: Timestamp) -> Result<GateReport, IndexError> {
    let GoldenOutcome { passed, failing, broken } = compare_golden(live, next, now)?;
    let comparison = live_comparison::compare(live, next, now)?;
    Ok(GateReport {
        golden: next.corpus.golden.len(),
        passed,
        failing,
        broken,
        promise_lost: promise_lost(&live.statement, &next.statement),
        compared: comparison.compared,
        changed_total: comparison.changed_total,
        changed: comparison.changed,
        ..GateReport::default()
    })
}

fn promise_lost(live: &PolicyStatement, next: &PolicyStatement) -> Option<PromiseLost> {
    // A threshold set by hand may miss the target although the evidence is enough for another.
    let why = if next.missing.is_empty() { next.summary.clone() } else { next.missing.join("；") };
    live.is_lost_in(next).then(|| PromiseLost {
        target_precision: live.target_precision,
        bound_before: live.evidence.precision_lower_bound,
        bound_after: next.evidence.precision_lower_bound,
        message: format!("现在的版本能证明直接回答的正确率，换上新版就不能了：{why}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{EvidenceKind, EvidenceRow, PolicySettings, resolve};

    fn statement(right: usize) -> PolicyStatement {
        let inside = EvidenceRow {
            confidence: 0.9,
            right: true,
            among_suggested: true,
            in_scope: true,
            kind: EvidenceKind::Labelled,
        };
        let outside = EvidenceRow { confidence: 0.1, right: false, among_suggested: false, in_scope: false, ..inside };
        let rows = [vec![inside; right], vec![outside; 30]].concat();
        resolve(&PolicySettings::default(), &rows, "测试").1
    }

    #[test]
    fn losing_a_promise_refuses_and_says_what_is_missing() {
        let lost = promise_lost(&statement(59), &statement(24)).unwrap();
        assert!(lost.message.contains("还差 35 个"), "{lost:?}");
        assert!(lost.bound_before.unwrap() >= 0.95 && lost.bound_after.is_none(), "{lost:?}");
        assert_eq!(promise_lost(&statement(24), &statement(24)), None); // nothing was promised
        let report = GateReport { promise_lost: Some(lost), broken: vec!["一".into()], ..GateReport::default() };
        assert!(report.refuses() && report.reasons().contains("; "), "{}", report.reasons());
        assert!(!GateReport::default().refuses());
    }
}
