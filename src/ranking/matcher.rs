//! The matcher of one corpus: its question texts profiled and indexed, and the model that ranks them.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::corpus::{Corpus, GoldenCase, GoldenExpectation};
use crate::decision::SUGGESTED;
use crate::policy::{EvidenceKind, EvidenceRow};
use crate::retrieval::{IndexError, QuestionIndex, Terms, Typeahead};
use crate::text::segment::Segmenter;

use super::calibration::Calibration;
use super::lexicon::Lexicon;
use super::model::{GATE_EXTRAS, RankerModel, Scored, probability};
use super::question::{Compared, Lexicons, QuestionProfile};
use super::signals::{SIGNALS, Signals};

/// Question texts fetched from the index for ranking.
const FETCHED: usize = 48;
/// Fetched instead when the first fetch holds fewer than [`ENOUGH_ENTRIES`] entries.
const FETCHED_WIDE: usize = 384;
/// Different entries that a ranking should choose from.
const ENOUGH_ENTRIES: usize = 6;
/// Candidates kept after ranking; the API reports at most this many.
pub const KEPT: usize = 20;

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

/// Everything needed to match questions against one corpus. Immutable.
#[derive(Debug)]
pub struct Matcher {
    pub questions: Vec<StoredQuestion>,
    pub typeahead: Typeahead,
    pub model: Arc<RankerModel>,
    pub calibration: Calibration,
    /// How the corpus's own labelled and golden questions fare, with calibrated confidences.
    pub evidence: Vec<EvidenceRow>,
    segmenter: Segmenter,
    lexicons: Lexicons,
    index: QuestionIndex,
    /// Match key → questions, for suggestions of the very same words.
    exact: FxHashMap<String, Vec<u32>>,
}

/// What a match may use; the fitting and the evaluation leave questions out.
pub trait Admission {
    /// Whether the stored question may match.
    fn admits(&self, question: u32, stored: &StoredQuestion) -> bool;
}

/// Entries live at a moment.
#[derive(Debug, Clone, Copy)]
pub struct LiveAt<'a> {
    pub corpus: &'a Corpus,
    pub now: Timestamp,
}

impl Admission for LiveAt<'_> {
    fn admits(&self, _question: u32, stored: &StoredQuestion) -> bool {
        self.corpus.entries.get(stored.entry as usize).is_some_and(|entry| entry.is_live(self.now))
    }
}

/// Every entry, whatever the moment: calibration is about wording, not about dates.
#[derive(Debug, Clone, Copy)]
struct Everything;

impl Admission for Everything {
    fn admits(&self, _question: u32, _stored: &StoredQuestion) -> bool {
        true
    }
}

impl Matcher {
    /// Analyses and indexes every question of the corpus. CPU-bound, about 30 µs a question.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be built.
    pub fn prepare(corpus: &Corpus, model: Arc<RankerModel>) -> Result<Self, IndexError> {
        let segmenter = Segmenter::new(&corpus.dictionary, &corpus.synonyms, &corpus.stopwords);
        let texts = question_texts(corpus);
        let terms: Vec<Terms> = analyse(&texts, &segmenter);
        let lexicons = build_lexicons(corpus.entries.len(), &texts, &terms);
        let index = QuestionIndex::build(&terms)?;
        let mut exact: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (at, terms) in (0_u32..).zip(&terms) {
            exact.entry(terms.key.clone()).or_default().push(at);
        }
        let positive: Vec<&str> = texts.iter().map(|(_, text, negative)| if *negative { "" } else { text }).collect();
        let typeahead = Typeahead::build(&positive);
        let mut questions: Vec<StoredQuestion> = Vec::with_capacity(texts.len());
        for ((entry, text, negative), terms) in texts.iter().zip(&terms) {
            let rank_in_entry = match questions.last() {
                Some(last) if last.entry == *entry => last.rank_in_entry + 1,
                _ => 0,
            };
            let profile = QuestionProfile::new(terms, &lexicons);
            let text = (*text).to_owned();
            questions.push(StoredQuestion { entry: *entry, text, negative: *negative, rank_in_entry, profile });
        }
        let calibration = Calibration::default();
        let evidence = Vec::new();
        let mut matcher =
            Self { questions, typeahead, model, calibration, evidence, segmenter, lexicons, index, exact };
        (matcher.calibration, matcher.evidence) = matcher.calibrate(corpus)?;
        Ok(matcher)
    }

