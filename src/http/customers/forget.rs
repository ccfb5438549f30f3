//! `DELETE /v1/customers/{customer_id}`: a customer is forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::export::CustomerPath;
use crate::conversation::{ConversationKey, Conversations};
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Problem, Recalling, Refusals};
use crate::record::AuditAction;
use crate::store::Forgotten;

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"customer_id": "c-1",
    "forgotten": {"messages": 12, "feedback": 1, "ratings": 1, "events": 0, "ticket_steps": 3}}))]
pub(crate) struct ForgottenResponse {
    customer_id: String,
    forgotten: Forgotten,
}

/// Forgets a customer: messages, feedback, ratings, events and steps of tickets, in database and journal, and the
/// conversations that are going on. Again, it removes nothing more.
#[utoipa::path(delete, path = "/customers/{customer_id}", operation_id = "forget_customer", tag = "customers",
    params(("customer_id" = String, Path, description = "As requests name the customer", example = "c-1")),
    responses((status = 200, description = "How much was removed", body = ForgottenResponse), Refusals<Recalling>))]
pub(crate) async fn forget(
    State(conversations): State<Arc<dyn Conversations>>,
    keeping: Keeping,
    Path(CustomerPath { customer_id }): Path<CustomerPath>,
) -> Result<Json<ForgottenResponse>, Problem> {
    let kb = keeping.kb();
    // The ids of the conversations are gone once the customer is.
    let stored = keeping.store.export_customer(kb, &customer_id).await.map_err(|error| failed(&error))?;
    let held: BTreeSet<String> = stored.messages.into_iter().filter_map(|message| message.conversation_id).collect();
    let forgotten = keeping.store.forget_customer(kb, &customer_id).await.map_err(|error| failed(&error))?;
    for id in held {
        conversations.forget(&ConversationKey::Conversation { kb: kb.to_owned(), id });
    }
    conversations.forget(&ConversationKey::Customer { kb: kb.to_owned(), id: customer_id.clone() });
    keeping.audit(AuditAction::CustomerForgotten).await;
    Ok(Json(ForgottenResponse { customer_id, forgotten }))
}
