//! The knowledge bases of one server, by name. Empty until they are prepared.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::knowledge_base::KnowledgeBase;

use super::problem::{Code, Problem};

/// Prepared knowledge bases by name.
pub type KnowledgeBases = BTreeMap<String, Arc<KnowledgeBase>>;

/// What a server serves.
#[derive(Debug, Default)]
pub(crate) struct Bases(OnceLock<KnowledgeBases>);

impl Bases {
    /// Makes the service ready. A second call changes nothing.
    pub(crate) fn publish(&self, bases: KnowledgeBases) {
        let _ = self.0.set(bases);
    }

    /// The knowledge bases, or the problem that they are not prepared yet.
    pub(crate) fn ready(&self) -> Result<&KnowledgeBases, Problem> {
        let early = || Problem::new(Code::NotReady, "the knowledge bases are being prepared").retry_after(1);
        self.0.get().ok_or_else(early)
    }
}
