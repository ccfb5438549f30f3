//! What is live: a snapshot under its number, with what operators should know although it serves.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::snapshot::Snapshot;

/// One generation of a knowledge base. Replaced as a whole by publishing.
#[derive(Debug)]
pub struct Live {
    /// Counts publications: since the start, and from 1; with replicas those of all of them, and 0 until the database that
    /// they share could be asked.
    pub generation: u64,
    /// When this version was last published; before the start where the start found it published.
    pub published_at: Timestamp,
    pub snapshot: Arc<Snapshot>,
    /// Until the next publication.
    pub notices: Vec<Notice>,
}

/// Something an operator should know about what is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notice {
    pub code: NoticeCode,
    /// What it is and what to do about it, in Chinese.
    pub message: String,
}

/// Kinds of [`Notice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// The corpus directory holds edits that were not published.
    UnpublishedChanges,
    /// The corpus directory cannot be published as it is.
    BrokenSource,
    /// What was remembered of the live version is gone; another may be served than was chosen.
    MarkLost,
    /// The version that was live is gone or damaged; another is served.
    VersionLost,
    /// The live version is not on disk, and a restart may serve another.
    NotKept,
    /// Other replicas may serve another version.
    NotAgreed,
}

impl Notice {
    pub(super) fn new(code: NoticeCode, message: String) -> Self {
        Self { code, message }
    }
}
