//! The inverted index: one document per question text, BM25 over character grams and words.
//!
//! Built in memory by one thread: one segment, so that scores and the order of ties are the same on every machine.

use rustc_hash::FxHashSet;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::Terms;

/// Memory for building, bytes; the least tantivy takes for one thread is 15 MB.
const WRITER_BYTES: usize = 64 << 20;
/// Name under which the blank-separated term lists are taken apart.
const ANALYZER: &str = "terms";

/// Why an index could not be built or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cannot build the question index")]
    Tantivy(#[from] tantivy::TantivyError),
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

/// An immutable index over question texts.
pub struct QuestionIndex {
    searcher: Searcher,
    words: Field,
    grams: Field,
    questions: usize,
    // Keeps the searcher's files alive.
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
    pub fn build(questions: &[Terms]) -> Result<Self, IndexError> {
        let mut schema = Schema::builder();
        let indexing =
            TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let words = schema.add_text_field("words", options.clone());
        let grams = schema.add_text_field("grams", options);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(ANALYZER, TextAnalyzer::from(WhitespaceTokenizer::default()));
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_BYTES)?;
        for terms in questions {
            let mut document = TantivyDocument::default();
            document.add_text(words, terms.words.join(" "));
            document.add_text(grams, terms.grams.join(" "));
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        match searcher.segment_readers().len() {
            0 | 1 => Ok(Self { searcher, words, grams, questions: questions.len(), _reader: reader }),
            more => Err(IndexError::Segments(more)),
        }
    }

    /// The `limit` best questions that share a term with `query`; ties in order of position.
    ///
    /// # Errors
    /// [`IndexError`] when tantivy cannot read its own memory; nothing a customer types causes one.
    pub fn search(&self, query: &Terms, limit: usize) -> Result<Vec<Hit>, IndexError> {
        // Single characters cost more than everything else together and find nothing that pairs and words miss;
        // ranking compares them all the same. A word of two characters is a pair as well; asking for it twice would double the work, not the recall.
        let mut seen = FxHashSet::default();
        let pairs = query.grams.iter().filter(|gram| gram.chars().nth(1).is_some());
        let grams = pairs.map(|term| (self.grams, term));
        let words = query.words.iter().map(|term| (self.words, term));
        let clauses: Vec<(Occur, Box<dyn Query>)> = grams
            .chain(words)
            .filter(|(_, term)| seen.insert(term.as_str()))
            .map(|(field, term)| {
                let term = Term::from_field_text(field, term);
                let leaf: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                (Occur::Should, leaf)
            })
            .collect();
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let collector = TopDocs::with_limit(limit).order_by_score();
        let found = self.searcher.search(&BooleanQuery::new(clauses), &collector)?;
        Ok(found.into_iter().map(|(score, address)| Hit { question: address.doc_id, score }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    fn index(questions: &[&str]) -> (QuestionIndex, Segmenter) {
        let segmenter = Segmenter::default();
        let terms: Vec<Terms> = questions.iter().map(|q| Terms::of(q, &segmenter)).collect();
        (QuestionIndex::build(&terms).unwrap(), segmenter)
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
}
