//! The corpus that ships inside the binary, served where no directory is given.

use include_dir::{Dir, DirEntry, include_dir};

use super::load::SourceFile;

static CORPUS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/corpus");

/// The files of the shipped corpus, as they stand in the repository's `corpus/`.
#[must_use]
pub fn files() -> Vec<SourceFile> {
    let mut found = Vec::new();
    collect(&CORPUS, &mut found);
    found
}

fn collect(dir: &Dir<'_>, found: &mut Vec<SourceFile>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(below) => collect(below, found),
            DirEntry::File(file) => {
                // Repository paths are UTF-8; one that is not could not be named in a message either.
                if let Some(path) = file.path().to_str() {
                    found.push(SourceFile { path: path.to_owned(), bytes: file.contents().to_vec() });
                }
            }
        }
    }
}
