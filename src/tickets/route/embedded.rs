//! The bundles that ship inside the binary: the router, used where no model directory is given, and the models of
//! tone, used beside every router. The router was trained on the tickets in the repository's `corpus/tickets/`, the
//! others on those and on what lies in the directories there. Bytes only; who loads them knows what they are.

use include_dir::{Dir, include_dir};

static ROUTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/router");
static COMPLAINT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/complaint");
static MANNER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/manner");
static PRIORITY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/priority");

/// Names and contents of a bundle's files.
type EmbeddedFiles = Vec<(&'static str, &'static [u8])>;

pub(super) fn router() -> EmbeddedFiles {
    files(&ROUTER)
}

pub(super) fn complaint() -> EmbeddedFiles {
    files(&COMPLAINT)
}

pub(super) fn manner() -> EmbeddedFiles {
    files(&MANNER)
}

pub(super) fn priority() -> EmbeddedFiles {
    files(&PRIORITY)
}

fn files(dir: &'static Dir<'static>) -> EmbeddedFiles {
    dir.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))).collect()
}
