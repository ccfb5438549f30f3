//! One bundle of everything a request needs: corpus, matcher, router, policy. Built together, immutable, swapped as one.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use crate::corpus::Corpus;
use crate::decision::Policy;
use crate::policy::{self, PolicySettings, PolicyStatement};
use crate::ranking::{EmbeddingTable, LiveAt, Matcher, RankingModels, Scored};
use crate::retrieval::IndexError;
use crate::text::normalize;
use crate::tickets::{Routed, Router, Ticket};

/// What is known of recent questions, kept per snapshot; identical questions are most of a busy day.
const RECENT: u64 = 8_192;
/// Longer questions are not kept: they hardly come twice.
const RECENT_BYTES: usize = 192;

/// One generation of a knowledge base. A request holds one from beginning to end.
#[derive(Debug)]
pub struct Snapshot {
    pub generation: u64,
    pub published_at: Timestamp,
    pub corpus: Arc<Corpus>,
    pub matcher: Matcher,
    pub router: Arc<Router>,
    pub policy: Policy,
    /// What may be said about the policy.
    pub statement: PolicyStatement,
    /// Router, ranker and encoder versions, joined by `+`.
    pub model_version: String,
    /// Moments at which an entry begins or ceases to hold, ascending.
    turns: Vec<Timestamp>,
    recent: Cache<RecentKey, Arc<Known>, FxBuildHasher>,
}

/// What the work on a question depends on besides the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RecentKey {
    /// Which of the spans between turns.
    span: usize,
    /// As typed or normalised: both lead to the same.
    text: String,
    channel: Option<String>,
    customer_tier: Option<String>,
}

/// The work done once for a question.
#[derive(Debug)]
pub struct Known {
    pub normalized: String,
    /// Ranked entries, best first.
    pub scored: Vec<Scored>,
    routed: OnceLock<Routed>,
}

/// A question asked not long ago.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecentQuestion {
    /// Normalised: personal numbers are placeholders.
    pub normalized: String,
    pub channel: Option<String>,
    pub customer_tier: Option<String>,
}

/// The parts of a snapshot that do not come from the corpus.
#[derive(Debug, Clone)]
pub struct Models {
    pub router: Arc<Router>,
    pub ranking: RankingModels,
    pub ranker_version: String,
    pub policy: PolicySettings,
}

impl Snapshot {
    /// Builds everything that can fail; CPU-bound, as [`Matcher::prepare`]. Vectors that `known` holds are not made
    /// again.
    ///
    /// # Errors
    /// [`IndexError`] when the question index cannot be built.
    pub fn prepare(
        corpus: Arc<Corpus>,
        models: &Models,
        known: &EmbeddingTable,
        at: Timestamp,
    ) -> Result<Self, IndexError> {
        let matcher = Matcher::prepare(&corpus, &models.ranking, known)?;
        let mut turns: Vec<Timestamp> =
            corpus.entries.iter().flat_map(|entry| [entry.valid_from, entry.valid_until]).flatten().collect();
        let (policy, statement) = policy::resolve(&models.policy, &matcher.evidence, &calibrated_on(&matcher));
        turns.sort_unstable();
        turns.dedup();
        Ok(Self {
            generation: 0,
            published_at: at,
            matcher,
            router: Arc::new(models.router.promising(&corpus.routing)),
            policy,
            statement,
            model_version: format!(
                "{}+{}+{}",
                models.router.version(),
                models.ranker_version,
                models.ranking.encoder.version()
            ),
            turns,
            recent: Cache::builder().max_capacity(RECENT).build_with_hasher(FxBuildHasher),
            corpus,
        })
    }

    /// The same snapshot under its number and moment of publishing.
    #[must_use]
    pub fn numbered(self, generation: u64, published_at: Timestamp) -> Self {
        Self { generation, published_at, ..self }
    }

    /// What is known of a question at a moment; worked out once and kept for the next asker of the same, whether the
    /// same to the letter or only after normalisation.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn known(&self, ticket: &Ticket<'_>, now: Timestamp) -> Result<Arc<Known>, IndexError> {
        let key = |text: &str| RecentKey {
            // Which entries hold changes only at a turn, so that the span between two turns can stand for the moment.
            span: self.turns.partition_point(|turn| *turn <= now),
            text: text.to_owned(),
            channel: ticket.channel.map(str::to_owned),
            customer_tier: ticket.customer_tier.map(str::to_owned),
        };
        let as_typed = key(ticket.text);
        if let Some(known) = self.recent.get(&as_typed) {
            return Ok(known);
        }
        let normalized = normalize(ticket.text);
        let as_normalized = key(&normalized);
        let known = match self.recent.get(&as_normalized) {
            Some(known) => known,
            None => {
                let scored = self.candidates(&normalized, now)?;
                Arc::new(Known { normalized, scored, routed: OnceLock::new() })
            }
        };
        for key in [as_typed, as_normalized] {
            if key.text.len() <= RECENT_BYTES {
                self.recent.insert(key, Arc::clone(&known));
            }
        }
        Ok(known)
    }

    /// Questions that are still kept, at most `limit`, the first in the order of their text.
    #[must_use]
    pub fn recent_questions(&self, limit: usize) -> Vec<RecentQuestion> {
        let recent = self.recent.iter().map(|(key, known)| RecentQuestion {
            normalized: known.normalized.clone(),
            channel: key.channel.clone(),
            customer_tier: key.customer_tier.clone(),
        });
        // The cache has no order of its own; a question is kept as typed and as normalised.
        let ordered: BTreeSet<RecentQuestion> = recent.filter(|question| !question.normalized.is_empty()).collect();
        ordered.into_iter().take(limit).collect()
    }

    /// Where a known question goes that nobody answers; decided once.
    pub fn route<'a>(&self, known: &'a Known, ticket: &Ticket<'_>) -> &'a Routed {
        known.routed.get_or_init(|| self.router.route(&self.corpus.routing, ticket, 1, false))
    }

    /// Ranked entries for a normalised question at a moment, best first.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn candidates(&self, normalized: &str, now: Timestamp) -> Result<Vec<Scored>, IndexError> {
        let terms = self.matcher.terms_of_normalized(normalized);
        self.matcher.candidates(&terms, &LiveAt { corpus: &self.corpus, now })
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
