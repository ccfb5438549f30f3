//! `POST /v1/conversations/{conversation_id}/events`: what a customer did with a recommendation.

use axum::Json as Body;
use axum::extract::Path;
use utoipa::ToSchema;

use super::conversation_rating::{ConversationPath, ConversationStoredResponse, must_exist};
use crate::clock;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Problem, Refusals, Storing};
use crate::http::request::Json;
use crate::record::mask;
use crate::store::{ConversationEvent, EventKind};

/// Longest item, in characters.
const ITEM_CHARS: usize = 128;

const EVENTS: [(&str, EventKind); 2] = [("clicked", EventKind::Clicked), ("ordered", EventKind::Ordered)];

/// One thing a customer did.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "clicked", "item": "sku-1"}))]
#[expect(dead_code, reason = "documents the request, which is read field by field")]
pub(crate) struct ConversationEventRequest {
    event: EventKind,
    /// What was recommended: an entry, a product, an order; at most 128 characters.
    #[schema(min_length = 1, max_length = 128, pattern = r"\S")]
    item: String,
}

/// Stores what a customer did with a recommendation; the same twice counts once. 404 where nothing was said in such a
/// conversation.
#[utoipa::path(post, path = "/conversations/{conversation_id}/events", operation_id = "add_conversation_event",
    tag = "feedback", request_body = ConversationEventRequest,
    params(("conversation_id" = String, Path, description = "As the answer named it", example = "c-1")),
    responses((status = 200, description = "It is stored: `added`, or `unchanged` the second time",
        body = ConversationStoredResponse), Refusals<Storing>))]
pub(crate) async fn add(
    keeping: Keeping,
    Path(ConversationPath { conversation_id }): Path<ConversationPath>,
    Json(mut fields): Json,
) -> Result<Body<ConversationStoredResponse>, Problem> {
    let event = fields.choice("event", &EVENTS);
    if event.is_none() && !fields.has_fault_in(&["event"]) {
        fields.refuse("event", "is required");
    }
    let item = fields.required("item", ITEM_CHARS);
    fields.finish()?;
    // A fault was named above where there is none.
    let event = event.unwrap_or(EventKind::Clicked);
    must_exist(&keeping, &conversation_id).await?;
    let (at, key) = (clock::now(), keeping.key.clone());
    let event = ConversationEvent { conversation_id, at, event, item: mask(&item).text, key };
    let stored = keeping.store.add_conversation_event(keeping.kb(), &event).await.map_err(|error| failed(&error))?;
    Ok(Body(ConversationStoredResponse { conversation_id: event.conversation_id, stored }))
}
