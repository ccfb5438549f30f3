//! Why a bundle cannot be used.

use std::path::PathBuf;

use crate::atomic_file::FileError;
use crate::encoder::EncoderError;

/// Why a bundle cannot be used. A variant links its cause and does not repeat it.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("cannot read {}", file.display())]
    Read { file: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Write(#[from] FileError),
    #[error("the bundle has no {0}")]
    Missing(String),
    #[error("{file} is not valid JSON")]
    Json { file: &'static str, source: serde_json::Error },
    #[error("{what}: expected {expected}, found {found}; train the model again with this version")]
    Version { what: &'static str, expected: String, found: String },
    #[error("{file} is damaged: expected BLAKE3 {expected}, found {found}")]
    Checksum { file: String, expected: String, found: String },
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error("{what} does not fit the manifest: expected {expected}, found {found}")]
    Dimension { what: &'static str, expected: usize, found: usize },
    #[error("{what} makes no sense: {found}")]
    Value { what: &'static str, found: String },
    #[error("{} is no plain file", .0.display())]
    NotAFile(PathBuf),
    #[error("{} has {found} bytes, which is not what its bundle says", file.display())]
    Length { file: PathBuf, found: u64 },
    #[error("{} holds other files and no model; choose an empty directory", .0.display())]
    NotABundle(PathBuf),
}
