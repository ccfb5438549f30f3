//! Every stored question asked of its own corpus: it must find its own entry, and it shows which other entries are so
//! near that a customer may get the wrong one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::Entry;
use crate::ranking::{Signal, StoredQuestion};
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;
use crate::text::{normalize, same_question};

/// Lost questions listed at most.
const LOST_LISTED: usize = 20;
/// Pairs of near questions listed at most.
const NEAR_LISTED: usize = 50;
/// Cosine over character grams from which two questions count as near: they share nine parts in ten.
const NEAR: f32 = 0.9;

/// How a corpus finds its own questions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct SelfRetrieval {
    /// Standard and similar questions asked.
    pub asked: usize,
    /// Questions of entries that are switched off or over.
    pub skipped: usize,
    /// Questions that find another entry first.
    pub lost_total: usize,
    /// The first 20 of these.
    pub lost: Vec<LostQuestion>,
    /// Pairs of entries with near questions and different answers.
    pub near_total: usize,
    /// The 50 nearest pairs.
    pub near: Vec<NearQuestions>,
}

/// A stored question that finds another entry than its own, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LostQuestion {
    pub faq_id: String,
    pub question: String,
    /// The entry found instead; null where none is.
    pub found_faq_id: Option<String>,
    pub found_question: Option<String>,
}

/// Two entries whose questions are near each other although their answers differ.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NearQuestions {
    pub faq_id: String,
    pub question: String,
    pub other_faq_id: String,
    pub other_question: String,
    /// Cosine over character grams, 0.9..=1.
    pub similarity: f64,
}

impl fmt::Display for LostQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "条目 {} 的问法“{}”", self.faq_id, self.question)?;
        match (&self.found_faq_id, &self.found_question) {
            (Some(id), Some(question)) => write!(f, "先找到的是条目 {id} 的“{question}”"),
            _ => write!(f, "找不到任何条目"),
        }
    }
}

impl fmt::Display for NearQuestions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faq_id, question, other_faq_id, other_question, .. } = self;
        write!(f, "条目 {faq_id} 的“{question}”和条目 {other_faq_id} 的“{other_question}”很接近，答案却不同")
    }
}

/// What asking one stored question showed; entries and questions by position.
#[derive(Debug, Default)]
struct Asked {
    skipped: bool,
    lost: Option<LostQuestion>,
    near: Vec<Pair>,
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    question: u32,
    other: u32,
    similarity: f32,
}

/// Asks every standard and similar question on all cores, each at a moment when its entry holds.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub fn ask_own_questions(snapshot: &Snapshot, now: Timestamp) -> Result<SelfRetrieval, IndexError> {
    let stored: Vec<(u32, &StoredQuestion)> =
        (0_u32..).zip(&snapshot.matcher.questions).filter(|(_, question)| !question.negative).collect();
    let asked: Vec<Asked> =
        stored.par_iter().map(|(at, question)| ask(snapshot, *at, question, now)).collect::<Result<_, IndexError>>()?;
    let skipped = asked.iter().filter(|one| one.skipped).count();
    let near = near_entries(snapshot, asked.iter().flat_map(|one| &one.near));
    let mut lost: Vec<LostQuestion> = asked.into_iter().filter_map(|one| one.lost).collect();
    let lost_total = lost.len();
    lost.truncate(LOST_LISTED);
    Ok(SelfRetrieval {
        asked: stored.len() - skipped,
        skipped,
        lost_total,
        lost,
        near_total: near.len(),
        near: near.into_iter().take(NEAR_LISTED).collect(),
    })
}

fn ask(snapshot: &Snapshot, at: u32, stored: &StoredQuestion, now: Timestamp) -> Result<Asked, IndexError> {
    let own = &snapshot.corpus.entries[stored.entry as usize];
    let Some(moment) = moment_of(own, now) else { return Ok(Asked { skipped: true, ..Asked::default() }) };
    let normalized = normalize(&stored.text);
    let candidates = snapshot.candidates(&normalized, moment)?;
    let entry_of = |position: u32| &snapshot.corpus.entries[position as usize];
    let text_of = |question: u32| snapshot.matcher.questions[question as usize].text.as_str();
    let found_itself = candidates.first().is_some_and(|best| {
        best.entry == stored.entry
            || same_answers(entry_of(best.entry), own)
            || same_question(text_of(best.question), &stored.text)
    });
    let lost = (!found_itself).then(|| LostQuestion {
        faq_id: own.id.clone(),
        question: stored.text.clone(),
        found_faq_id: candidates.first().map(|best| entry_of(best.entry).id.clone()),
        found_question: candidates.first().map(|best| text_of(best.question).to_owned()),
    });
    let others = candidates.iter().filter(|other| other.entry != stored.entry);
    let near = others
        .map(|other| Pair { question: at, other: other.question, similarity: other.signals.get(Signal::GramCosine) })
        .filter(|pair| pair.similarity >= NEAR)
        .filter(|pair| {
            let other = snapshot.matcher.questions[pair.other as usize].entry;
            !same_answers(entry_of(other), own)
        })
        .collect();
    Ok(Asked { skipped: false, lost, near })
}

