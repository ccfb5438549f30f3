//! What is known of recent questions: identical ones are most of a busy day, and a change of corpus is tried on them.
//!
//! A question is kept as typed and as normalised, within the span of time in which the same entries hold. Ranks and
//! routes nothing itself.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use crate::corpus::Corpus;
use crate::encoder::EncodedText;
use crate::ranking::Scored;
use crate::text::marks::marks;
use crate::text::normalize;
use crate::tickets::Routed;

/// Questions kept at most, each up to twice.
const KEPT: u64 = 8_192;
/// Longer questions, in bytes, are not kept: they hardly come twice.
const KEPT_BYTES: usize = 192;

/// A question with what its candidates and its hand-off depend on besides the snapshot and the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
}

/// A ranked question in one asker's hands.
#[derive(Debug)]
pub struct Ranked {
    question: Arc<RankedQuestion>,
    /// The normalised question with the encoders' passes. Not kept with the question: it is as large as all the rest.
    pub encoded: EncodedText,
}

/// The work done once for a question.
#[derive(Debug)]
pub struct RankedQuestion {
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

/// The questions asked of one snapshot.
#[derive(Debug)]
pub(super) struct QuestionCache {
    boundaries: ValidityBoundaries,
    kept: Cache<Key, Arc<RankedQuestion>, FxBuildHasher>,
}

/// Moments at which an entry begins or ceases to hold, ascending.
#[derive(Debug)]
struct ValidityBoundaries(Vec<Timestamp>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Which of the spans between two boundaries.
    span: usize,
    /// As typed or normalised: both lead to the same.
    text: String,
    channel: Option<String>,
    customer_tier: Option<String>,
}

impl QuestionCache {
    pub(super) fn new(corpus: &Corpus) -> Self {
        Self {
            boundaries: ValidityBoundaries::of(corpus),
            kept: Cache::builder().max_capacity(KEPT).build_with_hasher(FxBuildHasher),
        }
    }

    /// The question as kept, whether the same to the letter or only after normalisation; else as `rank` finds
    /// candidates for its normalised text.
    pub(super) fn get_or_rank<E>(
        &self,
        asked: &Asked<'_>,
        now: Timestamp,
        rank: impl FnOnce(&EncodedText) -> Result<Vec<Scored>, E>,
    ) -> Result<Ranked, E> {
        let span = self.boundaries.span(now);
        let as_typed = Key::new(span, asked);
        if let Some(known) = self.kept.get(&as_typed) {
            return Ok(Ranked::known(known));
        }
        let normalized = normalize(asked.text);
        // Symbols that normalising removes tell questions apart all the same.
        let with_marks = format!("{normalized}\u{0}{}", marks(asked.text));
        let as_normalized = Key::new(span, &Asked { text: &with_marks, ..*asked });
        let ranked = match self.kept.get(&as_normalized) {
            Some(known) => Ranked::known(known),
            None => {
                let encoded = EncodedText::new(&*normalized);
                let scored = rank(&encoded)?;
                let question = Arc::new(RankedQuestion { normalized, scored, routed: OnceLock::new() });
                Ranked { question, encoded }
            }
        };
        for key in [as_typed, as_normalized] {
            if key.text.len() <= KEPT_BYTES {
                self.kept.insert(key, Arc::clone(&ranked.question));
            }
        }
        Ok(ranked)
    }

    /// Whether a question is kept as it was typed, so that answering it costs little.
    pub(super) fn holds(&self, asked: &Asked<'_>, now: Timestamp) -> bool {
        self.kept.contains_key(&Key::new(self.boundaries.span(now), asked))
    }

    pub(super) fn recent(&self, limit: usize) -> Vec<RecentQuestion> {
        let recent = self.kept.iter().map(|(key, known)| RecentQuestion {
            normalized: known.normalized.clone(),
            channel: key.channel.clone(),
            customer_tier: key.customer_tier.clone(),
        });
        // The cache has no order of its own; a question is kept as typed and as normalised.
        let ordered: BTreeSet<RecentQuestion> = recent.filter(|question| !question.normalized.is_empty()).collect();
        ordered.into_iter().take(limit).collect()
    }
}

impl Ranked {
    fn known(question: Arc<RankedQuestion>) -> Self {
        Self { encoded: EncodedText::new(&*question.normalized), question }
    }
}

impl Deref for Ranked {
    type Target = RankedQuestion;

