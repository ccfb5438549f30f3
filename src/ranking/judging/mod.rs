//! The difference between a question and the best entries, judged beside what they share.
//!
//! Readings of the stored questions are made once; only the first few candidates are compared.

pub(in crate::ranking) mod swap;
pub mod validity;

use std::sync::Arc;

use rayon::prelude::*;

use crate::difference::{Context, CorpusWords, DifferenceModel, Features, Finding, Reading, compare, find, prefers};
use crate::ranking::compare::stored::Analysed;
use crate::retrieval::Terms;
use crate::text::segment::Segmenter;

/// Questions of an entry beside which a word counts as known to it.
const KNOWN_BESIDE: usize = 24;
/// Log-odds where nothing differs at all.
const NOTHING_DIFFERS: f32 = 6.0;

/// Readings of all stored questions and the model that judges.
#[derive(Debug)]
pub struct Differences {
    model: Option<Arc<DifferenceModel>>,
    readings: Vec<Reading>,
    words: CorpusWords,
}

/// A question asked, read once for all candidates.
#[derive(Debug)]
pub struct AskedReading(Reading);

/// What is judged of one candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Log-odds that nothing that matters differs.
    pub z: f32,
    /// The most log-odds of confidence that this leaves.
    pub bound: f32,
    /// What the log-odds gain before they are bounded.
    pub lift: f32,
}

impl Differences {
    /// Reads all stored questions, on all cores. Without a model nothing is judged.
    pub(in crate::ranking) fn build(
        questions: &[Analysed<'_>],
        segmenter: &Segmenter,
        model: Option<Arc<DifferenceModel>>,
    ) -> Self {
        let read = |question: &Analysed<'_>| Reading::new(&question.terms.normalized, &question.terms.marks, segmenter);
        let readings: Vec<Reading> = questions.par_iter().map(read).collect();
        let positive = questions.iter().zip(&readings).filter(|(question, _)| !question.negative);
        let words = CorpusWords::build(positive.map(|(question, reading)| (question.entry, reading)));
        Self { model, readings, words }
    }

    /// Whether there is a model to judge by.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.model.is_some()
    }

    /// Reads a question for comparing.
    #[must_use]
    pub fn read(&self, asked: &Terms, segmenter: &Segmenter) -> AskedReading {
        AskedReading(Reading::new(&asked.normalized, &asked.marks, segmenter))
    }

    /// Judges a stored question against the one asked; `of_entry` holds the entry's questions that may match.
    #[must_use]
    pub fn judge(&self, asked: &AskedReading, question: u32, of_entry: &[u32], cosine: f32) -> Option<Judged> {
        let model = self.model.as_ref()?;
        let stored = self.readings.get(question as usize)?;
        let z = if asked.0.says_the_same(stored) {
            NOTHING_DIFFERS
        } else {
            model.judge(&self.features(asked, question, of_entry, cosine)?)
        };
        Some(Judged { z, bound: model.bound(z), lift: model.lift })
    }

    /// The features of that comparison.
    #[must_use]
    pub fn features(&self, asked: &AskedReading, question: u32, of_entry: &[u32], cosine: f32) -> Option<Features> {
        let stored = self.readings.get(question as usize)?;
        let beside = of_entry.iter().take(KNOWN_BESIDE).filter_map(|at| self.readings.get(*at as usize));
        let entry: Vec<&Reading> = beside.chain([stored]).collect();
        Some(compare(&asked.0, stored, cosine, Context { words: &self.words, entry: &entry }))
    }

    /// Whether the question speaks for the second of two stored ones rather than the first.
    #[must_use]
    pub fn prefers(&self, asked: &AskedReading, first: u32, second: u32) -> bool {
        let reading = |question: u32| self.readings.get(question as usize);
        reading(first).zip(reading(second)).is_some_and(|(first, second)| prefers(&asked.0, first, second))
    }

    /// The most telling difference in words.
    #[must_use]
    pub fn find(&self, asked: &AskedReading, question: u32) -> Option<Finding> {
        find(&asked.0, self.readings.get(question as usize)?)
    }
}