/// A moment at which an entry holds: now, or when it begins; none where it is off or over.
fn moment_of(entry: &Entry, now: Timestamp) -> Option<Timestamp> {
    let later = entry.valid_from.filter(|from| *from > now).unwrap_or(now);
    entry.is_live(later).then_some(later)
}

fn same_answers(a: &Entry, b: &Entry) -> bool {
    a.answer == b.answer && a.answers == b.answers
}

/// The nearest pair of questions of each pair of entries, nearest first, then by ids.
fn near_entries<'a>(snapshot: &Snapshot, pairs: impl Iterator<Item = &'a Pair>) -> Vec<NearQuestions> {
    let mut nearest: BTreeMap<(u32, u32), Pair> = BTreeMap::new();
    let entry_of = |question: u32| snapshot.matcher.questions[question as usize].entry;
    for pair in pairs {
        // Positions follow ids, so the smaller id comes first whichever of the two was asked.
        let Pair { question, other, similarity } = *pair;
        let (first, second) = if entry_of(question) < entry_of(other) { (question, other) } else { (other, question) };
        let ordered = Pair { question: first, other: second, similarity };
        let held = nearest.entry((entry_of(first), entry_of(second))).or_insert(ordered);
        if held.similarity < similarity {
            *held = ordered;
        }
    }
    let mut pairs: Vec<Pair> = nearest.into_values().collect();
    pairs.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    let id_of = |question: u32| snapshot.corpus.entries[entry_of(question) as usize].id.clone();
    let text_of = |question: u32| snapshot.matcher.questions[question as usize].text.clone();
    pairs
        .into_iter()
        .map(|pair| NearQuestions {
            faq_id: id_of(pair.question),
            question: text_of(pair.question),
            other_faq_id: id_of(pair.other),
            other_question: text_of(pair.other),
            similarity: (f64::from(pair.similarity) * 1e3).round() / 1e3,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::{SourceFile, load_files};
    use crate::encoder::{EncoderKind, SentenceEncoder};
    use crate::policy::PolicySettings;
    use crate::ranking::RankerModel;
    use crate::ranking::{EmbeddingTable, RankingModels};
    use crate::snapshot::Models;
    use crate::tickets::Router;

    const CORPUS: &str = r#"{"id":"a","question":"怎么申请退货","answer":"甲"}
{"id":"b","question":"怎么申请退款","answer":"乙"}
{"id":"c","question":"申请退款怎么弄","answer":"乙"}
{"id":"old","question":"去年的活动","answer":"丙","valid_until":"2020-01-01"}
{"id":"soon","question":"明年的活动","answer":"丁","valid_from":"2030-01-01"}
"#;

    fn found(change: impl Fn(&mut RankerModel)) -> SelfRetrieval {
        let file = SourceFile { path: "a.jsonl".into(), bytes: CORPUS.into() };
        let corpus = load_files(&[file], &TimeZone::UTC).unwrap();
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let file = include_bytes!("../../models/ranker/standard.json");
        let mut ranker = RankerModel::from_json(file, encoder.version()).unwrap();
        change(&mut ranker);
        let models = Models {
            router: Arc::new(Router::embedded().unwrap()),
            instead: None,
            ranking: RankingModels { ranker: Arc::new(ranker), encoder },
            ranker_version: "test".into(),
            policy: PolicySettings::default(),
        };
        let now: Timestamp = "2026-11-05T12:00:00+08:00".parse().unwrap();
        ask_own_questions(&Snapshot::prepare(Arc::new(corpus), &models, &EmbeddingTable::default()).unwrap(), now)
            .unwrap()
    }

    #[test]
    fn a_sound_corpus_finds_all_its_questions_that_ever_hold() {
        let found = found(|_| {});
        assert_eq!((found.asked, found.skipped, found.lost_total), (4, 1, 0), "{found:?}");
    }

    #[test]
    fn a_question_that_finds_another_answer_is_lost() {
        // A ranker that prefers what fits worst.
        let found = found(|model| model.rank.weights.iter_mut().for_each(|weight| *weight = -*weight));
        let lost: Vec<&str> = found.lost.iter().map(|lost| lost.faq_id.as_str()).collect();
        assert!(lost.contains(&"a"), "{found:?}");
        assert_eq!(found.lost_total, lost.len());
        let shown = found.lost[0].to_string();
        assert!(shown.starts_with("条目 a 的问法“怎么申请退货”先找到的是条目"), "{shown}");
    }
}
