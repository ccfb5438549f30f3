//! `POST /v1/classify/batch`: many tickets in order; a bad one is an error in its place.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::classify::{RoutingParts, name};
use super::classify_request::ClassifyRequest;
use super::classify_response::ClassifyResponse;
use super::ticket_record::Occasion;
use crate::config::Limits;
use crate::http::decided::Decided;
use crate::http::message_id;
use crate::http::middleware::admission::{Asker, Place};
use crate::http::middleware::auth::Caller;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Asking, Code, ErrorItem, Problem, Refusals};
use crate::http::request::{Fields, Id, JsonBounds, JsonBytes};
use crate::record::Recorder;
use crate::snapshot::Snapshot;
use crate::tickets::RouteDecision;

/// Tickets routed on one thread before others get their turn: long enough to pay for the hand-over.
const CHUNK: usize = 16;
/// Values of JSON that a ticket may hold on average, itself included; it has eight fields.
const VALUES_PER_TICKET: usize = 16;

/// Tickets to classify.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tickets": [{"text": "快递三天没动了", "ticket_id": 40012}, {"text": "发票抬头开错了"}]}))]
#[expect(dead_code, reason = "documents the request, which is read field by field")]
pub(crate) struct BatchRequest {
    /// At most 1,000 (`limits.batch_tickets`).
    #[schema(max_items = 1_000)]
    tickets: Vec<ClassifyRequest>,
}

/// One result per ticket, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResponse {
    results: Vec<BatchResult>,
}

/// What became of one ticket.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum BatchResult {
    Classified(Box<ClassifyResponse>),
    Refused(RefusedTicket),
}

/// A ticket that could not be classified; the others are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedTicket {
    /// As it came.
    ticket_id: Option<Id>,
    error: TicketError,
}

/// What is wrong with a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketError {
    code: Code,
    /// Every fault, by its path in the request.
    errors: Vec<ErrorItem>,
}

/// Chooses skill groups for many tickets. A faulty ticket is an error in its place; the others are classified.
#[utoipa::path(post, path = "/classify/batch", tag = "routing", request_body = BatchRequest,
    responses((status = 200, description = "Results in the order of the tickets", body = BatchResponse),
        Refusals<Asking>))]
pub(crate) async fn classify_batch(
    State(RoutingParts { limits, admission, metrics, recorder }): State<RoutingParts>,
    Base(base): Base,
    caller: Option<Extension<Arc<Caller>>>,
    body: JsonBytes,
) -> Result<Decided, Problem> {
    let snapshot = base.snapshot();
    let occasion = Occasion::now(base.name(), caller.as_deref().map(AsRef::as_ref), &snapshot);
    let place = Arc::new(admission.enter()?);
    let tickets = place.work(move |_| read(&body, limits.batch_tickets)).await??;
    let results = route_all(&place, snapshot, tickets, limits, &Recording { recorder, occasion }).await?;
    for decision in [RouteDecision::Route, RouteDecision::Review] {
        let decided = |result: &&BatchResult| match result {
            BatchResult::Classified(classified) => classified.routed.decision == decision,
            BatchResult::Refused(_) => false,
        };
        metrics.decisions(base.name(), name(decision), results.iter().filter(decided).count() as u64);
    }
    place.work(move |_| Decided::new(None, &BatchResponse { results })).await?
}

/// The tickets of a body, not yet looked into.
fn read(body: &JsonBytes, most: usize) -> Result<Vec<Value>, Problem> {
    let mut fields =
        body.fields(JsonBounds { values: most.saturating_mul(VALUES_PER_TICKET).max(256), items: most })?;
    let tickets = fields.list("tickets");
    if tickets.is_none() && !fields.has_fault_in(&["tickets"]) {
        fields.refuse("tickets", "is required");
    }
    fields.finish()?;
    Ok(tickets.unwrap_or_default())
}

/// Routes chunk by chunk; where nobody waits any more, the rest is left.
async fn route_all(
    place: &Arc<Place>,
    snapshot: Arc<Snapshot>,
    tickets: Vec<Value>,
    limits: Limits,
    recording: &Recording,
) -> Result<Vec<BatchResult>, Problem> {
    let mut results = Vec::with_capacity(tickets.len());
    let mut left = tickets.into_iter().enumerate();
    loop {
        let chunk: Vec<(usize, Value)> = left.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(results);
        }
        let (snapshot, recording) = (Arc::clone(&snapshot), recording.clone());
        let route = move |asker: &Asker| -> Vec<BatchResult> {
            let awaited = chunk.into_iter().take_while(|_| !asker.has_left());
            awaited.map(|(index, ticket)| classified(&snapshot, index, ticket, (limits, &recording))).collect()
        };
        results.extend(place.work(route).await?);
    }
}

/// Where the decisions of a batch are recorded.
#[derive(Debug, Clone)]
struct Recording {
    recorder: Arc<dyn Recorder>,
    occasion: Occasion,
}

fn classified(
    snapshot: &Snapshot,
    index: usize,
    ticket: Value,
    (limits, recording): (Limits, &Recording),
) -> BatchResult {
    let mut fields = Fields::of_item(ticket, format!("tickets[{index}]"));
    let request = ClassifyRequest::read(&mut fields, limits);
    let errors = fields.faults();
    if errors.is_empty() {
        let occasion = Occasion { started: Instant::now(), ..recording.occasion.clone() };
        let response = ClassifyResponse::of(snapshot, &request, message_id::new());
        recording.recorder.record(Arc::new(occasion.record(&request, &response)));
        return BatchResult::Classified(Box::new(response));
    }
    BatchResult::Refused(RefusedTicket {
        ticket_id: request.ticket_id,
        error: TicketError { code: Code::InvalidRequest, errors },
    })
}
