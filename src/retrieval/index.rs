//! The inverted index: one document per question text, BM25 over character pairs and words.
//!
//! tantivy builds, compresses and reads the postings; scoring is term by term into one array, because its query tree
//! spends four microseconds a term on short texts, several times what reading the postings takes. Built in memory by
//! one thread: one segment, so that scores and the order of ties are the same on every machine.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::directory::error::OpenReadError;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyDocument, TantivyError};

use super::Terms;

/// Memory for building, bytes; the least tantivy takes for one thread is 15 MB.
const WRITER_BYTES: usize = 64 << 20;
/// Name under which the blank-separated term lists are taken apart.
const ANALYZER: &str = "terms";
/// The rarest terms of a query are read however common they are.
const TERMS_ALWAYS: usize = 8;
/// Postings read for one query beyond those; a bound on the work whatever the corpus.
const POSTINGS: u32 = 8_000;
/// BM25 term saturation and length normalisation (Robertson & Zaragoza 2009), the usual values.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Why an index could not be built or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cannot build or read the question index: {0}")]
    Tantivy(#[from] TantivyError),
    #[error("cannot open the question index: {0}")]
    Open(#[from] OpenReadError),
    #[error("cannot read the question index: {0}")]
    Read(#[from] std::io::Error),
    #[error("the question index has {0} segments instead of one")]
    Segments(usize),
}

/// A question found, best first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Position of the question in the list the index was built from.
    pub question: u32,
    /// BM25, unbounded above.
    pub score: f32,
}

/// One indexed way of cutting the questions.
struct Cut {
    postings: Arc<InvertedIndexReader>,
    /// Where each term's postings lie.
    terms: FxHashMap<String, TermInfo>,
    /// `k1 (1 − b + b · length / mean length)` of each question.
    length_norms: Vec<f32>,
}

/// An immutable index over question texts.
pub struct QuestionIndex {
    /// Character pairs, then words; empty for no questions.
    cuts: Vec<Cut>,
    questions: usize,
    // Keeps the postings' memory alive.
    _reader: IndexReader,
}

impl std::fmt::Debug for QuestionIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QuestionIndex").field("questions", &self.questions).finish_non_exhaustive()
    }
}

impl QuestionIndex {
    /// Indexes the questions; document numbers are their positions.
    ///
    /// # Errors
    /// [`IndexError`] when tantivy fails, for example for want of memory.
    pub fn build<'a>(questions: impl Iterator<Item = &'a Terms> + Clone) -> Result<Self, IndexError> {
        let mut schema = Schema::builder();
        let indexing =
            TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let pairs = schema.add_text_field("pairs", options.clone());
        let words = schema.add_text_field("words", options);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(ANALYZER, TextAnalyzer::from(WhitespaceTokenizer::default()));
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        for terms in questions.clone() {
            let mut document = TantivyDocument::default();
            document.add_text(pairs, join(character_pairs(terms)));
            document.add_text(words, join(terms.words.iter().map(String::as_str)));
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let lengths = |of: fn(&Terms) -> usize| questions.clone().map(of).collect::<Vec<_>>();
        let cuts = match reader.searcher().segment_readers() {
            [] => Vec::new(),
            [segment] => {
                let open = |field: Field, lengths| Cut::open(segment.inverted_index(field)?, lengths);
                vec![
                    open(pairs, lengths(|terms| character_pairs(terms).count()))?,
                    open(words, lengths(|terms| terms.words.len()))?,
                ]
            }
            more => return Err(IndexError::Segments(more.len())),
        };
        Ok(Self { cuts, questions: questions.count(), _reader: reader })
    }

    /// The `limit` best questions that share a telling term with `query`; ties in order of position.
    ///
    /// # Errors
    /// [`IndexError`] when tantivy cannot read its own memory; nothing a customer types causes one.
    pub fn search(&self, query: &Terms, limit: usize) -> Result<Vec<Hit>, IndexError> {
        let mut scores = vec![0.0_f32; self.questions];
        let mut touched: Vec<u32> = Vec::new();
        for (cut, info) in self.telling_terms(query) {
            let idf = idf(info.doc_freq, self.questions);
            let mut postings = cut.postings.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            while !postings.docs().is_empty() {
                for (document, frequency) in postings.docs().iter().zip(postings.freqs()) {
                    let score = &mut scores[*document as usize];
                    if *score <= 0.0 {
                        touched.push(*document);
                    }
                    *score += idf * saturation(*frequency, cut.length_norms[*document as usize]);
                }
                postings.advance();
            }
        }
        Ok(best(touched, &scores, limit))
    }

    /// The rarest terms of a query, as many as the budget of postings allows, in a fixed order.
    ///
    /// Single characters are not indexed: they cost more than everything else together and find nothing that pairs
    /// and words miss; ranking compares them all the same. A word of two characters is a pair as well and counts once.
    fn telling_terms<'a>(&'a self, query: &'a Terms) -> Vec<(&'a Cut, &'a TermInfo)> {
        let [pairs, words] = self.cuts.as_slice() else { return Vec::new() };
        let mut seen = FxHashSet::default();
        let asked = character_pairs(query).map(|term| (pairs, term));
        let asked = asked.chain(query.words.iter().map(|term| (words, term.as_str())));
        let mut terms: Vec<(&TermInfo, &str, &Cut)> = asked
            .filter(|(_, term)| seen.insert(*term))
            .filter_map(|(cut, term)| cut.terms.get(term).map(|info| (info, term, cut)))
            .collect();
        terms.sort_unstable_by(|a, b| a.0.doc_freq.cmp(&b.0.doc_freq).then(a.1.cmp(b.1)));
        let mut postings = 0;
        let affordable = terms.iter().enumerate().take_while(|(at, (info, _, _))| {
            postings += info.doc_freq;
            *at < TERMS_ALWAYS || postings <= POSTINGS
        });
        affordable.map(|(_, (info, _, cut))| (*cut, *info)).collect()
    }
}

