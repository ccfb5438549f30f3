//! `POST /v1/classify/batch`: many tickets, all or none, in order.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::classify::{ClassifyRequest, ClassifyResponse, name};
use crate::config::Limits;
use crate::http::metrics::Metrics;
use crate::http::middleware::knowledge_base::{Base, Current};
use crate::http::problem::{Asking, Code, Problem, Refusals};
use crate::http::request::{Checks, Json};
use crate::snapshot::Snapshot;
use crate::tickets::RouteDecision;

/// Tickets per task of the blocking pool: long enough to pay for the hand-over, short enough to stop in time.
const CHUNK: usize = 64;

/// Tickets to classify.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// At most 1,000 (`limits.batch_tickets`).
    #[schema(max_items = 1_000)]
    tickets: Vec<ClassifyRequest>,
}

/// One result per ticket, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResponse {
    results: Vec<ClassifyResponse>,
}

impl BatchRequest {
    fn check(&self, most: usize, ticket_chars: usize) -> Result<(), Problem> {
        let mut checks = Checks::default();
        if self.tickets.len() > most {
            checks.refuse("tickets", format!("must have at most {most} tickets, has {}", self.tickets.len()));
            return checks.finish();
        }
        for (index, ticket) in self.tickets.iter().enumerate() {
            ticket.check(&mut checks, &format!("tickets[{index}]."), ticket_chars);
        }
        checks.finish()
    }
}

/// Chooses skill groups for many tickets. One faulty ticket refuses the batch.
#[utoipa::path(post, path = "/classify/batch", tag = "routing", request_body = BatchRequest,
    responses((status = 200, description = "Results in the order of the tickets", body = BatchResponse), Refusals<Asking>))]
pub(crate) async fn classify_batch(
    State(limits): State<Limits>,
    State(metrics): State<Arc<Metrics>>,
    Base(base): Base,
    Current(snapshot): Current,
    Json(request): Json<BatchRequest>,
) -> Result<axum::Json<BatchResponse>, Problem> {
    request.check(limits.batch_tickets, limits.ticket_chars)?;
    let results = route_all(snapshot, request.tickets).await?;
    for decision in [RouteDecision::Route, RouteDecision::Review] {
        let count = results.iter().filter(|result| result.routed.decision == decision).count();
        metrics.decisions(base.name(), name(decision), count as u64);
    }
    Ok(axum::Json(BatchResponse { results }))
}

/// Routes chunk by chunk off the async threads; a request that is given up stops after its current chunk.
async fn route_all(snapshot: Arc<Snapshot>, tickets: Vec<ClassifyRequest>) -> Result<Vec<ClassifyResponse>, Problem> {
    let mut results = Vec::with_capacity(tickets.len());
    let tickets = Arc::new(tickets);
    for start in (0..tickets.len()).step_by(CHUNK) {
        let (snapshot, tickets) = (Arc::clone(&snapshot), Arc::clone(&tickets));
        let routed = tokio::task::spawn_blocking(move || -> Vec<ClassifyResponse> {
            tickets.iter().skip(start).take(CHUNK).map(|ticket| ticket.route(&snapshot)).collect()
        });
        let failed = |_| Problem::new(Code::Internal, "classifying failed; the log names it under the request id");
        results.extend(routed.await.map_err(failed)?);
    }
    Ok(results)
}
