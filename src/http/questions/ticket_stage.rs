//! The stage of a customer's own ticket, where that is what they ask. Only then the store is read; where it has nothing
//! or does not answer in time, the question goes the ordinary way.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;

use super::answer_request::AnswerRequest;
use crate::config::{Config, DEFAULT_KB};
use crate::conversation::{TicketStage, asks_for_progress};
use crate::http::state::App;
use crate::http::tickets::progress::Progress;
use crate::knowledge_base::cause_chain;
use crate::snapshot::Snapshot;
use crate::store::Store;

/// How long a customer waits for the store.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is needed to look a ticket up.
#[derive(Debug, Clone)]
pub(crate) struct Tickets {
    store: Option<Store>,
    config: Arc<Config>,
}

impl FromRef<App> for Tickets {
    fn from_ref(app: &App) -> Self {
        Self { store: app.part(), config: app.part() }
    }
}

impl Tickets {
    /// What the customer is told of their ticket; `None` where they do not ask for it or have none.
    pub(super) async fn stage(&self, kb: &str, snapshot: &Snapshot, request: &AnswerRequest) -> Option<String> {
        let (store, customer_id) = (self.store.as_ref()?, request.customer_text()?);
        let question = request.question.as_deref().filter(|_| request.faq_id.is_none())?;
        if !asks_for_progress(question) {
            return None;
        }
        let ticket = match tokio::time::timeout(PATIENCE, store.last_ticket_of(kb, &customer_id)).await {
            Ok(Ok(found)) => found?,
            Ok(Err(error)) => {
                tracing::warn!(error = cause_chain(&error), "a ticket could not be looked up");
                return None;
            }
            Err(_) => {
                tracing::warn!("a ticket was not looked up in time");
                return None;
            }
        };
        let Progress { name, flow, next, promise, .. } = Progress::of(snapshot, &ticket);
        let stage = TicketStage {
            group: name,
            classified_at: ticket.classified_at,
            last: ticket.steps.last().map(|step| (step.at, step.step.clone())),
            next,
            has_flow: !flow.is_empty(),
            promise,
        };
        let bases = &self.config.knowledge_bases;
        let settings = bases.get(kb).or_else(|| bases.get(DEFAULT_KB))?;
        Some(stage.text(&settings.answering.time_zone))
    }
}
