//! The state directory of a process: made where it is missing, and claimed, so that two processes never write one.
//!
//! The claim is an advisory lock on a file in it; the system gives it up when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::atomic_file::FileError;

/// The file that is locked; it holds the number of the process.
pub const LOCK: &str = "yingda.lock";

/// A state directory that is this process's alone until dropped.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    /// `None` on a disk that nobody can write to, where there is nothing to keep others from.
    _lock: Option<File>,
}

/// Why a state directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("the state directory {} is in use by process {process}", path.display())]
    InUse { path: PathBuf, process: String },
    #[error(transparent)]
    File(#[from] FileError),
}

impl StateDirectory {
    /// Makes and claims a directory.
    ///
    /// # Errors
    /// [`ClaimError::InUse`] where another process has it, [`ClaimError::File`] where it can neither be found nor made.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        fs::create_dir_all(path).map_err(FileError::at("make", path))?;
        let file = path.join(LOCK);
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&file);
        let Ok(mut lock) = opened.or_else(|_| File::open(&file)) else {
            return Ok(Self { path: path.to_owned(), _lock: None });
        };
        match lock.try_lock() {
            Ok(()) => {
                note_owner(&lock);
                Ok(Self { path: path.to_owned(), _lock: Some(lock) })
            }
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let _ = lock.read_to_string(&mut process);
                let process = if process.trim().is_empty() { "unknown".to_owned() } else { process.trim().to_owned() };
                Err(ClaimError::InUse { path: path.to_owned(), process })
            }
            // File systems without locks exist; there the operator must take care.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(path = %file.display(), %error, "the state directory cannot be locked");
                Ok(Self { path: path.to_owned(), _lock: None })
            }
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Only for the message that another process shows: what goes wrong here is no reason to stop.
fn note_owner(mut lock: &File) {
    use std::io::{Seek as _, Write as _};
    let noted = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{}", std::process::id()));
    if let Err(error) = noted {
        tracing::debug!(%error, "the lock file is not written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_owner_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        let owner = StateDirectory::claim(&path).unwrap();
        let refused = StateDirectory::claim(&path).unwrap_err();
        assert!(refused.to_string().ends_with(&format!("process {}", std::process::id())), "{refused}");
        drop(owner);
        assert_eq!(StateDirectory::claim(&path).unwrap().path(), path);
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(matches!(StateDirectory::claim(&file.join("below")), Err(ClaimError::File(_))));
    }
}
