//! The parts of a snapshot that do not come from the corpus. How they are loaded is the business of `knowledge_base`.

use std::sync::Arc;

use crate::corpus::Corpus;
use crate::policy::PolicySettings;
use crate::ranking::RankingModels;
use crate::tickets::Router;

/// Models and settings that every version of a knowledge base is prepared with.
#[derive(Debug, Clone)]
pub struct Models {
    pub router: Arc<Router>,
    /// What routes in its place where it is another company's and the corpus does not name every group of it; `None`
    /// where the router belongs to the corpus.
    pub instead: Option<Arc<Router>>,
    pub ranking: RankingModels,
    pub ranker_version: String,
    pub policy: PolicySettings,
}

impl Models {
    /// The router for a corpus: the one of these models under its routing and small talk, or what stands in.
    #[must_use]
    pub(super) fn router_for(&self, corpus: &Corpus) -> Router {
        let Corpus { routing, smalltalk, .. } = corpus;
        let named = || self.router.labels().iter().all(|label| routing.group(label).is_some());
        match &self.instead {
            Some(instead) if !named() => instead.of_corpus(routing, smalltalk),
            _ => self.router.of_corpus(routing, smalltalk),
        }
    }

    /// What the routers tell complaints by, joined by `+`.
    #[must_use]
    pub fn tone_version(&self) -> String {
        let routers = std::iter::once(&self.router).chain(&self.instead);
        routers.map(|router| router.tone().version()).collect::<Vec<_>>().join("+")
    }

    /// Router, ranker and encoder versions, joined by `+`.
    #[must_use]
    pub(super) fn version_with(&self, router: &Router) -> String {
        format!("{}+{}+{}", router.version(), self.ranker_version, self.ranking.encoder.version())
    }
}
