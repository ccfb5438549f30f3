//! Why a candidate got its confidence: signals that sum to the logit, words in common and words missing with their
//! places, synonyms, negations, numbers, the strongest rival.
//!
//! Costs more than the answer itself and is made only when asked for. Decides nothing.

mod overlap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::difference::Finding;
use crate::ranking::compare::question::{Lexicons, QuestionProfile};
use crate::ranking::judging::AskedReading;
use crate::ranking::{Calibration, Scored};
use crate::snapshot::Snapshot;
use crate::text::trace::{Traced, trace};

pub use overlap::{MissingTerm, SynonymUsed, TermKind, TermOverlap, TextForm, Which};

/// Everything behind one candidate's confidence.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// Each input of the gate; the contributions and the intercept add up to the logit.
    pub signals: Vec<SignalPart>,
    pub intercept: f32,
    pub logit: f32,
    /// What the corpus's own labelled questions made of the logit.
    #[schema(value_type = Object)]
    pub calibration: Calibration,
    /// The logit of the confidence, within the bound that the difference sets; further down the list the confidence may be lower, for it never rises.
    pub calibrated_logit: f32,
    /// What the confidence is kept to where the question was read as it sounds (pinyin, homophones): a guess is offered
    /// and never answers; or where in a conversation the entry stands behind another. Null otherwise.
    pub ceiling: Option<f32>,
    /// What the confidence is raised to where, in a conversation, a message and the question before it mean the entry
    /// only together: it is offered. Null otherwise.
    pub floor: Option<f32>,
    /// By which the candidates are ordered.
    pub rank_logit: f32,
    pub terms: TermOverlap,
    /// Words that are the same only by the corpus's synonyms.
    pub synonyms: Vec<SynonymUsed>,
    pub negation: Negation,
    pub codes: Codes,
    /// What differs and how far it bounds the confidence. Null further down the list, where it is not judged.
    pub difference: Option<Difference>,
    /// The strongest other candidate: for the best one the second, for all others the best. Null where it is alone.
    pub runner_up: Option<RunnerUp>,
    /// Least confidence for a direct answer.
    pub answer_threshold: f64,
    /// Least confidence of the best candidate for suggestions.
    pub suggest_threshold: f64,
}

/// What differs between the question and the matched one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Log-odds that nothing that matters differs.
    pub log_odds: f32,
    /// What the logit gains before it is bounded.
    pub lift: f32,
    /// The most that the logit can be with this difference.
    pub bound: f32,
    /// Whether the bound is lower than what the signals say.
    pub decides: bool,
    /// The difference in words; null where every part has its counterpart.
    pub finding: Option<Finding>,
}

/// One input of the gate and what it adds to the logit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalPart {
    pub signal: String,
    pub value: f32,
    pub contribution: f32,
}

/// Whether each of the two questions as a whole is negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Negation {
    pub asked: bool,
    pub matched: bool,
    pub mismatch: bool,
}

/// Numbers, model names and other codes, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Codes {
    pub asked: Vec<String>,
    pub matched: Vec<String>,
    /// Whether one question has a code that the other lacks.
    pub mismatch: bool,
}

/// The strongest other candidate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunnerUp {
    pub faq_id: String,
    pub question: String,
    pub confidence: f64,
    /// Ranking logit of this candidate minus that of the other.
    pub lead: f32,
}

/// Explains the candidates of one question.
#[derive(Debug)]
pub struct Explainer<'a> {
    snapshot: &'a Snapshot,
    text: &'a str,
    traced: Traced,
    profile: QuestionProfile,
    reading: AskedReading,
}

impl<'a> Explainer<'a> {
    /// Prepares what all candidates share; `text` is the question as typed.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, text: &'a str) -> Self {
        let traced = trace(text);
        // Codes and negation are the same whatever the corpus; weights are not needed here.
        let terms = snapshot.matcher.terms_of_normalized(&traced.normalized).with_marks_of(text);
        let profile = QuestionProfile::new(&terms, &Lexicons::default());
        let reading = snapshot.matcher.differences.read(&terms, snapshot.matcher.segmenter());
        Self { snapshot, text, traced, profile, reading }
    }

    /// Explains the candidate at `at` of the ranking, best first. `None` beyond its end.
    #[must_use]
    pub fn explain(&self, ranking: &[Scored], at: usize) -> Option<Explanation> {
        let scored = ranking.get(at)?;
        let matcher = &self.snapshot.matcher;
        let stored = matcher.questions.get(scored.question as usize)?;
        let gate = &matcher.gate;
        let logit = gate.logit(&scored.gate_inputs);
        let matched = trace(&stored.text);
        let overlap = overlap::compare((self.text, &self.traced), (&stored.text, &matched), matcher.segmenter());
        let parts = gate.contributions(&scored.gate_inputs).into_iter();
        Some(Explanation {
            signals: parts
                .map(|part| SignalPart { signal: part.signal, value: part.value, contribution: part.contribution })
                .collect(),
            intercept: gate.intercept,
            logit,
            calibration: matcher.calibration,
            calibrated_logit: matcher.calibration.apply(scored.bounded(logit)),
            ceiling: scored.ceiling,
            floor: scored.floor,
            rank_logit: scored.rank_logit,
            terms: overlap.terms,
            synonyms: overlap.synonyms,
            negation: Negation {
                asked: self.profile.negated,
                matched: stored.profile.negated,
                mismatch: self.profile.negated != stored.profile.negated,
            },
            codes: Codes {
                asked: self.profile.codes.clone(),
                matched: stored.profile.codes.clone(),
                mismatch: self.profile.codes != stored.profile.codes,
            },
            difference: scored.difference.map(|judged| Difference {
                log_odds: judged.z,
                lift: judged.lift,
                bound: judged.bound,
                decides: judged.bound < logit + judged.lift,
                finding: matcher.differences.find(&self.reading, scored.question),
            }),
            runner_up: ranking.get(usize::from(at == 0)).map(|other| self.runner_up(scored, other)),
            answer_threshold: self.snapshot.policy.answer_threshold,
            suggest_threshold: self.snapshot.policy.suggest_threshold,
        })
    }

    fn runner_up(&self, scored: &Scored, other: &Scored) -> RunnerUp {
        let entry = &self.snapshot.corpus.entries[other.entry as usize];
        RunnerUp {
            faq_id: entry.id.clone(),
            question: entry.question.clone(),
            confidence: reported(other.confidence),
            lead: scored.rank_logit - other.rank_logit,
        }
    }
}

/// Six decimals: all that an f32 knows, without the tail of digits that widening it makes.
#[must_use]
pub fn reported(confidence: f32) -> f64 {
    (f64::from(confidence) * 1e6).round() / 1e6
}
