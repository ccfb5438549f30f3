//! The knowledge bases of one server, by name. Empty until they are prepared.

use std::sync::{Arc, OnceLock};

use crate::knowledge_base::Registry;

use super::problem::{Code, Problem};

/// What a server serves.
#[derive(Debug, Default)]
pub(crate) struct Bases(OnceLock<Arc<Registry>>);

impl Bases {
    /// Makes the service ready. A second call changes nothing.
    pub(crate) fn publish(&self, bases: Arc<Registry>) {
        let _ = self.0.set(bases);
    }

    /// The knowledge bases, or the problem that they are not prepared yet.
    pub(crate) fn ready(&self) -> Result<&Arc<Registry>, Problem> {
        let early = || Problem::new(Code::NotReady, "the knowledge bases are being prepared").retry_after(1);
        self.0.get().ok_or_else(early)
    }
}
