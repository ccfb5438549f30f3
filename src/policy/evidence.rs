//! What is known of one question whose right entry is known: the material that thresholds are proved on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Below even odds nothing is answered directly, whatever the evidence.
pub const ANSWER_FLOOR: f64 = 0.5;
/// Evidence with fewer questions that no entry answers says too little about live traffic to promise anything.
pub const MIN_OUT_OF_SCOPE: usize = 20;

/// Where a question of the evidence comes from, and thus how far it is like what customers ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The corpus's own similar questions, each asked while it is left out. Written by staff who know the entry.
    SimilarQuestions,
    /// Labelled questions of `calibration.jsonl`.
    Labelled,
    /// Questions of `golden.jsonl`: picked by hand because they matter, not drawn.
    Golden,
    /// Customers' questions that staff have reviewed.
    Reviewed,
}

impl EvidenceKind {
    /// Whether such questions are no sample of traffic and come out better than customers' own.
    #[must_use]
    pub fn is_optimistic(self) -> bool {
        match self {
            Self::SimilarQuestions | Self::Golden => true,
            Self::Labelled | Self::Reviewed => false,
        }
    }
}

/// One question asked of the matcher as it will be served, with the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceRow {
    /// Confidence of the best candidate, 0..=1; 0 without one.
    pub confidence: f64,
    /// Whether the best candidate is right; never for a question outside the corpus.
    pub right: bool,
    /// Whether the right entry is among the first `SUGGESTED` candidates.
    pub among_suggested: bool,
    /// Whether some entry answers the question.
    pub in_scope: bool,
    pub kind: EvidenceKind,
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct KindCounts {
    pub similar_questions: usize,
    pub labelled: usize,
    pub golden: usize,
    pub reviewed: usize,
}

impl KindCounts {
    /// Counts rows.
    #[must_use]
    pub fn of(rows: &[EvidenceRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            match row.kind {
                EvidenceKind::SimilarQuestions => counts.similar_questions += 1,
                EvidenceKind::Labelled => counts.labelled += 1,
                EvidenceKind::Golden => counts.golden += 1,
                EvidenceKind::Reviewed => counts.reviewed += 1,
            }
        }
        counts
    }

    /// Whether any row is of a kind that is no sample of traffic.
    #[must_use]
    pub fn is_optimistic(self) -> bool {
        self.similar_questions + self.golden > 0
    }
}
