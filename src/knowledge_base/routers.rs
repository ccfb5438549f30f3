//! Routers in use by content, so that knowledge bases with the same bundle share one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::refusal::PublishError;
use crate::tickets::{BundleError, Router};

/// Routers that something holds, by the digest of their manifest; that names the digests of all their files.
#[derive(Debug, Default)]
pub(super) struct Routers(Mutex<BTreeMap<[u8; 32], Weak<Router>>>);

/// Stands for the digest of a manifest.
const EMBEDDED: [u8; 32] = [0; 32];
/// Stands for the digest of a manifest.
const BY_RULES: [u8; 32] = [1; 32];

impl Routers {
    /// The router of a bundle directory, or the embedded one.
    pub(super) fn load(&self, dir: Option<&Path>) -> Result<Arc<Router>, PublishError> {
        match dir {
            Some(dir) => {
                // What cannot be read here is named by loading.
                let manifest = std::fs::read(dir.join("manifest.json"));
                let key = manifest.map(|bytes| *blake3::hash(&bytes).as_bytes()).ok();
                self.share(key, || Router::load(dir))
            }
            None => self.share(Some(EMBEDDED), Router::embedded),
        }
    }

    /// The router without a model.
    pub(super) fn by_rules(&self) -> Result<Arc<Router>, PublishError> {
        self.share(Some(BY_RULES), Router::by_rules)
    }

    fn share(
        &self,
        key: Option<[u8; 32]>,
        load: impl FnOnce() -> Result<Router, BundleError>,
    ) -> Result<Arc<Router>, PublishError> {
        // Held while loading: a second opener of the same waits and shares.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = key.and_then(|key| known.get(&key)).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        let loaded = Arc::new(load()?);
        known.retain(|_, router| router.strong_count() > 0);
        if let Some(key) = key {
            known.insert(key, Arc::downgrade(&loaded));
        }
        Ok(loaded)
    }
}
