//! `POST /v1/answer`: a customer's question, or an offered entry that was chosen.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{FromRef, State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer_request::AnswerRequest;
use super::entry;
use super::memory::{Heard, Memory, Sender};
use super::ticket_stage::Tickets;
use super::usage::Usage;
use crate::answer::{AnswerKind, Answered, Candidate, Decision, DirectAnswer, Handoff, Suggestion};
use crate::clock;
use crate::config::Limits;
use crate::conversation::ReadAlong;
use crate::http::decided::{Decided, LoggedDecision, six_digits};
use crate::http::group_name;
use crate::http::message_id;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::auth::Caller;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Asking, Code, Problem, Refusals};
use crate::http::request::{Id, Json};
use crate::http::state::App;
use crate::record::{DecisionRecord, Outcome, RecordedCandidate, RecordedDecision, mask};
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;

/// What answering needs of the server.
#[derive(Debug, Clone)]
pub(crate) struct AnsweringParts {
    limits: Limits,
    admission: Arc<Admission>,
    memory: Memory,
    usage: Arc<Usage>,
    tickets: Tickets,
}

impl FromRef<App> for AnsweringParts {
    fn from_ref(app: &App) -> Self {
        Self { limits: app.part(), admission: app.part(), memory: app.part(), usage: app.part(), tickets: app.part() }
    }
}

/// The decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerResponse {
    decision: Decision,
    /// Where the decision is `answer`.
    answer: Option<DirectAnswer>,
    /// Entries to offer as “您是不是想问”, best first, where the decision is `suggest`; empty otherwise.
    suggestions: Vec<Suggestion>,
    /// Where the decision is `handoff`.
    handoff: Option<NamedHandoff>,
    /// The best `top` entries, whatever the decision.
    candidates: Vec<Candidate>,
    /// Names this decision, for feedback.
    message_id: String,
    /// As it came; the one it belongs to where the request names a customer only.
    conversation_id: Option<Id>,
    /// The earlier question that the message was read with; present where one was and an explanation is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_along: Option<ReadAlong>,
    corpus_version: String,
    model_version: String,
}

/// Where the question goes instead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedHandoff {
    #[serde(flatten)]
    handoff: Handoff,
    /// The group's display name; its id where it has none.
    name: String,
}

impl AnswerResponse {
    fn new(snapshot: &Snapshot, heard: Heard, request: AnswerRequest, message_id: String) -> Self {
        let answered = heard.answered;
        let named = |mut handoff: Handoff| {
            handoff.confidence = six_digits(handoff.confidence);
            NamedHandoff { name: group_name::of(snapshot, &handoff.skill_group).to_owned(), handoff }
        };
        Self {
            decision: answered.decision,
            answer: answered.answer,
            suggestions: answered.suggestions,
            handoff: answered.handoff.map(named),
            candidates: answered.candidates,
            message_id,
            conversation_id: request.conversation_id.or(heard.conversation_id.map(Id::Text)),
            read_along: heard.read_along.filter(|_| request.explain),
            corpus_version: answered.corpus_version,
            model_version: answered.model_version,
        }
    }
}

/// Answers a question, offers similar ones, or hands off to a skill group.
///
/// With `faq_id` the entry itself is the answer; 404 where there is no such entry now.
///
/// Messages with one `conversation_id`, or of one `customer_id` where there is none, form one conversation until they
/// rest for 30 minutes: follow-ups are read with what they refer to, "第二个" picks a suggestion, and a question
/// repeated in vain reaches a human with a summary.
///
/// A customer who asks how far their own ticket has come ("我的退款到哪一步了") is told that, where `customer_id` has one.
#[utoipa::path(post, path = "/answer", tag = "answering", request_body = AnswerRequest,
    responses((status = 200, description = "The decision", body = AnswerResponse), Refusals<Asking>))]
