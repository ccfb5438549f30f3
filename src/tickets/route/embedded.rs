//! The bundles that ship inside the binary: the router, used where no model directory is given, and the models of
//! complaint and priority, used beside every router. All were trained on the tickets in the repository's
//! `corpus/tickets/`. Bytes only; who loads them knows what they are.

use include_dir::{Dir, include_dir};

static ROUTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/router");
static COMPLAINT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/complaint");
static PRIORITY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/signals/priority");

/// Names and contents of a bundle's files.
type EmbeddedFiles = Vec<(&'static str, &'static [u8])>;

pub(super) fn router() -> EmbeddedFiles {
    files(&ROUTER)
}

pub(super) fn complaint() -> EmbeddedFiles {
    files(&COMPLAINT)
}

pub(super) fn priority() -> EmbeddedFiles {
    files(&PRIORITY)
}

fn files(dir: &'static Dir<'static>) -> EmbeddedFiles {
    dir.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))).collect()
}
