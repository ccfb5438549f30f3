//! The models that ship inside the binary: the router, used where no model directory is given, and the signals, used
//! beside every router.

use std::sync::{Arc, OnceLock};

use include_dir::{Dir, include_dir};

use super::bundle::BundleError;
use super::route::Router;
use super::signals::Signals;

pub(super) static ROUTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/router");
static COMPLAINT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/complaint");
static PRIORITY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/priority");

pub(super) fn files(dir: &'static Dir<'static>) -> Vec<(&'static str, &'static [u8])> {
    dir.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))).collect()
}

impl Router {
    /// Loads the shipped router, trained on the tickets in the repository's `corpus/tickets/`.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside a bundle of another version.
    pub fn embedded() -> Result<Self, BundleError> {
        Self::from_files(&files(&ROUTER))
    }
}

impl Signals {
    /// The shipped signals, trained on the tickets in the repository's `corpus/tickets/`; read once a process.
    ///
    /// # Errors
    /// As [`Router::embedded`].
    pub fn embedded() -> Result<Arc<Self>, BundleError> {
        static LOADED: OnceLock<Arc<Signals>> = OnceLock::new();
        match LOADED.get() {
            Some(loaded) => Ok(Arc::clone(loaded)),
            None => {
                let loaded = Arc::new(Self::from_files(&files(&COMPLAINT), &files(&PRIORITY))?);
                Ok(Arc::clone(LOADED.get_or_init(|| loaded)))
            }
        }
    }
}
