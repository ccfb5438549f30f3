//! `POST /v1/classify`: one ticket.

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Limits;
use crate::http::message_id;
use crate::http::middleware::knowledge_base::Current;
use crate::http::middleware::observe::DecisionLabel;
use crate::http::problem::{Asking, Problem, Refusals};
use crate::http::request::{Checks, Json};
use crate::snapshot::Snapshot;
use crate::tickets::{RouteDecision, Routed, Ticket};

/// Longest title, in characters.
const TITLE_CHARS: usize = 500;

/// What a customer left. Title or text must say something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassifyRequest {
    /// At most 500 characters.
    #[schema(example = "奶粉漏罐", max_length = 500)]
    title: Option<String>,
    /// At most 20,000 characters (`limits.ticket_chars`).
    #[schema(example = "收到的奶粉罐底漏了，要求换货", max_length = 20_000)]
    text: Option<String>,
    /// At most 64 characters.
    #[schema(max_length = 64)]
    ticket_id: Option<String>,
    /// For routing rules; at most 64 characters.
    #[schema(max_length = 64)]
    channel: Option<String>,
    /// At most 64 characters.
    #[schema(max_length = 64)]
    customer_id: Option<String>,
    /// For routing rules; at most 64 characters.
    #[schema(example = "vip", max_length = 64)]
    customer_tier: Option<String>,
    /// How many groups to rank, 1..=20; 3 where absent.
    #[schema(minimum = 1, maximum = 20, default = 3)]
    top: Option<usize>,
    /// Whether to name the terms behind the best guess.
    #[serde(default)]
    explain: bool,
}

/// Where the ticket belongs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassifyResponse {
    #[serde(flatten)]
    pub(crate) routed: Routed,
    /// For feedback.
    message_id: String,
}

impl ClassifyRequest {
    /// Notes what is out of range; `prefix` leads to this ticket in the request.
    pub(crate) fn check(&self, checks: &mut Checks, prefix: &str, ticket_chars: usize) {
        let (title, text) = (self.title.as_deref().unwrap_or_default(), self.text.as_deref().unwrap_or_default());
        if title.trim().is_empty() && text.trim().is_empty() {
            checks.refuse(format!("{prefix}text"), "title or text must say something");
        }
        checks.at_most(&format!("{prefix}title"), title, TITLE_CHARS);
        checks.at_most(&format!("{prefix}text"), text, ticket_chars);
        let ids = [
            ("ticket_id", &self.ticket_id),
            ("channel", &self.channel),
            ("customer_id", &self.customer_id),
            ("customer_tier", &self.customer_tier),
        ];
        checks.short(prefix, &ids);
        checks.top(&format!("{prefix}top"), self.top, 3);
    }

    /// Routes the checked ticket.
    pub(crate) fn route(&self, snapshot: &Snapshot) -> ClassifyResponse {
        let message_id = message_id::new();
        let ticket = Ticket {
            title: self.title.as_deref().unwrap_or_default(),
            text: self.text.as_deref().unwrap_or_default(),
            channel: self.channel.as_deref(),
            customer_tier: self.customer_tier.as_deref(),
        };
        let routed = snapshot.router.route(&snapshot.corpus.routing, &ticket, self.top.unwrap_or(3), self.explain);
        ClassifyResponse { routed, message_id }
    }
}

/// Chooses the skill group for a ticket.
#[utoipa::path(post, path = "/classify", tag = "routing", request_body = ClassifyRequest,
    responses((status = 200, description = "The best guess and whether to trust it", body = ClassifyResponse), Refusals<Asking>))]
pub(crate) async fn classify(
    State(limits): State<Limits>,
    Current(snapshot): Current,
    Json(request): Json<ClassifyRequest>,
) -> Result<impl IntoResponse, Problem> {
    let mut checks = Checks::default();
    request.check(&mut checks, "", limits.ticket_chars);
    checks.finish()?;
    let response = request.route(&snapshot);
    Ok((Extension(DecisionLabel(name(response.routed.decision))), axum::Json(response)))
}

/// A decision as logs and metrics call it.
pub(super) fn name(decision: RouteDecision) -> &'static str {
    match decision {
        RouteDecision::Route => "route",
        RouteDecision::Review => "review",
    }
}
