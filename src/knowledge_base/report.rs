//! What is told about a change of version and about the kept versions.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::Issue;
use crate::corpus::history::KeptVersion;
use crate::gate::GateReport;
use crate::record::{AuditAction, AuditEvent};

/// What a reload or rollback did, or would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReloadReport {
    pub version: String,
    pub previous_version: String,
    /// Of the live snapshot after the call.
    pub generation: u64,
    pub entries: usize,
    pub questions: usize,
    /// Ids of entries that the previous version did not have, sorted.
    pub added: Vec<String>,
    /// Ids of entries that read otherwise, sorted.
    pub changed: Vec<String>,
    /// Ids of entries that are gone, sorted.
    pub removed: Vec<String>,
    pub warnings: Vec<Issue>,
    pub gate: GateReport,
    pub elapsed_ms: u64,
    pub dry_run: bool,
}

impl ReloadReport {
    /// What is kept of it in the audit log.
    #[must_use]
    pub fn event(&self, kb: &str, key: &str, action: AuditAction, at: Timestamp) -> AuditEvent {
        AuditEvent {
            from_version: Some(self.previous_version.clone()),
            to_version: Some(self.version.clone()),
            reason: self.gate.forced.clone(),
            ..AuditEvent::new(kb, key, action, at)
        }
    }
}

/// A kept corpus version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionInfo {
    pub version: String,
    /// RFC 3339, when it was last published here.
    pub published_at: String,
    pub entries: usize,
    pub questions: usize,
    /// Whether it is live now.
    pub live: bool,
    /// Why it was last published against the gate; absent where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
    /// Who published it last: the name of an API key, or `SIGHUP`; absent where no key was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_by: Option<String>,
}

impl VersionInfo {
    pub(super) fn of(kept: KeptVersion, live: &str) -> Self {
        Self {
            live: kept.version == live,
            version: kept.version,
            published_at: kept.published_at.to_string(),
            entries: kept.entries,
            questions: kept.questions,
            forced: kept.forced,
            published_by: kept.by,
        }
    }
}
