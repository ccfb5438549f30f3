//! `POST /v1/tickets/{ticket_id}/events`: the desk says what it did with a ticket.

use axum::Json as Body;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{ErrorItem, Problem, Refusals, Storing};
use crate::http::request::{Json, says_nothing};
use crate::record::mask;
use crate::store::{Stored, TicketStep};

/// Longest step, in characters.
const STEP_CHARS: usize = 64;
/// Longest note, in characters.
const NOTE_CHARS: usize = 1_000;
/// Longest id, in characters.
const ID_CHARS: usize = 128;

/// One step of a ticket.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"step": "财务", "note": "已提交打款"}))]
#[expect(dead_code, reason = "documents the request, which is read field by field")]
pub(crate) struct TicketEventRequest {
    /// Where the ticket is now; a station of the group's flow moves it along. At most 64 characters.
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    step: String,
    /// For staff, not shown to customers; at most 1,000 characters. Personal numbers are masked before it is stored.
    #[schema(max_length = 1_000)]
    note: Option<String>,
}

/// What became of the step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"ticket_id": "T-1", "stored": "added"}))]
pub(crate) struct TicketEventResponse {
    ticket_id: String,
    stored: Stored,
}

/// Names in the path; of a named knowledge base there is one more.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketPath {
    pub(super) ticket_id: String,
}

/// Stores a step of a ticket, whether or not it was classified here. The last step again, with the same note, changes
/// nothing.
#[utoipa::path(post, path = "/tickets/{ticket_id}/events", operation_id = "add_ticket_event", tag = "routing",
    request_body = TicketEventRequest,
    params(("ticket_id" = String, Path, description = "The desk's id, at most 128 characters", example = "T-1",
        min_length = 1, max_length = 128, pattern = r"\S")),
    responses((status = 200, description = "It is stored: `added`, or `unchanged`", body = TicketEventResponse),
        Refusals<Storing>))]
pub(crate) async fn add(
    keeping: Keeping,
    Path(TicketPath { ticket_id }): Path<TicketPath>,
    Json(mut fields): Json,
) -> Result<Body<TicketEventResponse>, Problem> {
    let step = fields.required("step", STEP_CHARS);
    let note = fields.text_up_to("note", NOTE_CHARS).unwrap_or_default();
    let mut faults = fields.faults();
    if says_nothing(&ticket_id) || ticket_id.chars().count() > ID_CHARS {
        faults.push(ErrorItem::field("ticket_id", format!("must have 1 to {ID_CHARS} characters")));
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let step = TicketStep { at: clock::now(), step: mask(&step).text, note: mask(&note).text };
    let kept = keeping.store.add_ticket_step(keeping.kb(), &ticket_id, &step, &keeping.key).await;
    let stored = kept.map_err(|error| failed(&error))?;
    Ok(Body(TicketEventResponse { ticket_id, stored }))
}
