//! From the confidence of the best candidate to answer, suggest or hand off. No I/O, no clock; where the thresholds
//! come from is the business of `policy`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the service does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// 直接回答
    Answer,
    /// 您是不是想问
    Suggest,
    /// 转人工
    Handoff,
}

/// The two thresholds, `0 ≤ suggest ≤ answer ≤ 1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Policy {
    /// Least confidence for a direct answer.
    pub answer_threshold: f64,
    /// Least confidence of the best candidate for suggestions.
    pub suggest_threshold: f64,
}

/// Most suggestions offered at once.
pub const SUGGESTED: usize = 5;

impl Policy {
    /// Decides on the confidence of the best candidate.
    #[must_use]
    pub fn decide(&self, best: Option<f64>) -> Decision {
        match best {
            Some(confidence) if confidence >= self.answer_threshold => Decision::Answer,
            Some(confidence) if confidence >= self.suggest_threshold => Decision::Suggest,
            _ => Decision::Handoff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_belong_to_the_bolder_side() {
        let policy = Policy { answer_threshold: 0.9, suggest_threshold: 0.3 };
        let rows = [
            (Some(0.9), Decision::Answer),
            (Some(0.899), Decision::Suggest),
            (Some(0.3), Decision::Suggest),
            (Some(0.299), Decision::Handoff),
            (None, Decision::Handoff),
        ];
        for (best, expected) in rows {
            assert_eq!(policy.decide(best), expected, "best {best:?}");
        }
    }
}