impl Cut {
    fn open(postings: Arc<InvertedIndexReader>, lengths: Vec<usize>) -> Result<Self, IndexError> {
        let mut terms = FxHashMap::default();
        let mut stream = postings.terms().stream()?;
        while let Some((bytes, info)) = stream.next() {
            terms.insert(String::from_utf8_lossy(bytes).into_owned(), info.clone());
        }
        drop(stream);
        let mean = real(lengths.iter().sum()) / real(lengths.len().max(1));
        let norm = |length: usize| K1 * (1.0 - B + B * real(length) / mean.max(1.0));
        Ok(Self { postings, terms, length_norms: lengths.into_iter().map(norm).collect() })
    }
}

/// The grams of two characters.
fn character_pairs(terms: &Terms) -> impl Iterator<Item = &str> {
    terms.grams.iter().map(String::as_str).filter(|gram| gram.chars().nth(1).is_some())
}

fn join<'a>(terms: impl Iterator<Item = &'a str>) -> String {
    terms.collect::<Vec<_>>().join(" ")
}

/// The `limit` highest scores, ties by position.
fn best(mut touched: Vec<u32>, scores: &[f32], limit: usize) -> Vec<Hit> {
    let order = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
    if touched.len() > limit {
        touched.select_nth_unstable_by(limit, order);
        touched.truncate(limit);
    }
    touched.sort_unstable_by(order);
    touched.into_iter().map(|question| Hit { question, score: scores[question as usize] }).collect()
}

fn idf(found_in: u32, questions: usize) -> f32 {
    let found_in = real(found_in as usize);
    ((real(questions) - found_in + 0.5) / (found_in + 0.5) + 1.0).ln()
}

fn saturation(frequency: u32, length_norm: f32) -> f32 {
    let frequency = real(frequency as usize);
    frequency * (K1 + 1.0) / (frequency + length_norm)
}

#[expect(clippy::cast_precision_loss, reason = "counts of questions and terms are far below 2^24")]
fn real(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    fn index(questions: &[&str]) -> (QuestionIndex, Segmenter) {
        let segmenter = Segmenter::default();
        let terms: Vec<Terms> = questions.iter().map(|q| Terms::of(q, &segmenter)).collect();
        (QuestionIndex::build(terms.iter()).unwrap(), segmenter)
    }

    #[test]
    fn finds_the_question_that_shares_most() {
        let (index, segmenter) = index(&["怎么申请退款", "运费怎么算", "怎么开发票"]);
        let hits = index.search(&Terms::of("我要退款", &segmenter), 10).unwrap();
        assert_eq!(hits[0].question, 0);
    }

    #[test]
    fn query_syntax_is_plain_text() {
        let (index, segmenter) = index(&["怎么申请退款", "运费怎么算"]);
        for hostile in ["怎么(退款", "*", "-退款", "\"", "[1 TO", "a:b AND OR", ""] {
            assert!(index.search(&Terms::of(hostile, &segmenter), 10).is_ok(), "query {hostile:?}");
        }
        assert_eq!(index.search(&Terms::of("*", &segmenter), 10).unwrap(), []);
    }

    #[test]
    fn ties_keep_the_order_of_the_corpus() {
        let (index, segmenter) = index(&["退款", "退款", "退款"]);
        let hits = index.search(&Terms::of("退款", &segmenter), 2).unwrap();
        assert_eq!(hits.iter().map(|h| h.question).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn an_index_of_nothing_finds_nothing() {
        let (index, segmenter) = index(&[]);
        assert_eq!(index.search(&Terms::of("退款", &segmenter), 5).unwrap(), []);
    }
}
