//! The corpus's question texts, analysed once for retrieval and comparison.

use crate::corpus::Corpus;
use crate::retrieval::Terms;
use crate::text::segment::Segmenter;

use super::lexicon::Lexicon;
use super::question::{Lexicons, QuestionProfile};

/// One question text of the corpus.
#[derive(Debug)]
pub struct StoredQuestion {
    /// Position of the entry in the corpus.
    pub entry: u32,
    /// The text as written.
    pub text: String,
    /// Whether the entry must not answer it.
    pub negative: bool,
    /// 0 for the standard question, then the similar ones as written.
    pub rank_in_entry: usize,
    pub profile: QuestionProfile,
}

/// What a match may use; the fitting and the evaluation leave questions out.
pub trait Admission {
    /// Whether the stored question may match.
    fn admits(&self, question: u32, stored: &StoredQuestion) -> bool;

    /// The stored question that is left out, if it is one.
    fn left_out(&self) -> Option<u32> {
        None
    }

    /// Whether an entry that matches may answer; one that may not stays only where it is meant.
    fn holds(&self, _entry: u32) -> bool {
        true
    }
}

/// One question text with its terms, before there are lexicons to weigh them.
#[derive(Debug)]
pub(in crate::ranking) struct Analysed<'a> {
    pub(in crate::ranking) entry: u32,
    pub(in crate::ranking) text: &'a str,
    pub(in crate::ranking) negative: bool,
    pub(in crate::ranking) terms: Terms,
}

/// Every question of the corpus in its order. CPU-bound, on all cores.
pub(in crate::ranking) fn analyse<'a>(corpus: &'a Corpus, segmenter: &Segmenter) -> Vec<Analysed<'a>> {
    use rayon::prelude::*;
    let mut texts: Vec<(u32, &str, bool)> = Vec::new();
    for (entry, position) in corpus.entries.iter().zip(0_u32..) {
        texts.extend(entry.questions().map(|text| (position, text, false)));
        texts.extend(entry.negative.iter().map(|text| (position, text.as_str(), true)));
    }
    let analysed = texts.into_par_iter().map(|(entry, text, negative)| {
        let terms = Terms::of(text, segmenter);
        Analysed { entry, text, negative, terms }
    });
    analysed.collect()
}

/// Document frequencies over entries; negative questions are no part of what an entry is about.
pub(in crate::ranking) fn lexicons(entries: usize, questions: &[Analysed<'_>]) -> Lexicons {
    let mut grams: Vec<Vec<&[String]>> = vec![Vec::new(); entries];
    let mut words: Vec<Vec<&[String]>> = vec![Vec::new(); entries];
    for question in questions.iter().filter(|question| !question.negative) {
        grams[question.entry as usize].push(&question.terms.grams);
        words[question.entry as usize].push(&question.terms.words);
    }
    Lexicons { grams: Lexicon::build(grams.into_iter()), words: Lexicon::build(words.into_iter()) }
}

/// The questions ready for comparison.
pub(in crate::ranking) fn profiled(questions: &[Analysed<'_>], lexicons: &Lexicons) -> Vec<StoredQuestion> {
    let mut stored: Vec<StoredQuestion> = Vec::with_capacity(questions.len());
    for question in questions {
        let rank_in_entry = match stored.last() {
            Some(last) if last.entry == question.entry => last.rank_in_entry + 1,
            _ => 0,
        };
        stored.push(StoredQuestion {
            entry: question.entry,
            text: question.text.to_owned(),
            negative: question.negative,
            rank_in_entry,
            profile: QuestionProfile::new(&question.terms, lexicons),
        });
    }
    stored
}
