//! The router that ships inside the binary, used where no model directory is given.

use include_dir::{Dir, include_dir};

use super::bundle::BundleError;
use super::route::Router;

static ROUTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/router");

impl Router {
    /// Loads the shipped router, trained on the tickets in the repository's `corpus/tickets/`.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside a bundle of another version.
    pub fn embedded() -> Result<Self, BundleError> {
        let files: Vec<(&str, &[u8])> =
            ROUTER.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))).collect();
        Self::from_files(&files)
    }
}
