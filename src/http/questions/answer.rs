//! `POST /v1/answer`: a customer's question.

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answered, Decision, Question};
use crate::clock;
use crate::config::Limits;
use crate::http::message_id;
use crate::http::middleware::knowledge_base::Current;
use crate::http::middleware::observe::DecisionLabel;
use crate::http::problem::{Asking, Code, Problem, Refusals};
use crate::http::request::{Checks, Json};

/// A question with what the channel knows about the customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequest {
    /// 1..=500 characters after trimming (`limits.question_chars`).
    #[schema(example = "退款几天能到账", min_length = 1, max_length = 500)]
    question: String,
    /// Chooses the channel's own answer where the entry has one; at most 64 characters.
    #[schema(example = "wechat", max_length = 64)]
    channel: Option<String>,
    /// At most 64 characters.
    #[schema(max_length = 64)]
    customer_id: Option<String>,
    /// At most 64 characters.
    #[schema(max_length = 64)]
    conversation_id: Option<String>,
    /// For routing rules; at most 64 characters.
    #[schema(example = "vip", max_length = 64)]
    customer_tier: Option<String>,
    /// How the question came about. Accepted for the record; it does not change the answer.
    #[serde(rename = "input_type")]
    _input_type: Option<InputType>,
    /// How many candidates to report, 1..=20; 3 where absent.
    #[schema(minimum = 1, maximum = 20, default = 3)]
    top: Option<usize>,
    /// Whether candidates carry the signals behind their confidence.
    #[serde(default)]
    explain: bool,
}

/// How a question came about.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InputType {
    /// Typed by the customer.
    Typed,
    /// Chosen from the hot questions.
    Hot,
    /// Chosen from suggestions.
    Suggested,
    /// Chosen while typing.
    Typeahead,
}

/// The decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerResponse {
    #[serde(flatten)]
    answered: Answered,
    /// For feedback.
    message_id: String,
}

impl AnswerRequest {
    fn check(&self, question_chars: usize) -> Result<Question<'_>, Problem> {
        let mut checks = Checks::default();
        let text = checks.text("question", &self.question, question_chars);
        let ids = [
            ("channel", &self.channel),
            ("customer_id", &self.customer_id),
            ("conversation_id", &self.conversation_id),
            ("customer_tier", &self.customer_tier),
        ];
        checks.short("", &ids);
        let top = checks.top("top", self.top, 3);
        checks.finish()?;
        let (channel, customer_tier) = (self.channel.as_deref(), self.customer_tier.as_deref());
        Ok(Question { text, channel, customer_tier, top, explain: self.explain })
    }
}

/// Answers a question, offers similar ones, or hands off to a skill group.
#[utoipa::path(post, path = "/answer", tag = "answering", request_body = AnswerRequest,
    responses((status = 200, description = "The decision", body = AnswerResponse), Refusals<Asking>))]
pub(crate) async fn answer(
    State(limits): State<Limits>,
    Current(snapshot): Current,
    Json(request): Json<AnswerRequest>,
) -> Result<impl IntoResponse, Problem> {
    let question = request.check(limits.question_chars)?;
    let message_id = message_id::new();
    let answered = crate::answer::answer(&snapshot, &question, clock::now()).map_err(|error| {
        tracing::error!(%error, "the index could not be read");
        Problem::new(Code::Internal, "answering failed; the log names it under the request id")
    })?;
    Ok((Extension(DecisionLabel(name(answered.decision))), axum::Json(AnswerResponse { answered, message_id })))
}

/// A decision as logs and metrics call it.
fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Answer => "answer",
        Decision::Suggest => "suggest",
        Decision::Handoff => "handoff",
    }
}
