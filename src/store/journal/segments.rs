//! The segment files of a journal: their names, and which can go.

use std::fs;
use std::path::{Path, PathBuf};

use super::Position;
use crate::atomic_file::FileError;

/// Where segments lie, and which number the next one gets.
#[derive(Debug)]
pub(in crate::store) struct Segments {
    pub(in crate::store) dir: PathBuf,
    /// Above all that are there: one is always left, since the one that is written is never removed.
    pub(in crate::store) next: u64,
}

impl Segments {
    /// The segments of a directory, which is made where it is missing.
    pub(in crate::store) fn open(dir: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(dir).map_err(FileError::at("make", dir))?;
        let last = numbers(dir)?.last().copied().unwrap_or(0);
        Ok(Self { dir: dir.to_owned(), next: last + 1 })
    }
}

pub(super) fn path(dir: &Path, segment: u64) -> PathBuf {
    dir.join(format!("{segment:010}.journal"))
}

/// Numbers of the segments that are there, in order.
pub(super) fn numbers(dir: &Path) -> Result<Vec<u64>, FileError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir).map_err(FileError::at("read", dir))? {
        let name = entry.map_err(FileError::at("read", dir))?.file_name();
        let number: Option<u64> =
            name.to_str().and_then(|name| name.strip_suffix(".journal")).and_then(|name| name.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes segments that lie whole before a position; how many.
pub(in crate::store) fn remove_before(dir: &Path, applied: Position) -> Result<usize, FileError> {
    let mut removed = 0;
    for segment in numbers(dir)?.into_iter().filter(|segment| *segment < applied.segment) {
        let path = path(dir, segment);
        fs::remove_file(&path).map_err(FileError::at("remove", &path))?;
        removed += 1;
    }
    Ok(removed)
}
