//! The matcher of one corpus: all is fetched by words and by meaning, compared signal by signal, summed up by entry.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::encoder::{EncodedText, SentenceEncoder};
use crate::policy::EvidenceRow;
use crate::retrieval::{IndexError, QuestionIndex, Terms, Typeahead};
use crate::text::segment::Segmenter;

use super::compare::answers::{AnswerPairs, AskedPairs};
use super::compare::contrast::Contrast;
use super::compare::question::{Compared, Lexicons, QuestionProfile};
use super::compare::signals::{Sense, Signal, Signals};
use super::compare::stored::{Admission, StoredQuestion};
use super::confidence::calibration::Calibration;
use super::confidence::gate::{GATE_INPUTS, Yardstick, stand_in};
use super::confidence::leads::StandIn;
use super::confidence::model::{Linear, RankerModel};
use super::confidence::reference::Reference;
use super::judging::Differences;
use super::judging::swap::{NEAR, meant_instead};
use super::judging::validity::settle;
use super::largest::{mean_of_largest, nearest};
use super::meaning::MeaningIndex;
use super::scored::Scored;

/// Question texts fetched from the index for ranking.
const FETCHED: usize = 48;
/// Fetched instead when the first fetch holds fewer than [`ENOUGH_ENTRIES`] entries.
const FETCHED_WIDE: usize = 384;
/// Different entries that a ranking should choose from.
const ENOUGH_ENTRIES: usize = 6;
/// Question texts fetched for their meaning.
const FETCHED_NEAR: usize = 32;
/// Candidates kept after ranking; the API reports at most this many.
pub const KEPT: usize = 20;
/// A corpus of fewer entries has too few rivals to lead over.
const FEW_ENTRIES: usize = 12;
/// Candidates whose difference from the question is judged.
const JUDGED: usize = 3;

/// Everything needed to match questions against one corpus. Immutable.
#[derive(Debug)]
pub struct Matcher {
    pub questions: Vec<StoredQuestion>,
    pub typeahead: Typeahead,
    pub model: Arc<RankerModel>,
    /// The gate: the model's, or what labelled questions made of it.
    pub gate: Linear,
    pub calibration: Calibration,
    /// Whether labelled questions were enough to calibrate on.
    pub(super) calibrated_on_labelled: bool,
    /// How the corpus's own questions fare, with calibrated confidences.
    pub evidence: Vec<EvidenceRow>,
    pub meanings: MeaningIndex,
    pub differences: Differences,
    /// First question of each entry, and one past the last of all.
    pub(super) first_questions: Vec<u32>,
    /// Wrong candidates of this corpus, or of the one the model was fitted on.
    pub(super) reference: Reference,
    pub(super) segmenter: Segmenter,
    pub(super) lexicons: Lexicons,
    pub(super) index: QuestionIndex,
    pub(super) answers: AnswerPairs,
    pub(super) contrast: Contrast,
    /// Match key → questions, for suggestions of the very same words.
    pub(super) exact: FxHashMap<String, Vec<u32>>,
}

/// The models that a matcher is prepared with.
#[derive(Debug, Clone)]
pub struct RankingModels {
    pub ranker: Arc<RankerModel>,
    pub encoder: Arc<SentenceEncoder>,
}

impl Matcher {
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

    /// How this corpus cuts text into words.
    #[must_use]
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// The best entries for a question, best first, with confidences; at most [`KEPT`].
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates(&self, asked: &Terms, admission: &impl Admission) -> Result<Vec<Scored>, IndexError> {
        self.candidates_of(asked, &EncodedText::new(&*asked.normalized), admission)
    }