    fn deref(&self) -> &RankedQuestion {
        &self.question
    }
}

impl RankedQuestion {
    /// Where it goes that nobody answers; `decide` is asked once.
    pub(super) fn routed_by(&self, decide: impl FnOnce() -> Routed) -> &Routed {
        self.routed.get_or_init(decide)
    }
}

impl ValidityBoundaries {
    fn of(corpus: &Corpus) -> Self {
        let ends = corpus.entries.iter().flat_map(|entry| [entry.valid_from, entry.valid_until]);
        let mut moments: Vec<Timestamp> = ends.flatten().collect();
        moments.sort_unstable();
        moments.dedup();
        Self(moments)
    }

    /// Which entries hold changes only at a boundary, so that the span between two can stand for the moment.
    fn span(&self, now: Timestamp) -> usize {
        self.0.partition_point(|boundary| *boundary <= now)
    }
}

impl Key {
    fn new(span: usize, asked: &Asked<'_>) -> Self {
        Self {
            span,
            text: asked.text.to_owned(),
            channel: asked.channel.map(str::to_owned),
            customer_tier: asked.customer_tier.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::{SourceFile, load_files};

    fn cache() -> QuestionCache {
        let text = "id,q,a,生效时间,失效时间\n1,一,甲,2026-11-01,2026-11-11\n2,二,乙,,2026-11-11\n";
        let file = SourceFile { path: "a.csv".into(), bytes: text.into() };
        QuestionCache::new(&load_files(&[file], &TimeZone::UTC).unwrap())
    }

    #[test]
    fn a_question_is_ranked_once_a_span_channel_and_tier() {
        let cache = cache();
        let ranked = Cell::new(0);
        let plain = Asked { text: "vip退款几天到账", channel: None, customer_tier: None };
        let wechat = Asked { channel: Some("wechat"), ..plain };
        let rows = [
            (plain, "2026-10-01T00:00:00Z", 1),
            (plain, "2026-10-31T00:00:00Z", 1), // the same entries hold
            (Asked { text: "ＶＩＰ退款几天到账", ..plain }, "2026-10-31T00:00:00Z", 1), // normalised to the same
            (plain, "2026-11-05T00:00:00Z", 2), // an entry has begun
            (plain, "2026-12-01T00:00:00Z", 3), // and ended
            (wechat, "2026-12-01T00:00:00Z", 4),
            (Asked { customer_tier: Some("vip"), ..wechat }, "2026-12-01T00:00:00Z", 5),
            (wechat, "2026-12-01T00:00:00Z", 5),
        ];
        for (asked, now, expected) in rows {
            let rank = |_: &EncodedText| -> Result<_, Infallible> {
                ranked.set(ranked.get() + 1);
                Ok(Vec::new())
            };
            cache.get_or_rank(&asked, now.parse().unwrap(), rank).unwrap();
            assert_eq!(ranked.get(), expected, "{asked:?} at {now}");
        }
    }

    #[test]
    fn recent_questions_are_normalised_and_in_order_and_long_ones_are_not_kept() {
        let cache = cache();
        let long = "很长的问题".repeat(20);
        for text in ["运费怎么算", "我是13800001234，退款多久", "运费怎么算", long.as_str(), "。。。"]
        {
            let asked = Asked { text, channel: None, customer_tier: None };
            cache.get_or_rank(&asked, Timestamp::UNIX_EPOCH, |_| Ok::<_, Infallible>(Vec::new())).unwrap();
        }
        cache.kept.run_pending_tasks();
        let recent: Vec<String> = cache.recent(10).into_iter().map(|question| question.normalized).collect();
        assert!(recent.is_sorted() && recent.contains(&"运费怎么算".to_owned()), "{recent:?}");
        assert!(recent.iter().all(|text| !text.contains("13800001234") && text.len() <= KEPT_BYTES), "{recent:?}");
        assert_eq!(cache.recent(1), cache.recent(10)[..1]);
    }
}
