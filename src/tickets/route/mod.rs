//! What routes the tickets of a knowledge base: a trained model under the rules of its corpus, or the rules alone.

mod by_model;
mod by_rules;
mod complaint_and_priority;
mod embedded;
mod explain;
mod routed;
mod rules;
mod sentence_votes;
mod sentences;

use std::path::Path;

use self::by_model::ModelRouter;
use self::by_rules::RuleRouter;
pub use self::complaint_and_priority::{COMPLAINT_AT, URGENT_AT};
pub use self::explain::{TermPlace, TermWeight};
pub use self::routed::{RankedGroup, RouteDecision, Routed};
pub use self::sentence_votes::Sentence;
use super::ticket::Ticket;
use crate::routing::Routing;
use crate::tickets::bundle::{BundleError, load_bundle, read_bundle};

/// Routes tickets. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub struct Router(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Trained(ModelRouter),
    ByRules(RuleRouter),
}

impl Router {
    /// Loads a bundle from its directory.
    ///
    /// # Errors
    /// What is missing, damaged or of another version.
    pub fn load(dir: &Path) -> Result<Self, BundleError> {
        load_bundle(dir).and_then(ModelRouter::new).map(|trained| Self(Kind::Trained(trained)))
    }

    /// Loads a bundle from the names and contents of its files.
    ///
    /// # Errors
    /// As [`Router::load`].
    pub fn from_files(files: &[(&str, &[u8])]) -> Result<Self, BundleError> {
        read_bundle(files).and_then(ModelRouter::new).map(|trained| Self(Kind::Trained(trained)))
    }

    /// The shipped router, trained on the tickets of the demonstration shop.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside a bundle of another version.
    pub fn embedded() -> Result<Self, BundleError> {
        Self::from_files(&embedded::router())
    }

    /// A router without a model.
    ///
    /// # Errors
    /// As [`Router::embedded`], for the models of complaint and priority.
    pub fn by_rules() -> Result<Self, BundleError> {
        RuleRouter::new().map(|rules| Self(Kind::ByRules(rules)))
    }

    /// The group for a ticket, with the best `top` groups. Only a model explains.
    #[must_use]
    pub fn route(&self, routing: &Routing, ticket: &Ticket<'_>, top: usize, explain: bool) -> Routed {
        match &self.0 {
            Kind::Trained(trained) => trained.route(routing, ticket, top, explain),
            Kind::ByRules(rules) => rules.route(routing, ticket, top),
        }
    }

    /// What the customer of a group is told.
    #[must_use]
    pub fn promise(routing: &Routing, group: &str) -> String {
        ModelRouter::promise(routing, group)
    }

    /// This router under the target precisions of a routing file's groups.
    #[must_use]
    pub fn with_group_targets(&self, routing: &Routing) -> Self {
        match &self.0 {
            Kind::Trained(trained) => Self(Kind::Trained(trained.with_group_targets(routing))),
            Kind::ByRules(rules) => Self(Kind::ByRules(rules.clone())),
        }
    }

    /// What staff should know about this router beside this routing; empty where the two agree.
    #[must_use]
    pub fn warnings(&self, routing: &Routing) -> Vec<String> {
        match &self.0 {
            Kind::Trained(trained) => trained.warnings(routing),
            Kind::ByRules(_) => RuleRouter::warnings(routing),
        }
    }

    /// Content address of the model.
    #[must_use]
    pub fn version(&self) -> &str {
        match &self.0 {
            Kind::Trained(trained) => trained.version(),
            Kind::ByRules(_) => by_rules::VERSION,
        }
    }

    /// Group ids the model can choose, sorted; none without a model.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        match &self.0 {
            Kind::Trained(trained) => trained.labels(),
            Kind::ByRules(_) => &[],
        }
    }
}
