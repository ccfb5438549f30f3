//! One bundle of everything a request needs: corpus, matcher, router, policy. Built together, immutable, swapped as one.
//!
//! A snapshot is complete when [`Snapshot::prepare`] returns it; under which number and since when it is live is said
//! by what publishes it.

mod model_set;
mod question_cache;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::corpus::{Corpus, Entry};
use crate::decision::{Decision, Policy};
use crate::policy::{self, PolicyStatement};
use crate::ranking::{EmbeddingTable, Learnt, LiveAt, Matcher, Scored, StoredQuestion};
use crate::retrieval::{IndexError, Respeller};
use crate::smalltalk::idle_words;
use crate::text::normalize;
use crate::tickets::{Routed, Router, Ticket};

pub use model_set::Models;
use question_cache::QuestionCache;
pub use question_cache::{Asked, Ranked, RecentQuestion};

/// A corpus with everything derived from it. A request holds one from beginning to end.
#[derive(Debug)]
pub struct Snapshot {
    pub corpus: Arc<Corpus>,
    pub matcher: Matcher,
    pub router: Arc<Router>,
    pub policy: Policy,
    /// What may be said about the policy.
    pub statement: PolicyStatement,
    /// Router, ranker and encoder versions, joined by `+`.
    pub model_version: String,
    /// Words of idle talk that the corpus's own questions use, so that they are none here; ascending.
    pub asked_about: BTreeSet<&'static str>,
    respeller: Respeller,
    asked: QuestionCache,
}

impl Snapshot {
    /// Builds everything that can fail; CPU-bound, as [`Matcher::prepare`]. Vectors that `known` holds are not made
    /// again.
    ///
    /// # Errors
    /// [`IndexError`] when the question index cannot be built.
    pub fn prepare(corpus: Arc<Corpus>, models: &Models, known: &EmbeddingTable) -> Result<Self, IndexError> {
        Self::prepare_learnt(corpus, models, known, None)
    }

    /// The same with what was learnt of this very corpus under these models before.
    ///
    /// # Errors
    /// As [`Snapshot::prepare`].
    pub fn prepare_learnt(
        corpus: Arc<Corpus>,
        models: &Models,
        known: &EmbeddingTable,
        learnt: Option<Learnt>,
    ) -> Result<Self, IndexError> {
        let complaint_odds = learnt.as_ref().and_then(|learnt| learnt.complaint_odds);
        let matcher = Matcher::prepare_learnt(&corpus, &models.ranking, known, learnt)?;
        let (policy, statement) = policy::resolve(&models.policy, &matcher.evidence, &calibrated_on(&matcher));
        let asking = matcher.questions.iter().filter(|question| !question.negative);
        let written: Vec<String> = asking.map(|question| normalize(&question.text)).collect();
        let router = models.router_for(&corpus);
        let router = match complaint_odds.and_then(|odds| router.with_complaint_odds(odds)) {
            Some(router) => router,
            None => router.before(&corpus.routing, &written),
        };
        let respeller = Respeller::build(written.iter().map(String::as_str), matcher.segmenter());
        let asked_about = written.iter().flat_map(|question| idle_words(question)).collect();
        Ok(Self {
            matcher,
            policy,
            statement,
            model_version: models.version_with(&router),
            router: Arc::new(router),
            asked_about,
            respeller,
            asked: QuestionCache::new(&corpus),
            corpus,
        })
    }

