//! The parts of a snapshot that do not come from the corpus. How they are loaded is the business of `knowledge_base`.

use std::sync::Arc;

use crate::policy::PolicySettings;
use crate::ranking::RankingModels;
use crate::tickets::Router;

/// Models and settings that every version of a knowledge base is prepared with.
#[derive(Debug, Clone)]
pub struct Models {
    pub router: Arc<Router>,
    pub ranking: RankingModels,
    pub ranker_version: String,
    pub policy: PolicySettings,
}

impl Models {
    /// Router, ranker and encoder versions, joined by `+`.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}+{}+{}", self.router.version(), self.ranker_version, self.ranking.encoder.version())
    }
}