pub(crate) async fn answer(
    State(AnsweringParts { limits, admission, memory, usage, tickets }): State<AnsweringParts>,
    Base(base): Base,
    caller: Option<Extension<Arc<Caller>>>,
    Json(fields): Json,
) -> Result<Decided, Problem> {
    let request = AnswerRequest::read(fields, limits)?;
    let started = Instant::now();
    let snapshot = base.snapshot();
    let message_id = message_id::new();
    let now = clock::now();
    let stage = tickets.stage(base.name(), &snapshot, &request).await;
    let costs_little = request.is_at_hand(&snapshot, now);
    let (conversation_id, customer_id) = (request.conversation_text(), request.customer_text());
    let (of_conversation, of_customer) = (conversation_id.as_deref(), customer_id.as_deref());
    memory.refresh(Sender { kb: base.name(), conversation_id: of_conversation, customer_id: of_customer }, now).await;
    let decide = move || {
        let sender = Sender {
            kb: base.name(),
            conversation_id: conversation_id.as_deref(),
            customer_id: customer_id.as_deref(),
        };
        let unreadable = |error: IndexError| {
            tracing::error!(%error, "the index could not be read");
            Problem::new(Code::Internal, "answering failed; the log names it under the request id")
        };
        let (question, named) = (request.question(), (sender, message_id.as_str()));
        let heard = match (&request.faq_id, stage) {
            (Some(id), _) => {
                let live = entry::find(&snapshot, id, now)?;
                let chosen = memory.choose(&snapshot, (&question, &live.id), named, now);
                chosen.ok_or_else(|| Problem::new(Code::NotFound, "the entry does not hold now"))?
            }
            (None, Some(stage)) => memory.tell(&snapshot, (&question, stage), named, now).map_err(unreadable)?,
            (None, None) => memory.respond(&snapshot, &question, named, now).map_err(unreadable)?,
        };
        if let Some(faq_id) = heard.answered.answer.as_ref().and_then(|given| given.faq_id.as_deref()) {
            usage.count(base.name(), faq_id);
        }
        let label = name(&heard.answered);
        let asked = Recorded { kb: base.name(), request: &request, heard: &heard, message_id: &message_id };
        let key = caller.map(|Extension(caller)| caller.name.to_string()).unwrap_or_default();
        let record = Arc::new(asked.record(now, started, key));
        let logged = LoggedDecision::of(label, &record);
        memory.recorder.record(record);
        Decided::new(Some(logged), &AnswerResponse::new(&snapshot, heard, request, message_id))
    };
    // What is kept is short and ranked already; judging it again is not worth the way to another thread and back.
    if costs_little { decide() } else { admission.work(move |_| decide()).await? }
}

/// A decision as logs and metrics call it. Small talk has a name of its own: it is neither answered nor unanswered.
fn name(answered: &Answered) -> &'static str {
    match answered.decision {
        Decision::Answer if answered.is_smalltalk() => "smalltalk",
        Decision::Answer => "answer",
        Decision::Suggest => "suggest",
        Decision::Handoff => "handoff",
    }
}

/// What a record is made from.
#[derive(Debug, Clone, Copy)]
struct Recorded<'a> {
    kb: &'a str,
    request: &'a AnswerRequest,
    heard: &'a Heard,
    message_id: &'a str,
}

impl Recorded<'_> {
    fn record(&self, at: Timestamp, started: Instant, key: String) -> DecisionRecord {
        let Self { kb, request, heard, message_id } = *self;
        DecisionRecord {
            message_id: message_id.to_owned(),
            at,
            kb: kb.to_owned(),
            channel: request.channel.clone(),
            input_type: request.input_type,
            customer_id: request.customer_text(),
            conversation_id: heard.conversation_id.clone(),
            customer_tier: request.customer_tier.clone(),
            ticket_id: None,
            text: mask(request.question.as_deref().unwrap_or_default()),
            outcome: outcome(&heard.answered),
            corpus_version: heard.answered.corpus_version.clone(),
            model_version: heard.answered.model_version.clone(),
            duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            key,
        }
    }
}

/// What is recorded of an answer.
fn outcome(answered: &Answered) -> Outcome {
    let (given, handoff) = (answered.answer.as_ref(), answered.handoff.as_ref());
    let ticket = given.filter(|given| given.kind == AnswerKind::Ticket).map(|_| "ticket".to_owned());
    let best = answered.candidates.first().map(|best| best.confidence);
    Outcome {
        decision: match answered.decision {
            Decision::Answer => RecordedDecision::Answer,
            Decision::Suggest => RecordedDecision::Suggest,
            Decision::Handoff => RecordedDecision::Handoff,
        },
        faq_id: given.and_then(|given| given.faq_id.clone()),
        category: given.map(|given| given.category.clone()).filter(|category| !category.is_empty()),
        skill_group: handoff.map(|handoff| handoff.skill_group.clone()),
        confidence: given.map(|given| given.confidence).or(handoff.map(|handoff| handoff.confidence)).or(best),
        reason: handoff.map(|handoff| handoff.reason.name().to_owned()).or(ticket),
        candidates: answered
            .candidates
            .iter()
            .map(|one| RecordedCandidate { id: one.faq_id.clone(), confidence: one.confidence })
            .collect(),
    }
}