    /// Asks the corpus its own labelled questions, fits the confidence to the outcome, and says how they and the golden
    /// questions fare with it.
    fn calibrate(&self, corpus: &Corpus) -> Result<(Calibration, Vec<EvidenceRow>), IndexError> {
        use rayon::prelude::*;
        let labelled = corpus.calibration.par_iter().map(|case| self.outcome(corpus, case, EvidenceKind::Labelled));
        let golden = corpus.golden.par_iter().map(|case| self.outcome(corpus, case, EvidenceKind::Golden));
        let outcomes: Vec<(Option<f32>, EvidenceRow)> = labelled.chain(golden).collect::<Result<_, IndexError>>()?;
        let fitted_on: Vec<(f32, bool)> = outcomes
            .iter()
            .filter(|(_, row)| row.kind == EvidenceKind::Labelled)
            .filter_map(|(logit, row)| Some(((*logit)?, row.right)))
            .collect();
        let calibration = Calibration::fit(&fitted_on).unwrap_or_default();
        let confidence = |logit: Option<f32>| logit.map_or(0.0, |logit| probability(calibration.apply(logit)));
        let evidence =
            outcomes.into_iter().map(|(logit, row)| EvidenceRow { confidence: confidence(logit).into(), ..row });
        Ok((calibration, evidence.collect()))
    }

    /// The gate's logit of the best candidate for a case, and what came of it; the confidence is still open.
    fn outcome(
        &self,
        corpus: &Corpus,
        case: &GoldenCase,
        kind: EvidenceKind,
    ) -> Result<(Option<f32>, EvidenceRow), IndexError> {
        let candidates = self.candidates(&self.terms(&case.question), &Everything)?;
        let in_scope = matches!(case.expect, GoldenExpectation::Entry(_));
        let is_right = |candidate: &Scored| {
            let id = &corpus.entries[candidate.entry as usize].id;
            matches!(&case.expect, GoldenExpectation::Entry(wanted) if wanted == id)
        };
        let right = candidates.first().is_some_and(is_right);
        let among_suggested = candidates.iter().take(SUGGESTED).any(is_right);
        let logit = candidates.first().map(|best| self.model.gate.logit(&best.gate_inputs));
        Ok((logit, EvidenceRow { confidence: 0.0, right, among_suggested, in_scope, kind }))
    }

    /// What cuts the corpus's texts, and so the customers', into words.
    #[must_use]
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// Analyses a customer's text as the corpus was analysed.
    #[must_use]
    pub fn terms(&self, text: &str) -> Terms {
        Terms::of(text, &self.segmenter)
    }

    /// Analyses text that is normalised already.
    #[must_use]
    pub fn terms_of_normalized(&self, normalized: &str) -> Terms {
        Terms::of_normalized(normalized.to_owned(), &self.segmenter)
    }

    /// The best entries for a question, best first, with confidences; at most [`KEPT`].
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates(&self, asked: &Terms, admission: &impl Admission) -> Result<Vec<Scored>, IndexError> {
        let profile = QuestionProfile::new(asked, &self.lexicons);
        let mut found = self.fetch(asked, admission, FETCHED)?;
        if distinct_entries(&self.questions, &found) < ENOUGH_ENTRIES && self.questions.len() > FETCHED {
            found = self.fetch(asked, admission, FETCHED_WIDE)?;
        }
        let entry_of = |at: &u32| self.questions[*at as usize].entry;
        let mut ranked: Vec<Comparison> = found
            .chunk_by(|a, b| entry_of(a) == entry_of(b))
            .filter_map(|of_entry| self.best_of_entry(&profile, of_entry))
            .collect();
        ranked.sort_unstable_by(|a, b| b.rank_logit.total_cmp(&a.rank_logit).then(a.question.cmp(&b.question)));
        ranked.truncate(KEPT);
        let mut scored: Vec<Scored> = ranked.iter().map(|best| best.scored(entry_of(&best.question))).collect();
        self.model.gate(&mut scored, profile.chars.len(), self.calibration);
        Ok(scored)
    }

