//! The corpus that ships inside the binary, served where no directory is given.
//!
//! Holds what is served and nothing else: training tickets and measurements beside it stay out of the binary.

use super::read::SourceFile;

/// Each file of the repository's `corpus/` that belongs to the corpus.
macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/", $path)).as_slice())),*]
    };
}

static FILES: &[(&str, &[u8])] = shipped![
    "account.toml",
    "calibration.jsonl",
    "complaint.toml",
    "dictionary.txt",
    "golden.jsonl",
    "invoice.toml",
    "logistics.toml",
    "order.toml",
    "plan.toml",
    "porting.toml",
    "presale.toml",
    "promotion.toml",
    "quality.toml",
    "repair.toml",
    "returns.toml",
    "routing.toml",
    "synonyms.txt",
];

/// The files of the shipped corpus.
#[must_use]
pub fn files() -> Vec<SourceFile> {
    FILES.iter().map(|(path, bytes)| SourceFile { path: (*path).to_owned(), bytes: bytes.to_vec() }).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::corpus::draft::Findings;
    use crate::corpus::read;

    #[test]
    fn every_corpus_file_of_the_repository_is_shipped() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let standing = read::directory(&dir, &mut Findings::default());
        assert_eq!(files(), standing);
    }
}
