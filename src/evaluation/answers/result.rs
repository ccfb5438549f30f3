//! A result as it is saved: measures with intervals, reliability, and the outcome of every question, so that a later
//! result can be compared with it question by question.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::comparison::AnswerComparison;
use super::intervals::intervals;
use super::measures::MEASURES;
use super::outcome::AnswerOutcome;
use super::quality::{AnswerQuality, JudgedQuestion, reliability};
use crate::evaluation::intervals::by_name;
use crate::stats::{Bootstrap, Interval, ReliabilityBin};

/// Format of a saved result.
const FORMAT: u32 = 1;
/// Bins of the reliability diagram and of the calibration error.
const BINS: usize = 10;

/// An evaluation, complete.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerEvaluation {
    pub format: u32,
    pub corpus_version: String,
    pub model_version: String,
    /// The moment at which entries had to hold.
    pub at: Timestamp,
    #[serde(flatten)]
    pub quality: AnswerQuality,
    /// Measure → 95 % interval; measures without one are absent.
    pub intervals: BTreeMap<&'static str, Interval>,
    pub bootstrap: Bootstrap,
    /// Bins of equal width over the confidence, ascending.
    pub reliability: Vec<ReliabilityBin>,
    /// With the earlier result, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<AnswerComparison>,
    /// In the order of the files, in-scope questions first.
    pub outcomes: Vec<AnswerOutcome>,
}

/// What was evaluated.
#[derive(Debug, Clone)]
pub struct EvaluatedVersions {
    pub corpus_version: String,
    pub model_version: String,
    pub at: Timestamp,
}

/// The parts of a saved result that a comparison needs.
#[derive(Debug, Clone, Deserialize)]
pub struct SavedAnswers {
    #[serde(default)]
    format: u32,
    #[serde(default)]
    pub outcomes: Vec<AnswerOutcome>,
}

/// Why a file is no result to compare with. The messages are for the people who evaluate.
#[derive(Debug, thiserror::Error)]
pub enum SavedAnswersError {
    #[error("不是 yingda evaluate answers --json 保存的结果")]
    Json(#[from] serde_json::Error),
    #[error("基线的格式是 {0}，这个程序只认识 {FORMAT}；请用这个程序重新保存")]
    Format(u32),
    #[error("基线里没有逐题结果，请用 yingda evaluate answers --json 重新保存")]
    WithoutOutcomes,
}

impl AnswerEvaluation {
    /// Measures the outcomes; takes a thousand times as long as measuring them once.
    #[must_use]
    pub fn new(evaluated: EvaluatedVersions, outcomes: Vec<AnswerOutcome>) -> Self {
        let judged: Vec<JudgedQuestion> = outcomes.iter().map(AnswerOutcome::judged).collect();
        Self {
            format: FORMAT,
            corpus_version: evaluated.corpus_version,
            model_version: evaluated.model_version,
            at: evaluated.at,
            quality: AnswerQuality::of(&judged),
            intervals: by_name(&MEASURES, intervals(&judged)),
            bootstrap: Bootstrap::USED,
            reliability: reliability(&judged, BINS),
            comparison: None,
            outcomes,
        }
    }
}

impl SavedAnswers {
    /// Reads a saved result.
    ///
    /// # Errors
    /// [`SavedAnswersError`] when the file holds none, or none of this format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SavedAnswersError> {
        let saved: Self = serde_json::from_slice(bytes)?;
        if saved.outcomes.is_empty() {
            return Err(SavedAnswersError::WithoutOutcomes);
        }
        if saved.format != FORMAT {
            return Err(SavedAnswersError::Format(saved.format));
        }
        Ok(saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;

    fn result() -> AnswerEvaluation {
        let outcome = |at: usize| AnswerOutcome {
            question: format!("问{at}"),
            faq_id: (at < 30).then(|| "a".to_owned()),
            rank: (at < 20).then_some(1),
            best_faq_id: Some("a".to_owned()),
            decision: if at < 10 { Decision::Answer } else { Decision::Handoff },
            confidence: 0.5,
            suggested: false,
        };
        let evaluated = EvaluatedVersions {
            corpus_version: "c".to_owned(),
            model_version: "m".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        AnswerEvaluation::new(evaluated, (0..40).map(outcome).collect())
    }

    #[test]
    fn a_saved_result_reads_back() {
        let result = result();
        let json = serde_json::to_value(&result).unwrap();
        assert_eq!(json["questions"], 30);
        assert_eq!(json["recall_at_1"], 20.0 / 30.0);
        let interval = &json["intervals"]["recall_at_1"];
        assert!(interval["low"].as_f64() < json["recall_at_1"].as_f64(), "{interval}");
        assert_eq!(json["reliability"].as_array().unwrap().len(), 10);
        let saved = SavedAnswers::from_json(&serde_json::to_vec(&result).unwrap()).unwrap();
        assert_eq!(saved.outcomes, result.outcomes);
    }

    #[test]
    fn other_files_are_refused() {
        let mut other = serde_json::to_value(result()).unwrap();
        other["format"] = 7.into();
        let rows = [
            ("指标,数值".to_owned(), "不是 yingda evaluate answers --json 保存的结果"),
            ("{\"recall_at_1\": 0.8}".to_owned(), "基线里没有逐题结果"), // measures alone cannot be paired
            (other.to_string(), "基线的格式是 7"),
        ];
        for (text, expected) in rows {
            let message = SavedAnswers::from_json(text.as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
