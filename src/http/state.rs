//! What all requests share. The swappable parts stand behind their own types; handlers get one snapshot each.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::config::Config;
use crate::knowledge_base::KnowledgeBase;

use super::admission::Admission;
use super::auth::Keyring;
use super::metrics::Metrics;

/// Prepared knowledge bases by name.
pub type KnowledgeBases = BTreeMap<String, Arc<KnowledgeBase>>;

/// Shared by all requests of one server.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Arc<Config>,
    pub(crate) keyring: Keyring,
    pub(crate) admission: Admission,
    pub(crate) metrics: Metrics,
    /// Empty until prepared.
    bases: OnceLock<KnowledgeBases>,
}

pub(crate) type AppState = Arc<App>;

impl App {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Self {
            keyring: Keyring::new(&config),
            admission: Admission::new(config.max_in_flight, config.queue_wait),
            metrics: Metrics::new(),
            bases: OnceLock::new(),
            config,
        }
    }

    /// The knowledge bases, once they are prepared.
    pub(crate) fn bases(&self) -> Option<&KnowledgeBases> {
        self.bases.get()
    }

    /// Makes the service ready. A second call changes nothing.
    pub(crate) fn publish(&self, bases: KnowledgeBases) {
        let _ = self.bases.set(bases);
    }
}
