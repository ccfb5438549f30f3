//! What is done with a cache in the data directory whose bytes are not what was written: it is never used, put out of
//! the way for whoever wants to know what happened, and made again.

use std::path::Path;

use crate::atomic_file;
use crate::knowledge_base::cause_chain;

/// Renames the file and says so.
pub(super) fn set_aside(path: &Path, what: &str) {
    match atomic_file::set_aside(path) {
        Ok(aside) => tracing::warn!(path = %path.display(), aside = %aside.display(), "{what}"),
        Err(error) => tracing::warn!(error = cause_chain(&error), "{what}; the file cannot be set aside"),
    }
}
