//! Who changed what, when, and from which version to which. It holds no customer's words and names no customer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One change, or one look at what is stored of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Names it; later ones sort later.
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Of the knowledge base.
    pub kb: String,
    /// Name of an API key, `SIGHUP`, or empty where no keys are configured and for starts.
    pub key: String,
    pub action: AuditAction,
    /// Corpus version before; absent where nothing was published.
    pub from_version: Option<String>,
    /// Corpus version after.
    pub to_version: Option<String>,
    /// Why it was published although the gate refused.
    pub reason: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// The service began to serve the version `to_version`.
    Started,
    /// The corpus directory was published.
    Published,
    /// A kept version was published again.
    RolledBack,
    /// What is stored of a customer was handed out.
    CustomerExported,
    /// A customer was forgotten.
    CustomerForgotten,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [Self; 5] =
        [Self::Started, Self::Published, Self::RolledBack, Self::CustomerExported, Self::CustomerForgotten];

    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Published => "published",
            Self::RolledBack => "rolled_back",
            Self::CustomerExported => "customer_exported",
            Self::CustomerForgotten => "customer_forgotten",
        }
    }
}

impl AuditEvent {
    /// An event of this moment in which no version has a part.
    #[must_use]
    pub fn new(kb: &str, key: &str, action: AuditAction, at: Timestamp) -> Self {
        let (id, kb, key) = (Uuid::now_v7().to_string(), kb.to_owned(), key.to_owned());
        Self { id, at, kb, key, action, from_version: None, to_version: None, reason: None }
    }
}
