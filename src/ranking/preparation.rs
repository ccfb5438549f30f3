//! How a corpus becomes a matcher: analysed, indexed, encoded, and taught by its own questions.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::corpus::Corpus;
use crate::difference::embedded as difference;
use crate::retrieval::{IndexError, QuestionIndex, Typeahead};
use crate::text::segment::Segmenter;

use super::compare::answers::AnswerPairs;
use super::compare::contrast::Contrast;
use super::compare::stored;
use super::confidence::calibration::Calibration;
use super::judging::Differences;
use super::learnt::Learnt;
use super::matcher::{Matcher, RankingModels};
use super::meaning::MeaningIndex;
use super::meaning::embeddings::EmbeddingTable;

impl Matcher {
    /// Analyses, indexes, encodes and calibrates every question of the corpus; vectors that `known` holds are not made
    /// again. CPU-bound, about 0.1 ms a question and half a millisecond more for each that must be encoded.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be built.
    pub fn prepare(corpus: &Corpus, models: &RankingModels, known: &EmbeddingTable) -> Result<Self, IndexError> {
        Self::prepare_learnt(corpus, models, known, None)
    }

    /// The same with what was learnt of this very corpus under these models before; it is not learnt again, which is
    /// most of the work.
    ///
    /// # Errors
    /// As [`Matcher::prepare`].
    pub fn prepare_learnt(
        corpus: &Corpus,
        models: &RankingModels,
        known: &EmbeddingTable,
        learnt: Option<Learnt>,
    ) -> Result<Self, IndexError> {
        let segmenter = Segmenter::new(&corpus.dictionary, &corpus.synonyms, &corpus.stopwords);
        let analysed = stored::analyse(corpus, &segmenter);
        let lexicons = stored::lexicons(corpus.entries.len(), &analysed);
        let index = QuestionIndex::build(analysed.iter().map(|question| &question.terms))?;
        let mut exact: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (at, question) in (0_u32..).zip(&analysed) {
            exact.entry(question.terms.key.clone()).or_default().push(at);
        }
        let positive: Vec<&str> =
            analysed.iter().map(|question| if question.negative { "" } else { question.text }).collect();
        let normalized: Vec<&str> = analysed.iter().map(|question| question.terms.normalized.as_str()).collect();
        let entries: Vec<u32> = analysed.iter().map(|question| question.entry).collect();
        let questions = stored::profiled(&analysed, &lexicons);
        let judge = models.ranker.refined.then(|| difference::for_encoder(models.encoder.version())).flatten();
        let mut matcher = Self {
            contrast: Contrast::build(corpus.entries.len(), &questions),
            questions,
            typeahead: Typeahead::build(&positive),
            model: Arc::clone(&models.ranker),
            gate: models.ranker.gate.clone(),
            calibration: Calibration::default(),
            calibrated_on_labelled: false,
            evidence: Vec::new(),
            meanings: MeaningIndex::build(
                Arc::clone(&models.encoder),
                &normalized,
                &entries,
                known,
                (models.ranker.refined, learnt.as_ref().map(|learnt| learnt.meaning.clone())),
            ),
            differences: Differences::build(&analysed, &segmenter, judge),
            first_questions: first_questions(corpus.entries.len(), &entries),
            reference: models.ranker.reference.clone(),
            segmenter,
            lexicons,
            index,
            answers: AnswerPairs::build(corpus.entries.iter().map(|entry| entry.answer.as_str())),
            exact,
        };
        // The analysed texts are several times the size of what is kept of them.
        drop(analysed);
        match learnt {
            Some(learnt) => matcher.adopt(learnt),
            None => matcher.learn_from_itself(corpus)?,
        }
        Ok(matcher)
    }
}

/// Where the questions of each entry begin; questions stand in the order of their entries.
fn first_questions(entries: usize, entry_of: &[u32]) -> Vec<u32> {
    let count = u32::try_from(entries).unwrap_or(u32::MAX);
    let first = |entry: u32| entry_of.partition_point(|other| *other < entry);
    (0..=count).map(|entry| u32::try_from(first(entry)).unwrap_or(u32::MAX)).collect()
}
