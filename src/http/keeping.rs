//! What handlers that store or recall need: the store, the knowledge base, and who asks. Without a store they refuse.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::middleware::auth::Caller;
use super::middleware::knowledge_base::Base;
use super::problem::{Code, Problem};
use super::state::App;
use crate::clock;
use crate::knowledge_base::{KnowledgeBase, cause_chain};
use crate::record::{AuditAction, AuditEvent};
use crate::store::{Store, StoreError};

/// Seconds after which a client may try again.
const AGAIN: u64 = 5;

/// Extractor: the store, for one request.
#[derive(Debug)]
pub(crate) struct Keeping {
    pub(crate) store: Store,
    pub(crate) base: Arc<KnowledgeBase>,
    /// Name of the API key; empty where none are configured.
    pub(crate) key: String,
}

impl Keeping {
    /// Name of the knowledge base.
    pub(crate) fn kb(&self) -> &str {
        self.base.name()
    }

    /// Keeps in the audit log that this was done.
    pub(crate) async fn audit(&self, action: AuditAction) {
        self.store.audit(AuditEvent::new(self.kb(), &self.key, action, clock::now())).await;
    }
}

impl FromRequestParts<App> for Keeping {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Base(base) = Base::from_request_parts(parts, app).await?;
        let key = parts.extensions.get::<Arc<Caller>>().map(|caller| caller.name.to_string()).unwrap_or_default();
        let store = Option::<Store>::from_ref(app).ok_or_else(none)?;
        Ok(Self { store, base, key })
    }
}

fn none() -> Problem {
    let detail = "nothing is stored here: the service runs without a state directory it can write; /readyz says why";
    Problem::new(Code::StoreUnavailable, detail).retry_after(AGAIN)
}

/// What a client sees of a store that failed; the cause stays in the log.
pub(crate) fn failed(error: &StoreError) -> Problem {
    let detail = match error {
        StoreError::Behind => "what was decided last is still on its way to the database; try again",
        StoreError::NotOpen
        | StoreError::Silent
        | StoreError::Open { .. }
        | StoreError::Newer { .. }
        | StoreError::Migrate { .. }
        | StoreError::Database(_)
        | StoreError::File(_) => "the database failed; /readyz and the log say why",
    };
    tracing::error!(error = cause_chain(error), "the store failed");
    Problem::new(Code::StoreUnavailable, detail).retry_after(AGAIN)
}
