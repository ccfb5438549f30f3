//! `GET /v1/tickets/{ticket_id}`: how far a ticket has come.

use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::progress::Progress;
use super::ticket_event::TicketPath;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Code, Problem, Recalling, Refusals};
use crate::store::TicketStep;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"ticket_id": "T-1", "skill_group": "refund", "name": "退款组",
    "classified_at": "2026-11-11T08:00:00Z", "steps": [{"at": "2026-11-11T09:00:00Z", "step": "客服", "note": ""}],
    "flow": ["客服", "财务", "客服"], "next": "财务", "promise": "三个工作日内处理。"}))]
pub(crate) struct TicketResponse {
    ticket_id: String,
    /// Where it was routed last; null where it was not classified here.
    skill_group: Option<String>,
    /// The group's display name.
    name: Option<String>,
    /// RFC 3339; null where it was not classified here.
    classified_at: Option<String>,
    /// What the desk told, oldest first.
    steps: Vec<TicketStep>,
    /// Stations of the group, first to last; may be empty.
    flow: Vec<String>,
    /// The station after the last one that was told, the first where none was; null at the end of the flow.
    next: Option<String>,
    /// What customers of the group are told, in Chinese.
    promise: String,
}

/// Shows a ticket; 404 where it was neither classified here nor told of.
#[utoipa::path(get, path = "/tickets/{ticket_id}", operation_id = "show_ticket", tag = "routing",
    params(("ticket_id" = String, Path, description = "The desk's id", example = "T-1")),
    responses((status = 200, description = "The ticket", body = TicketResponse), Refusals<Recalling>))]
pub(crate) async fn show(
    keeping: Keeping,
    Path(TicketPath { ticket_id }): Path<TicketPath>,
) -> Result<Json<TicketResponse>, Problem> {
    let found = keeping.store.ticket(keeping.kb(), &ticket_id).await.map_err(|error| failed(&error))?;
    let ticket =
        found.ok_or_else(|| Problem::new(Code::NotFound, "this ticket was neither classified here nor told of"))?;
    let Progress { skill_group, name, flow, next, promise } = Progress::of(&keeping.base.snapshot(), &ticket);
    Ok(Json(TicketResponse {
        ticket_id,
        skill_group,
        name,
        classified_at: ticket.classified_at.map(|at| at.to_string()),
        steps: ticket.steps,
        flow,
        next,
        promise,
    }))
}
