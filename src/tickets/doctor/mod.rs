//! What is wrong with a labelled ticket set, before anyone trains on it. One file per finding; changes nothing.
//!
//! Findings about single rows and labels need no model. Doubted labels and confusable groups rest on what models say
//! about rows they never saw, and are clues, not proofs. Deterministic, and linear in the rows but for the learner.

mod confident;
mod confusions;
mod defect;
mod duplicates;
mod group_sizes;
mod judged_set;
mod label_spelling;
mod leakage;
mod lengths;
mod personal;
mod set;
mod suspects;

use serde::Serialize;

pub use self::defect::{Defect, Detail, Item, Severity, Spot};
use self::judged_set::JudgedSet;
use self::set::TicketSet;
use super::dataset::{Dataset, RawTicket};
use super::train::{TrainError, TrainOptions, TrainingProgress, out_of_fold};

/// Labels beyond which they are no skill groups, nor are they where most rows have one of their own.
const MOST_LABELS: usize = 1_000;
/// Rows up to which a set may be a first try.
const FEW_ROWS: usize = 100;

/// Everything found in a ticket set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnosis {
    /// Rows read, without those of test files.
    pub rows: usize,
    pub test_rows: usize,
    pub groups: usize,
    /// Errors first, then in the order of the checks.
    pub findings: Vec<Defect>,
    pub summary: Summary,
    pub verdict: DiagnosisVerdict,
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
}

/// Whether to train on the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisVerdict {
    /// There are errors.
    MendFirst,
    /// There are warnings.
    LookFirst,
    /// There are neither.
    Sound,
}

/// Examines labelled tickets, and the rows of test files beside them; `test` may be empty.
///
/// # Errors
/// Whatever the learner refuses; tickets that cannot be learnt from are a finding instead.
pub fn examine(
    tickets: &[RawTicket],
    test: &[RawTicket],
    seed: u64,
    progress: TrainingProgress<'_>,
) -> Result<Diagnosis, TrainError> {
    let set = TicketSet::new(tickets);
    let test_set = TicketSet::new(test);
    let data = trainable(&set);
    let mut findings = Vec::new();
    findings.extend(data.as_ref().err().cloned());
    findings.extend(label_spelling::label_spelling(&set));
    findings.extend(group_sizes::group_sizes(&set));
    findings.extend(duplicates::conflicts(&set));
    findings.extend(leakage::leakage(&set, &test_set));
    if let Ok(data) = &data {
        let options = TrainOptions { seed, ..TrainOptions::default() };
        let probabilities = out_of_fold(data, &options, progress)?.probabilities;
        let judged = JudgedSet { data, probabilities: &probabilities };
        findings.extend(suspects::suspects(&judged));
        findings.extend(confusions::confusions(&judged));
    }
    findings.extend(lengths::lengths(&set));
    findings.extend(duplicates::repetitions(&set));
    findings.extend(personal::personal_data(&set));
    findings.sort_by_key(|finding| finding.severity);
    let groups = defect::by_label(set.rows.iter().map(|row| row.label.as_str())).len();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    let verdict = match (errors, warnings) {
        (0, 0) => DiagnosisVerdict::Sound,
        (0, _) => DiagnosisVerdict::LookFirst,
        _ => DiagnosisVerdict::MendFirst,
    };
    let summary = Summary { errors, warnings, notes };
    Ok(Diagnosis { rows: tickets.len(), test_rows: test.len(), groups, findings, summary, verdict })
}

/// The rows to learn from, or why there are none.
fn trainable(set: &TicketSet<'_>) -> Result<Dataset, Defect> {
    let data = Dataset::new(set.rows.clone()).map_err(|error| untrainable(error.to_string()))?;
    let (rows, labels) = (data.rows.len(), data.labels.len());
    if labels > MOST_LABELS || rows > FEW_ROWS && labels > rows / 2 {
        return Err(untrainable(format!("{rows} 条工单有 {labels} 种标签：是不是把正文或编号当成了技能组？")));
    }
    Ok(data)
}

fn untrainable(message: String) -> Defect {
    Defect {
        kind: "untrainable",
        severity: Severity::Error,
        message,
        advice: "这样学不出有用的模型；与模型有关的检查（可疑标签、易混的组）没有做",
        rows: 0,
        share: 0.0,
        items: Vec::new(),
        columns: &[],
    }
}