    /// The same with the pass of the question's text that is handed on.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates_of(
        &self,
        asked: &Terms,
        encoded: &EncodedText,
        admission: &impl Admission,
    ) -> Result<Vec<Scored>, IndexError> {
        let cosines = self.cosines(asked, encoded, admission);
        self.candidates_near(asked, cosines.as_deref(), admission)
    }

    /// The same with the encoder asked even where the very words are stored; for measuring what the short cut changes.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates_in_full(&self, asked: &Terms, admission: &impl Admission) -> Result<Vec<Scored>, IndexError> {
        let cosines = self.meanings.cosines(&self.meanings.meaning(&asked.normalized));
        self.candidates_near(asked, Some(&cosines), admission)
    }

    fn candidates_near(
        &self,
        asked: &Terms,
        cosines: Option<&[f32]>,
        admission: &impl Admission,
    ) -> Result<Vec<Scored>, IndexError> {
        let mut scored = self.rank(asked, cosines, admission)?;
        settle(&mut scored, |entry| admission.holds(entry));
        let yardstick = Yardstick {
            gate: &self.gate,
            reference: &self.reference,
            calibration: self.calibration,
            stand_in: self.stand_in(),
        };
        yardstick.measure(&mut scored, asked.normalized.chars().count());
        Ok(scored)
    }

    /// Cosines with every stored question; `None` where nothing is left of the question, or where the very words of a
    /// single entry are stored, for then no cosine could change what is decided.
    fn cosines(&self, asked: &Terms, encoded: &EncodedText, admission: &impl Admission) -> Option<Vec<f32>> {
        if asked.key.is_empty() {
            return None;
        }
        let same = self.exact.get(&asked.key).into_iter().flatten();
        let mut entries = same.filter_map(|at| {
            let stored = &self.questions[*at as usize];
            (!stored.negative && admission.admits(*at, stored)).then_some(stored.entry)
        });
        let settled = entries.next().is_some_and(|first| entries.all(|other| other == first));
        (!settled).then(|| self.meanings.cosines(&self.meanings.meaning_of(encoded)))
    }

    /// Ranks the entries that share words or meaning with a question; confidences are still open.
    pub(super) fn rank(
        &self,
        terms: &Terms,
        cosines: Option<&[f32]>,
        admission: &impl Admission,
    ) -> Result<Vec<Scored>, IndexError> {
        let profile = QuestionProfile::new(terms, &self.lexicons);
        let mut found = self.fetch(terms, cosines, admission, FETCHED)?;
        if distinct_entries(&self.questions, &found) < ENOUGH_ENTRIES && self.questions.len() > FETCHED {
            found = self.fetch(terms, cosines, admission, FETCHED_WIDE)?;
        }
        let pairs = self.answers.weigh(&profile);
        let asked = Asked { profile: &profile, pairs: &pairs, cosines, without: admission.left_out() };
        let entry_of = |at: &u32| self.questions[*at as usize].entry;
        let mut ranked: Vec<Scored> = found
            .chunk_by(|a, b| entry_of(a) == entry_of(b))
            .filter_map(|of_entry| self.best_of_entry(&asked, of_entry))
            .collect();
        ranked.sort_unstable_by(|a, b| b.rank_logit.total_cmp(&a.rank_logit).then(a.question.cmp(&b.question)));
        ranked.truncate(KEPT);
        // Rankings are kept for the next asker; the room for those left out need not be.
        ranked.shrink_to_fit();
        self.judge_differences(terms, cosines, admission, &mut ranked);
        Ok(ranked)
    }

    /// Judges what differs between the question and the first candidates.
    fn judge_differences(
        &self,
        asked: &Terms,
        cosines: Option<&[f32]>,
        admission: &impl Admission,
        ranked: &mut [Scored],
    ) {
        if !self.differences.judges() || ranked.is_empty() {
            return;
        }
        let reading = self.differences.read(asked, &self.segmenter);
        let first_that_holds = ranked.iter().position(|candidate| admission.holds(candidate.entry));
        let most = ranked.first().map_or(0.0, |first| first.rank_logit);
        let judged = |at: usize, points: f32| (at < JUDGED && most - points < NEAR) || Some(at) == first_that_holds;
        for (_, candidate) in ranked.iter_mut().enumerate().filter(|(at, one)| judged(*at, one.rank_logit)) {
            let of_entry = self.admitted_questions(candidate.entry, admission);
            let cosine = cosines.and_then(|cosines| cosines.get(candidate.question as usize).copied()).unwrap_or(1.0);
            candidate.difference = self.differences.judge(&reading, candidate.question, &of_entry, cosine);
        }
        let speaks_for =
            |first: &Scored, other: &Scored| self.differences.prefers(&reading, first.question, other.question);
        if let Some(at) = meant_instead(ranked, speaks_for) {
            ranked[..=at].rotate_right(1);
        }
    }

    /// The rival that a small corpus lacks: the median wrong candidate.
    pub(super) fn stand_in(&self) -> Option<StandIn> {
        (self.first_questions.len() <= FEW_ENTRIES).then(|| stand_in(&self.reference))
    }

    /// The questions of an entry that may match.
    pub(super) fn admitted_questions(&self, entry: u32, admission: &impl Admission) -> Vec<u32> {
        let at = entry as usize;
        let (Some(from), Some(end)) = (self.first_questions.get(at), self.first_questions.get(at + 1)) else {
            return Vec::new();
        };
        let admitted = |question: &u32| {
            let stored = &self.questions[*question as usize];
            !stored.negative && admission.admits(*question, stored)
        };
        (*from..*end).filter(admitted).collect()
    }

    /// Positions of admitted questions worth comparing: those with the very same key, the best of the index and the
    /// nearest in meaning.
    fn fetch(
        &self,
        asked: &Terms,
        cosines: Option<&[f32]>,
        admission: &impl Admission,
        limit: usize,
    ) -> Result<Vec<u32>, IndexError> {
        let hits = self.index.search(asked, limit)?;
        let same = self.exact.get(&asked.key).into_iter().flatten().copied();
        let near = nearest(cosines.unwrap_or_default(), FETCHED_NEAR);
        let mut found: Vec<u32> = same.chain(hits.iter().map(|hit| hit.question)).chain(near).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|at| admission.admits(*at, &self.questions[*at as usize]));
        Ok(found)
    }

    /// The best of an entry's questions with the support of the next; none where a negative question fits at least as
    /// well.
    fn best_of_entry(&self, asked: &Asked<'_>, questions: &[u32]) -> Option<Scored> {
        let mut best: Option<(u32, f32, Signals)> = None;
        let mut bar = f32::NEG_INFINITY;
        let mut points: Vec<f32> = Vec::with_capacity(questions.len());
        for question in questions {
            let stored = &self.questions[*question as usize];
            let sense = Sense { cosine: asked.cosine(*question), crowding: self.meanings.crowding(*question) };
            let signals = Signals::compare(Compared { asked: asked.profile, stored: &stored.profile }, sense);
            let logit = self.model.rank.logit(signals.values());
            if stored.negative {
                bar = bar.max(logit);
                continue;
            }
            points.push(logit);
            if best.as_ref().is_none_or(|(_, held, _)| *held < logit) {
                best = Some((*question, logit, signals));
            }
        }
        let (question, logit, signals) = best.filter(|(_, logit, _)| bar < *logit)?;
        Some(self.sum_up(asked, question, signals, logit + self.model.support * mean_of_largest(points)))
    }

    /// Adds what concerns the entry as a whole to the points of its best question.
    fn sum_up(&self, asked: &Asked<'_>, question: u32, mut signals: Signals, points: f32) -> Scored {
        let stored = &self.questions[question as usize];
        let without = asked.without.map(|at| &self.questions[at as usize]);
        let of_entry = [
            (Signal::AnswerExplains, self.answers.explained(asked.pairs, stored.entry, &stored.profile)),
            (Signal::AskedMissing, self.contrast.asked_missing(asked.profile, stored.entry, without)),
            (Signal::StoredExtra, self.contrast.stored_extra(asked.profile, &stored.profile)),
            (Signal::EntryCosine, self.entry_cosine(asked, stored.entry, signals.get(Signal::SenseCosine))),
        ];
        let mut rank_logit = points;
        for (signal, value) in of_entry {
            signals.set(signal, value);
            rank_logit += self.model.rank.weight(signal) * signals.get(signal);
        }
        let lexical = Signal::ALL.into_iter().filter(|signal| signal.is_lexical());
        Scored {
            entry: stored.entry,
            question,
            rank_logit,
            lexical: lexical.map(|signal| self.model.rank.weight(signal) * signals.get(signal)).sum(),
            difference: None,
            signals,
            gate_inputs: [0.0; GATE_INPUTS],
            ceiling: None,
            floor: None,
            confidence: 0.0,
        }
    }

    /// Mean cosine of the entry's best questions, of its best one where the encoder was not asked.
    fn entry_cosine(&self, asked: &Asked<'_>, entry: u32, of_best: f32) -> f32 {
        let at = entry as usize;
        let (Some(from), Some(end)) = (self.first_questions.get(at), self.first_questions.get(at + 1)) else {
            return of_best;
        };
        let counts = |question: &u32| Some(*question) != asked.without && !self.questions[*question as usize].negative;
        let cosines: Vec<f32> = (*from..*end).filter(counts).filter_map(|question| asked.cosine(question)).collect();
        if cosines.is_empty() { of_best } else { mean_of_largest(cosines) }
    }
}

/// A question as stored ones are compared with it.
struct Asked<'a> {
    profile: &'a QuestionProfile,
    pairs: &'a AskedPairs,
    cosines: Option<&'a [f32]>,
    /// A stored question that does not count, for it is the one asked.
    without: Option<u32>,
}

impl Asked<'_> {
    /// Cosine with a stored question; `None` where the encoder was not asked.
    fn cosine(&self, question: u32) -> Option<f32> {
        self.cosines.and_then(|cosines| cosines.get(question as usize).copied())
    }
}

fn distinct_entries(questions: &[StoredQuestion], found: &[u32]) -> usize {
    let mut entries: Vec<u32> = found.iter().map(|at| questions[*at as usize].entry).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.len()
}
