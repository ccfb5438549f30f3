//! `POST /v1/classify`: one ticket.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRef, State};

use super::classify_request::ClassifyRequest;
use super::classify_response::ClassifyResponse;
use super::ticket_record::Occasion;
use crate::config::Limits;
use crate::http::decided::{Decided, LoggedDecision, masked};
use crate::http::message_id;
use crate::http::metrics::Metrics;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::auth::Caller;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Asking, Problem, Refusals};
use crate::http::request::Json;
use crate::http::state::App;
use crate::record::Recorder;
use crate::tickets::RouteDecision;

/// What routing needs of the server.
#[derive(Debug, Clone)]
pub(crate) struct RoutingParts {
    pub(super) limits: Limits,
    pub(super) admission: Arc<Admission>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) recorder: Arc<dyn Recorder>,
}

impl FromRef<App> for RoutingParts {
    fn from_ref(app: &App) -> Self {
        Self { limits: app.part(), admission: app.part(), metrics: app.part(), recorder: app.part() }
    }
}

/// Chooses the skill group for a ticket.
#[utoipa::path(post, path = "/classify", tag = "routing", request_body = ClassifyRequest,
    responses((status = 200, description = "The best guess and whether to trust it", body = ClassifyResponse),
        Refusals<Asking>))]
pub(crate) async fn classify(
    State(RoutingParts { limits, admission, recorder, .. }): State<RoutingParts>,
    Base(base): Base,
    caller: Option<Extension<Arc<Caller>>>,
    Json(mut fields): Json,
) -> Result<Decided, Problem> {
    let request = ClassifyRequest::read(&mut fields, limits);
    fields.finish()?;
    let snapshot = base.snapshot();
    let occasion = Occasion::now(base.name(), caller.as_deref().map(AsRef::as_ref), &snapshot);
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