    /// The candidates for a question at a moment; worked out once and kept for the next asker of the same.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn ranked(&self, asked: &Asked<'_>, now: Timestamp) -> Result<Ranked, IndexError> {
        self.asked.get_or_rank(asked, now, |encoded| {
            let terms = self.matcher.terms_of_normalized(encoded.text()).with_marks_of(asked.text);
            let scored = self.matcher.candidates_of(&terms, encoded, &LiveAt { corpus: &self.corpus, now })?;
            self.or_as_it_sounds(encoded.text(), scored, now)
        })
    }

    /// The candidates of what a question sounds like, where as it is written it finds nothing worth offering, or where
    /// letters in it were pinyin. How something sounds is a guess: it may be offered and never answers by itself.
    fn or_as_it_sounds(
        &self,
        normalized: &str,
        scored: Vec<Scored>,
        now: Timestamp,
    ) -> Result<Vec<Scored>, IndexError> {
        let decide = |found: &[Scored]| self.policy.decide(found.first().map(|best| f64::from(best.confidence)));
        let written = decide(&scored);
        if written == Decision::Answer {
            return Ok(scored);
        }
        let heard = self.respeller.respell(normalized, self.matcher.segmenter());
        let Some(heard) = heard.filter(|heard| written == Decision::Handoff || heard.from_letters) else {
            return Ok(scored);
        };
        let terms = self.matcher.terms_of_normalized(&normalize(&heard.text));
        let mut guessed = self.matcher.candidates(&terms, &LiveAt { corpus: &self.corpus, now })?;
        let confidence = |found: &[Scored]| found.first().map_or(0.0, |best| best.confidence);
        if decide(&guessed) == Decision::Handoff || confidence(&guessed) <= confidence(&scored) {
            return Ok(scored);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a share; the next float down where rounding went up")]
        let ceiling = (self.policy.answer_threshold as f32).next_down();
        for one in &mut guessed {
            one.ceiling = Some(ceiling);
            one.confidence = one.confidence.min(ceiling);
        }
        Ok(guessed)
    }

    /// Whether the candidates for a question are kept, so that they cost no work.
    #[must_use]
    pub fn has_ranked(&self, asked: &Asked<'_>, now: Timestamp) -> bool {
        self.asked.holds(asked, now)
    }

    /// Where a ranked question goes that nobody answers; decided once.
    pub fn route<'a>(&self, ranked: &'a Ranked, ticket: &Ticket<'_>) -> &'a Routed {
        ranked.routed_by(|| self.router.route_encoded(&self.corpus.routing, ticket, &ranked.encoded))
    }

    /// Questions asked not long ago, at most `limit`, the first in the order of their text.
    #[must_use]
    pub fn recent_questions(&self, limit: usize) -> Vec<RecentQuestion> {
        self.asked.recent(limit)
    }

    /// Ranked entries for a normalised question at a moment, best first.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates(&self, normalized: &str, now: Timestamp) -> Result<Vec<Scored>, IndexError> {
        let terms = self.matcher.terms_of_normalized(normalized);
        self.matcher.candidates(&terms, &LiveAt { corpus: &self.corpus, now })
    }

    /// The entry of a candidate.
    #[must_use]
    pub fn entry(&self, scored: &Scored) -> &Entry {
        &self.corpus.entries[scored.entry as usize]
    }

    /// The stored question that a candidate matched by.
    #[must_use]
    pub fn stored_question(&self, scored: &Scored) -> &StoredQuestion {
        &self.matcher.questions[scored.question as usize]
    }

    /// What preparing learnt of the corpus, for the next time it is prepared.
    #[must_use]
    pub fn learnt(&self) -> Learnt {
        let mut learnt = self.matcher.learnt();
        learnt.complaint_odds = Some(self.router.complaint_odds());
        learnt
    }

    /// Vectors of the stored questions, by content.
    #[must_use]
    pub fn embeddings(&self) -> &Arc<EmbeddingTable> {
        &self.matcher.meanings.embeddings
    }

    /// Standard and similar questions of the corpus.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.matcher.questions.iter().filter(|question| !question.negative).count()
    }
}

/// What the confidences were fitted on, as staff read it.
fn calibrated_on(matcher: &Matcher) -> String {
    match matcher.calibration.rows {
        0 => "通用参数".to_owned(),
        rows if matcher.has_labelled_evidence() => format!("本知识库的 {rows} 个带标注的问题"),
        rows => format!("本知识库的相似问和抽走条目的问题共 {rows} 个（员工所写，偏乐观）"),
    }
}
