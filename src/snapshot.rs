//! Prepared → live: everything a request needs, built together, checked, then swapped as one.
//!
//! Everything that can fail happens in preparing; publishing is one store. Reloads are serialised and generations
//! only rise.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::corpus::{Corpus, Issue};
use crate::tickets::Router;

/// One generation of a knowledge base. Immutable; a request holds one from beginning to end.
#[derive(Debug)]
pub struct Snapshot {
    pub generation: u64,
    pub published_at: Timestamp,
    pub corpus: Arc<Corpus>,
    pub router: Arc<Router>,
}

/// Where the parts of a knowledge base come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Corpus directory; the embedded one where `None`.
    pub corpus: Option<PathBuf>,
    /// Router bundle directory; the embedded one where `None`.
    pub model: Option<PathBuf>,
    /// Directory for kept versions; memory only where `None`.
    pub data: Option<PathBuf>,
}

/// One knowledge base: the live snapshot, its sources and its kept versions.
#[derive(Debug)]
pub struct KnowledgeBase {
    name: String,
    live: ArcSwap<Snapshot>,
}

/// What a reload did, or would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReloadReport {
    pub version: String,
    pub previous_version: String,
    pub generation: u64,
    pub entries: usize,
    pub questions: usize,
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    pub warnings: Vec<IssueView>,
    /// Findings of the publish gate.
    #[schema(value_type = Object)]
    pub gate: serde_json::Value,
    pub elapsed_ms: u64,
    pub dry_run: bool,
}

/// An issue as the API shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssueView {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub message: String,
}

/// A kept corpus version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VersionInfo {
    pub version: String,
    /// RFC 3339, when it was first published here.
    pub published_at: String,
    pub entries: usize,
    pub questions: usize,
    /// Whether it is live now.
    pub live: bool,
}

/// Why a change to a knowledge base was refused; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the corpus has {} issue(s)", .0.len())]
    Invalid(Vec<Issue>),
    #[error("the publish gate refused: {reason}")]
    Refused { reason: String, issues: Vec<Issue> },
    #[error("no version {0} is kept")]
    UnknownVersion(String),
    #[error("cannot load the model")]
    Model(#[source] anyhow::Error),
    #[error("cannot keep the version")]
    Keep(#[source] std::io::Error),
}

impl KnowledgeBase {
    /// Prepares and publishes the first generation.
    ///
    /// # Errors
    /// Every issue of the corpus, or what is wrong with the model or the data directory.
    pub fn open(_name: &str, _sources: Sources, _now: Timestamp) -> Result<Self, PublishError> {
        unimplemented!()
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The live snapshot; hold it for the whole request.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.live.load_full()
    }

    /// Loads the corpus directory again and publishes it, or only says what would change. Blocking: up to seconds.
    ///
    /// # Errors
    /// As [`KnowledgeBase::open`]; the live snapshot stays.
    pub fn reload(&self, _dry_run: bool, _now: Timestamp) -> Result<ReloadReport, PublishError> {
        unimplemented!()
    }

    /// Publishes a kept version again. Blocking: up to seconds where its index is no longer in memory.
    ///
    /// # Errors
    /// [`PublishError::UnknownVersion`]; the live snapshot stays.
    pub fn rollback(&self, _version: &str, _now: Timestamp) -> Result<ReloadReport, PublishError> {
        unimplemented!()
    }

    /// Kept versions, newest first.
    #[must_use]
    pub fn versions(&self) -> Vec<VersionInfo> {
        unimplemented!()
    }
}
