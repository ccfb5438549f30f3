//! Why a change to a knowledge base was refused, and everything there is to say about it.

use std::error::Error;

use jiff::Timestamp;

use crate::corpus::Issue;
use crate::corpus::history::HistoryError;
use crate::encoder::EncoderError;
use crate::gate::GateReport;
use crate::ranking::RankerError;
use crate::retrieval::IndexError;
use crate::store::StoreError;
use crate::tickets::BundleError;

/// Why a change to a knowledge base was refused; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the corpus has {} issue(s)", .0.len())]
    Invalid(Vec<Issue>),
    #[error("the publish gate refused: {}", .0.reasons())]
    Refused(Box<GateReport>),
    #[error("no corpus version {0} is kept")]
    UnknownVersion(String),
    /// On disk it has been set aside.
    #[error("corpus version {version} is damaged and cannot be published: {reason}")]
    DamagedVersion { version: String, reason: String },
    #[error("version {} was published in the meantime{}", .0.version, .0.by())]
    Overtaken(Box<Overtaking>),
    #[error("the database that all replicas share failed")]
    Shared(#[from] StoreError),
    #[error("cannot load the router model")]
    Router(#[from] BundleError),
    #[error("cannot load the embedded ranker")]
    Ranker(#[from] RankerError),
    #[error("cannot load the embedded encoder")]
    Encoder(#[from] EncoderError),
    #[error("cannot keep the version")]
    History(#[from] HistoryError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// The publication that came first, and what it changed of what was live before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaking {
    pub version: String,
    pub published_at: Timestamp,
    /// Name of an API key; empty where none was used.
    pub published_by: String,
    /// Ids of entries.
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

impl Overtaking {
    fn by(&self) -> String {
        if self.published_by.is_empty() { String::new() } else { format!(" by {}", self.published_by) }
    }
}

impl PublishError {
    /// Every issue of a corpus that has some; empty where the refusal is about something else.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Invalid(issues) => issues,
            Self::Refused(_)
            | Self::UnknownVersion(_)
            | Self::DamagedVersion { .. }
            | Self::Overtaken(_)
            | Self::Shared(_)
            | Self::Router(_)
            | Self::Ranker(_)
            | Self::Encoder(_)
            | Self::History(_)
            | Self::Index(_) => &[],
        }
    }
}

/// An error with all its causes, outermost first, each once.
#[must_use]
pub fn cause_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // An error that quotes its cause has said it already.
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::atomic_file::FileError;

    #[test]
    fn the_chain_names_the_cause_once() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = PublishError::from(HistoryError::from(FileError::at("write", Path::new("/data/live.json"))(full)));
        assert_eq!(cause_chain(&error), "cannot keep the version: cannot write /data/live.json: no storage space");
        assert!(error.issues().is_empty());
    }
}