    /// Positions of admitted questions worth comparing: those with the very same key and the best of the index.
    fn fetch(&self, asked: &Terms, admission: &impl Admission, limit: usize) -> Result<Vec<u32>, IndexError> {
        let hits = self.index.search(asked, limit)?;
        let same = self.exact.get(&asked.key).into_iter().flatten().copied();
        let mut found: Vec<u32> = same.chain(hits.iter().map(|hit| hit.question)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|at| admission.admits(*at, &self.questions[*at as usize]));
        Ok(found)
    }

    /// The best of an entry's questions; none where a negative question fits at least as well.
    fn best_of_entry(&self, asked: &QuestionProfile, questions: &[u32]) -> Option<Comparison> {
        let mut best: Option<Comparison> = None;
        let mut bar = f32::NEG_INFINITY;
        for question in questions {
            let stored = &self.questions[*question as usize];
            let signals = Signals::compare(Compared { asked, stored: &stored.profile });
            let rank_logit = self.model.rank.logit(&signals.values);
            if stored.negative {
                bar = bar.max(rank_logit);
            } else if best.as_ref().is_none_or(|held| held.rank_logit < rank_logit) {
                best = Some(Comparison { question: *question, rank_logit, signals });
            }
        }
        best.filter(|best| bar < best.rank_logit)
    }
}

/// A stored question after comparison.
#[derive(Debug, Clone, Copy)]
struct Comparison {
    question: u32,
    rank_logit: f32,
    signals: Signals,
}

impl Comparison {
    fn scored(&self, entry: u32) -> Scored {
        Scored {
            entry,
            question: self.question,
            signals: self.signals,
            rank_logit: self.rank_logit,
            gate_inputs: [0.0; SIGNALS + GATE_EXTRAS],
            confidence: 0.0,
        }
    }
}

/// (entry, text, negative) of every question, in the order of the corpus.
fn question_texts(corpus: &Corpus) -> Vec<(u32, &str, bool)> {
    let mut texts = Vec::new();
    for (entry, position) in corpus.entries.iter().zip(0_u32..) {
        texts.extend(entry.questions().map(|text| (position, text, false)));
        texts.extend(entry.negative.iter().map(|text| (position, text.as_str(), true)));
    }
    texts
}

fn analyse(texts: &[(u32, &str, bool)], segmenter: &Segmenter) -> Vec<Terms> {
    use rayon::prelude::*;
    texts.par_iter().map(|(_, text, _)| Terms::of(text, segmenter)).collect()
}

/// Document frequencies over entries; negative questions are no part of what an entry is about.
fn build_lexicons(entries: usize, texts: &[(u32, &str, bool)], terms: &[Terms]) -> Lexicons {
    let mut grams: Vec<Vec<&[String]>> = vec![Vec::new(); entries];
    let mut words: Vec<Vec<&[String]>> = vec![Vec::new(); entries];
    for ((entry, _, negative), terms) in texts.iter().zip(terms) {
        if !negative {
            grams[*entry as usize].push(&terms.grams);
            words[*entry as usize].push(&terms.words);
        }
    }
    Lexicons { grams: Lexicon::build(grams.into_iter()), words: Lexicon::build(words.into_iter()) }
}

fn distinct_entries(questions: &[StoredQuestion], found: &[u32]) -> usize {
    let mut entries: Vec<u32> = found.iter().map(|at| questions[*at as usize].entry).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.len()
}
