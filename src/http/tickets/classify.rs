//! `POST /v1/classify`: one ticket.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::classify_request::ClassifyRequest;
use super::ticket_record::Occasion;
use crate::clock;
use crate::config::Limits;
use crate::http::decided::{Decided, LoggedDecision, masked, six_digits};
use crate::http::group_name;
use crate::http::message_id;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::auth::Caller;
use crate::http::middleware::knowledge_base::{Base, Current};
use crate::http::problem::{Asking, Problem, Refusals};
use crate::http::request::{Id, Json};
use crate::record::Recorder;
use crate::snapshot::Snapshot;
use crate::tickets::{COMPLAINT_AT, RankedGroup, RouteDecision, Routed};

/// Where the ticket belongs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassifyResponse {
    #[serde(flatten)]
    pub(super) routed: Routed,
    /// The group's display name; its id where it has none.
    name: String,
    /// Whether the service takes it as a complaint: `complaint` is at least the threshold that rules and priority go by.
    is_complaint: bool,
    /// As it came.
    ticket_id: Option<Id>,
    /// Names this decision, for feedback.
    pub(super) message_id: String,
}

impl ClassifyResponse {
    /// Routes a checked ticket.
    pub(super) fn of(snapshot: &Snapshot, request: &ClassifyRequest, message_id: String) -> Self {
        let routing = &snapshot.corpus.routing;
        let mut routed = snapshot.router.route(routing, &request.ticket(), request.top, request.explain);
        let round = |groups: &mut Vec<RankedGroup>| {
            for group in groups {
                group.confidence = six_digits(group.confidence);
            }
        };
        round(&mut routed.shortlist);
        round(&mut routed.ranking);
        routed.confidence = six_digits(routed.confidence);
        let is_complaint = routed.complaint >= COMPLAINT_AT;
        routed.complaint = six_digits(routed.complaint);
        let name = group_name::of(snapshot, &routed.skill_group).to_owned();
        Self { routed, name, is_complaint, ticket_id: request.ticket_id.clone(), message_id }
    }
}

/// Chooses the skill group for a ticket.
#[utoipa::path(post, path = "/classify", tag = "routing", request_body = ClassifyRequest,
    responses((status = 200, description = "The best guess and whether to trust it", body = ClassifyResponse),
        Refusals<Asking>))]
pub(crate) async fn classify(
    State(limits): State<Limits>,
    State(admission): State<Arc<Admission>>,
    State(recorder): State<Arc<dyn Recorder>>,
    Base(base): Base,
    Current(snapshot): Current,
    caller: Option<Extension<Arc<Caller>>>,
    Json(mut fields): Json,
) -> Result<Decided, Problem> {
    let request = ClassifyRequest::read(&mut fields, limits);
    fields.finish()?;
    let occasion = Occasion {
        kb: base.name().to_owned(),
        key: caller.map(|Extension(caller)| caller.name.to_string()).unwrap_or_default(),
        at: clock::now(),
        started: Instant::now(),
        corpus_version: snapshot.corpus.version.clone(),
    };
    let message_id = message_id::new();
    let channel = masked(request.channel.as_deref());
    let decide = move || {
        let response = ClassifyResponse::of(&snapshot, &request, message_id);
        recorder.record(Arc::new(occasion.record(&request, &response)));
        let routed = &response.routed;
        let logged = LoggedDecision {
            label: name(routed.decision),
            message_id: response.message_id.clone(),
            channel,
            reason: routed.rule.clone().unwrap_or_default(),
            skill_group: routed.skill_group.clone(),
            confidence: Some(routed.confidence),
            ..LoggedDecision::default()
        };
        Decided::new(Some(logged), &response)
    };
    admission.work(move |_| decide()).await?
}

/// A decision as logs and metrics call it.
pub(super) fn name(decision: RouteDecision) -> &'static str {
    match decision {
        RouteDecision::Route => "route",
        RouteDecision::Review => "review",
    }
}
