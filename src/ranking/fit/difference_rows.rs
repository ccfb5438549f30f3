//! Rows for fitting the judgement of differences: written pairs in small corpora of their own, and the labelled
//! questions of a whole one with the candidate that the service would look at.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::corpus::{Corpus, GoldenExpectation};
use crate::difference::fit::Row;
use crate::difference::fit::pairs::WrittenPair;
use crate::difference::{Context, CorpusWords, Reading, compare};
use crate::encoder::SentenceEncoder;
use crate::ranking::EmbeddingTable;
use crate::ranking::evidence::HeldOut;
use crate::ranking::matcher::Matcher;
use crate::ranking::meaning::MeaningIndex;
use crate::retrieval::{IndexError, Terms};
use crate::text::segment::Segmenter;

/// Stored questions of a small corpus, about as many as a knowledge base has on one subject.
const STORED: usize = 30;

/// Compares written pairs; the stored questions of a group are spread over corpora of [`STORED`].
#[must_use]
pub fn rows_of_pairs(pairs: &[WrittenPair], weight: f32, encoder: &Arc<SentenceEncoder>) -> Vec<Row> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in pairs {
        let stored = groups.entry(&pair.group).or_default();
        if !stored.contains(&pair.stored.as_str()) {
            stored.push(&pair.stored);
        }
    }
    let mut of_stored: BTreeMap<(&str, &str), Vec<&WrittenPair>> = BTreeMap::new();
    for pair in pairs {
        of_stored.entry((&pair.group, &pair.stored)).or_default().push(pair);
    }
    let corpora: Vec<(&str, &[&str])> =
        groups.iter().flat_map(|(group, stored)| stored.chunks(STORED).map(|chunk| (*group, chunk))).collect();
    let rows = corpora.par_iter().map(|(group, stored)| {
        let segmenter = Segmenter::default();
        let terms: Vec<Terms> = stored.iter().map(|text| Terms::of(text, &segmenter)).collect();
        let normalized: Vec<&str> = terms.iter().map(|terms| terms.normalized.as_str()).collect();
        let entries: Vec<u32> = (0..).take(stored.len()).collect();
        let meanings =
            MeaningIndex::build(Arc::clone(encoder), &normalized, &entries, &EmbeddingTable::default(), (true, None));
        let read = |terms: &Terms| Reading::new(&terms.normalized, &terms.marks, &segmenter);
        let readings: Vec<Reading> = terms.iter().map(read).collect();
        let words = CorpusWords::build(entries.iter().copied().zip(&readings));
        let mut rows = Vec::new();
        for (at, text) in stored.iter().enumerate() {
            for pair in of_stored.get(&(*group, *text)).into_iter().flatten() {
                let asked = Terms::of(&pair.asked, &segmenter);
                let reading = read(&asked);
                if reading.says_the_same(&readings[at]) {
                    continue;
                }
                let cosines = meanings.cosines(&meanings.meaning(&asked.normalized));
                let context = Context { words: &words, entry: &[&readings[at]] };
                let features = compare(&reading, &readings[at], cosines.get(at).copied().unwrap_or(0.0), context);
                rows.push(Row { features, same: pair.same, weight });
            }
        }
        rows
    });
    rows.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// The labelled questions of a corpus, each with its first candidate.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub fn rows_of_corpus(matcher: &Matcher, corpus: &Corpus, weight: f32) -> Result<Vec<Row>, IndexError> {
    let everything = HeldOut { question: None, entry: None };
    let rows = corpus.calibration.par_iter().map(|case| {
        let asked = matcher.terms(&case.question);
        let cosines = matcher.meanings.cosines(&matcher.meanings.meaning(&asked.normalized));
        let ranked = matcher.rank(&asked, Some(&cosines), &everything)?;
        let Some(best) = ranked.first() else { return Ok(None) };
        let reading = matcher.differences.read(&asked, matcher.segmenter());
        let of_entry = matcher.admitted_questions(best.entry, &everything);
        let cosine = cosines.get(best.question as usize).copied().unwrap_or(0.0);
        let features = matcher.differences.features(&reading, best.question, &of_entry, cosine);
        let id = &corpus.entries[best.entry as usize].id;
        let same = matches!(&case.expect, GoldenExpectation::Entry(wanted) if wanted == id);
        Ok(features.map(|features| Row { features, same, weight }))
    });
    let rows: Vec<Option<Row>> = rows.collect::<Result<_, IndexError>>()?;
    Ok(rows.into_iter().flatten().collect())
}
