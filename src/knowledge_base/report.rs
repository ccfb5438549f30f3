//! What is told about a change of version and about the kept versions.

use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::Issue;
use crate::corpus::history::KeptVersion;
use crate::gate::GateReport;

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
        }
    }
}
