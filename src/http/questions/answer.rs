//! `POST /v1/answer`: a customer's question, or an offered entry that was chosen.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer_request::AnswerRequest;
use super::entry;
use crate::answer::{Answered, Candidate, Decision, DirectAnswer, Handoff, Suggestion};
use crate::clock;
use crate::config::Limits;
use crate::http::decided::{Decided, six_digits};
use crate::http::group_name;
use crate::http::message_id;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Asking, Code, Problem, Refusals};
use crate::http::request::{Id, Json};
use crate::snapshot::Snapshot;

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
    /// As it came.
    conversation_id: Option<Id>,
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
    fn new(snapshot: &Snapshot, answered: Answered, request: AnswerRequest, message_id: String) -> Self {
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
            conversation_id: request.conversation_id,
            corpus_version: answered.corpus_version,
            model_version: answered.model_version,
        }
    }
}

/// Answers a question, offers similar ones, or hands off to a skill group.
///
/// With `faq_id` the entry itself is the answer; 404 where there is no such entry now.
#[utoipa::path(post, path = "/answer", tag = "answering", request_body = AnswerRequest,
    responses((status = 200, description = "The decision", body = AnswerResponse), Refusals<Asking>))]
pub(crate) async fn answer(
    State(limits): State<Limits>,
    State(admission): State<Arc<Admission>>,
    Current(snapshot): Current,
    Json(fields): Json,
) -> Result<Decided, Problem> {
    let request = AnswerRequest::read(fields, limits)?;
    let message_id = message_id::new();
    let now = clock::now();
    let costs_little = request.is_at_hand(&snapshot, now);
    let decide = move || {
        let answered = match &request.faq_id {
            Some(id) => entry::chosen(&snapshot, entry::find(&snapshot, id, now)?, request.channel.as_deref(), now),
            None => crate::answer::answer(&snapshot, &request.question(), now).map_err(|error| {
                tracing::error!(%error, "the index could not be read");
                Problem::new(Code::Internal, "answering failed; the log names it under the request id")
            })?,
        };
        let label = name(answered.decision);
        Decided::new(Some(label), &AnswerResponse::new(&snapshot, answered, request, message_id))
    };
    // Some microseconds of copying are not worth the way to another thread and back.
    if costs_little { decide() } else { admission.work(move |_| decide()).await? }
}

/// A decision as logs and metrics call it.
fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Answer => "answer",
        Decision::Suggest => "suggest",
        Decision::Handoff => "handoff",
    }
}
