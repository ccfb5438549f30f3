//! `POST /v1/conversations/{conversation_id}/rating`: whether a conversation helped.

use axum::Json as Body;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Code, Problem, Refusals, Storing};
use crate::http::request::Json;
use crate::store::{ConversationRating, Stored};

/// A rating. At least one field is there; what is sent replaces the rating before as a whole.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"nps": 9, "resolved": true}))]
#[expect(dead_code, reason = "documents the request, which is read field by field")]
pub(crate) struct RatingRequest {
    /// How likely the customer recommends the company, 0 to 10.
    #[schema(value_type = Option<u64>, minimum = 0, maximum = 10)]
    nps: Option<u8>,
    /// Whether the matter is settled.
    resolved: Option<bool>,
}

/// What became of what was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"conversation_id": "c-1", "stored": "added"}))]
pub(crate) struct ConversationStoredResponse {
    pub(super) conversation_id: String,
    pub(super) stored: Stored,
}

/// Names in the path; of a named knowledge base there is one more.
#[derive(Debug, Deserialize)]
pub(crate) struct ConversationPath {
    pub(super) conversation_id: String,
}

/// Rates a conversation. The same rating again changes nothing; another one replaces it, and the one before is kept as
/// history. 404 where nothing was said in such a conversation.
#[utoipa::path(post, path = "/conversations/{conversation_id}/rating", operation_id = "rate_conversation",
    tag = "feedback", request_body = RatingRequest,
    params(("conversation_id" = String, Path, description = "As the answer named it", example = "c-1")),
    responses((status = 200, description = "It is stored: `added`, `changed` or `unchanged`",
        body = ConversationStoredResponse), Refusals<Storing>))]
pub(crate) async fn rate(
    keeping: Keeping,
    Path(ConversationPath { conversation_id }): Path<ConversationPath>,
    Json(mut fields): Json,
) -> Result<Body<ConversationStoredResponse>, Problem> {
    let nps = fields.integer("nps", 0..=10).and_then(|nps| u8::try_from(nps).ok());
    let resolved = fields.yes_or_no("resolved");
    if nps.is_none() && resolved.is_none() && !fields.has_fault_in(&["nps", "resolved"]) {
        fields.refuse("nps", "nps or resolved must be given");
    }
    fields.finish()?;
    must_exist(&keeping, &conversation_id).await?;
    let rating = ConversationRating { conversation_id, at: clock::now(), nps, resolved, key: keeping.key.clone() };
    let stored = keeping.store.rate_conversation(keeping.kb(), &rating).await.map_err(|error| failed(&error))?;
    Ok(Body(ConversationStoredResponse { conversation_id: rating.conversation_id, stored }))
}

/// Something was said in the conversation, or the problem that nothing was.
pub(super) async fn must_exist(keeping: &Keeping, conversation_id: &str) -> Result<(), Problem> {
    let exists = keeping.store.conversation_exists(keeping.kb(), conversation_id).await;
    match exists.map_err(|error| failed(&error))? {
        true => Ok(()),
        false => Err(Problem::new(Code::NotFound, "nothing was said in a conversation of this id")),
    }
}
