//! Everything there is to find about one knowledge base: its files, its models, how it answers what it was promised to
//! answer, which entries nobody reaches, and what a start would serve.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::answer::{Answered, Decision, HandoffReason, Question, answer, decide};
use crate::corpus::{Corpus, Entry, GoldenExpectation, Issue};
use crate::gate::self_retrieval::{SelfRetrieval, ask_own_questions};
use crate::knowledge_base::{Notice, Sources, cause_chain, foresee};
use crate::policy::PolicyStatement;
use crate::ranking::EmbeddingTable;
use crate::ranking::Scored;
use crate::snapshot::Snapshot;
use crate::text::normalize;

/// What was found; everything below `policy` only where corpus and models can be used.
#[derive(Debug, Default, Serialize)]
pub(super) struct Checked {
    /// Of the files as they are now.
    pub(super) version: Option<String>,
    pub(super) entries: usize,
    pub(super) questions: usize,
    pub(super) issues: Vec<Issue>,
    pub(super) warnings: Vec<Issue>,
    /// What is wrong with the models, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model_problem: Option<String>,
    /// What staff should know about the model beside this corpus.
    pub(super) routing: Vec<String>,
    /// What a start would say, beginning with what differs from the version published last.
    pub(super) notices: Vec<Notice>,
    pub(super) policy: Option<PolicyStatement>,
    pub(super) self_retrieval: Option<SelfRetrieval>,
    pub(super) golden: Golden,
    /// Entries whose time is over, by id.
    pub(super) expired: Vec<String>,
    pub(super) unreachable: Vec<Unreachable>,
}

/// How the golden questions come out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Golden {
    pub(super) asked: usize,
    pub(super) failing: Vec<FailingCase>,
}

/// A golden question that comes out otherwise than expected.
#[derive(Debug, Serialize)]
pub(super) struct FailingCase {
    pub(super) question: String,
    /// The entry that must answer; null where nothing may.
    pub(super) expected: Option<String>,
    pub(super) decision: Decision,
    /// The entry that answers, or would be offered first.
    pub(super) found: Option<String>,
}

/// An entry whose standard question goes to a human by its very words.
#[derive(Debug, Serialize)]
pub(super) struct Unreachable {
    pub(super) faq_id: String,
    pub(super) question: String,
    pub(super) reason: HandoffReason,
    /// Of its questions, how many reach a human like this one.
    pub(super) captured: usize,
    pub(super) questions: usize,
}

impl Checked {
    /// Looks at everything.
    ///
    /// # Errors
    /// When an index cannot be built or read.
    pub(super) fn new(sources: &Sources, now: Timestamp) -> anyhow::Result<Self> {
        let found = sources.load_corpus().map(Arc::new);
        let notices = foresee(sources, &found);
        let models = sources.load_models();
        let mut checked =
            Self { notices, model_problem: models.as_ref().err().map(|error| cause_chain(error)), ..Self::default() };
        let corpus = match found {
            Ok(corpus) => corpus,
            Err(error) => {
                checked.issues = error.issues().to_vec();
                return Ok(checked);
            }
        };
        checked.version = Some(corpus.version.clone());
        checked.entries = corpus.entries.len();
        checked.questions = corpus.entries.iter().map(|entry| entry.questions().count()).sum();
        checked.warnings.clone_from(&corpus.warnings);
        checked.expired = expired(&corpus, now);
        let Ok(models) = models else { return Ok(checked) };
        let snapshot = Snapshot::prepare(corpus, &models, &EmbeddingTable::default())?;
        checked.routing = snapshot.router.warnings(&snapshot.corpus.routing);
        checked.routing.extend(sources.router_note(&snapshot));
        checked.self_retrieval = Some(ask_own_questions(&snapshot, now)?);
        checked.golden = golden(&snapshot, now)?;
        checked.unreachable = unreachable(&snapshot, now);
        checked.policy = Some(snapshot.statement);
        Ok(checked)
    }

    /// Whether all of it can be served and published.
    pub(super) fn is_sound(&self) -> bool {
        self.issues.is_empty() && self.model_problem.is_none()
    }
}

fn expired(corpus: &Corpus, now: Timestamp) -> Vec<String> {
    let over = |entry: &&Entry| entry.enabled && entry.valid_until.is_some_and(|until| until <= now);
    corpus.entries.iter().filter(over).map(|entry| entry.id.clone()).collect()
}

/// An expected entry must answer; a question not to be answered must not be answered directly.
fn golden(snapshot: &Snapshot, now: Timestamp) -> anyhow::Result<Golden> {
    let cases = &snapshot.corpus.golden;
    let mut failing = Vec::new();
    for case in cases {
        let question = Question { text: &case.question, channel: None, customer_tier: None, top: 1, explain: false };
        let answered = answer(snapshot, &question, now)?;
        let expected = match &case.expect {
            GoldenExpectation::Entry(id) => Some(id.clone()),
            GoldenExpectation::NoAnswer => None,
        };
        let answers = answered.answer.as_ref().and_then(|answer| answer.faq_id.as_ref());
        let passes = if expected.is_some() { answers == expected.as_ref() } else { answers.is_none() };
        if !passes {
            let Answered { decision, candidates, .. } = answered;
            let found = candidates.into_iter().next().map(|best| best.faq_id);
            failing.push(FailingCase { question: case.question.clone(), expected, decision, found });
        }
    }
    Ok(Golden { asked: cases.len(), failing })
}

/// Words that ask for a human or complain win over an entry that is not sure of its own question.
fn unreachable(snapshot: &Snapshot, now: Timestamp) -> Vec<Unreachable> {
    let insists = |normalized: &str, scored: &[Scored]| match decide(snapshot, normalized, scored).1 {
        Some(reason @ (HandoffReason::HumanRequested | HandoffReason::Complaint)) => Some(reason),
        _ => None,
    };
    let reason = |question: &str| {
        let normalized = normalize(question);
        // Hardly a question holds such words: the others are not ranked.
        insists(&normalized, &[])?;
        insists(&normalized, &snapshot.candidates(&normalized, now).ok()?)
    };
    let captured = |entry: &Entry| {
        let standard = reason(&entry.question)?;
        Some(Unreachable {
            faq_id: entry.id.clone(),
            question: entry.question.clone(),
            reason: standard,
            captured: entry.questions().filter(|question| reason(question).is_some()).count(),
            questions: entry.questions().count(),
        })
    };
    snapshot.corpus.entries.iter().filter(|entry| entry.is_live(now)).filter_map(captured).collect()
}
