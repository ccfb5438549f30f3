//! Questions that must keep working: the corpus's own regression tests, run by the publish gate.
//!
//! This file holds the checked form; reading `golden.jsonl` is in `read/golden_file.rs`.

use super::entry::Place;

/// One question with what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenCase {
    pub question: String,
    pub expect: GoldenExpectation,
    /// Why the case is there; empty where the file gives none.
    pub note: String,
    /// Where the case stands; not part of its content.
    pub place: Place,
}

/// What must come of a golden question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GoldenExpectation {
    /// The entry with this id is the best candidate. The entry exists in the same corpus.
    Entry(String),
    /// No direct answer.
    NoAnswer,
}
