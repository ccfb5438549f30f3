//! A state directory in one file and back: the archive names every file with its checksum, and a restore puts all of it
//! in place or nothing.
//!
//! Taking one is safe beside a running service: marks are read before what they point to, and what they point to is
//! never changed, only added.

mod restore;
mod take;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::atomic_file::FileError;

pub use restore::restore;
pub use take::take;

/// The entry of the archive that lists all others; the last one written, so that a cut archive has none.
const MANIFEST: &str = "yingda-backup.json";
/// Rises when an older program could not restore what a newer one took.
const FORMAT: u32 = 1;
/// Bytes read and written at a time.
const CHUNK: usize = 1 << 16;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Version of the program that took it.
    pub program: String,
    pub files: Vec<BackedUp>,
}

/// One file of the state directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// Path below the directory, with `/`.
    pub path: String,
    pub bytes: u64,
    /// Of the content, in hexadecimal digits.
    pub blake3: String,
}

/// Why a backup was not taken or not restored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{} is no complete backup", path.display())]
    Archive {
        path: PathBuf,
        #[source]
        source: zip::result::ZipError,
    },
    #[error("the list of files in {} cannot be read: {cause}", path.display())]
    Manifest { path: PathBuf, cause: String },
    #[error("{} was taken by a newer program ({program}); restore it with that version", path.display())]
    Newer { path: PathBuf, program: String },
    #[error("{file} in the backup is damaged")]
    Damaged { file: String },
    #[error("{} holds files already; restore into a directory that is empty or does not exist", path.display())]
    NotEmpty { path: PathBuf },
    #[error("the backup {} would lie in the directory that is backed up", path.display())]
    Inside { path: PathBuf },
}
