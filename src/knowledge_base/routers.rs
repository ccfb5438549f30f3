//! Routers in use by content, so that knowledge bases with the same bundle share one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::refusal::PublishError;
use crate::tickets::Router;

/// Routers that something holds, by the digest of their manifest; that names the digests of all their files.
#[derive(Debug, Default)]
pub(super) struct Routers(Mutex<BTreeMap<[u8; 32], Weak<Router>>>);

impl Routers {
    /// The router of a bundle directory, or the embedded one.
    pub(super) fn load(&self, dir: Option<&Path>) -> Result<Arc<Router>, PublishError> {
        let key = match dir {
            // What cannot be read here is named by loading.
            Some(dir) => std::fs::read(dir.join("manifest.json")).map(|bytes| *blake3::hash(&bytes).as_bytes()).ok(),
            None => Some([0; 32]),
        };
        // Held while loading: a second opener of the same waits and shares.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = key.and_then(|key| known.get(&key)).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        let loaded = Arc::new(match dir {
            Some(dir) => Router::load(dir)?,
            None => Router::embedded()?,
        });
        known.retain(|_, router| router.strong_count() > 0);
        if let Some(key) = key {
            known.insert(key, Arc::downgrade(&loaded));
        }
        Ok(loaded)
    }
}
