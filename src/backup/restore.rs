//! Restores a backup.

use std::fs::{self, File};
use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{BackedUp, BackupError, CHUNK, FORMAT, MANIFEST, Manifest};
use crate::atomic_file::{FileError, replace_dir};

/// A list of files longer than this is none.
const MAX_MANIFEST: u64 = 64 << 20;

type Archive = ZipArchive<BufReader<File>>;

/// Puts the files of an archive into a directory that is empty or does not exist. They are written beside it, compared
/// with their checksums, flushed, and moved into place at once.
///
/// # Errors
/// The archive is incomplete or damaged, of a newer program, or the directory is not empty or cannot be written.
pub fn restore(archive: &Path, state: &Path) -> Result<Manifest, BackupError> {
    if fs::read_dir(state).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(BackupError::NotEmpty { path: state.to_owned() });
    }
    let file = File::open(archive).map_err(FileError::at("read", archive))?;
    let broken = |source: ZipError| BackupError::Archive { path: archive.to_owned(), source };
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let manifest = manifest(&mut zip, archive)?;
    replace_dir(state, |draft| manifest.files.iter().try_for_each(|file| extract(&mut zip, file, draft)))?;
    Ok(manifest)
}

fn manifest(zip: &mut Archive, archive: &Path) -> Result<Manifest, BackupError> {
    let broken = |source: ZipError| BackupError::Archive { path: archive.to_owned(), source };
    let mut text = Vec::new();
    let entry = zip.by_name(MANIFEST).map_err(broken)?;
    entry.take(MAX_MANIFEST).read_to_end(&mut text).map_err(|error| broken(error.into()))?;
    let unreadable =
        |cause: serde_json::Error| BackupError::Manifest { path: archive.to_owned(), cause: cause.to_string() };
    let manifest: Manifest = serde_json::from_slice(&text).map_err(unreadable)?;
    if manifest.format > FORMAT {
        return Err(BackupError::Newer { path: archive.to_owned(), program: manifest.program });
    }
    Ok(manifest)
}

/// Writes one file below `draft` and compares what was written with the list.
fn extract(zip: &mut Archive, file: &BackedUp, draft: &Path) -> Result<(), BackupError> {
    let damaged = || BackupError::Damaged { file: file.path.clone() };
    // A path that leaves the directory is no path of a backup.
    let inside = file.path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if !inside || file.path.contains('\\') {
        return Err(damaged());
    }
    let mut entry = zip.by_name(&file.path).map_err(|_| damaged())?;
    let path = draft.join(&file.path);
    let folder = path.parent().unwrap_or(draft);
    fs::create_dir_all(folder).map_err(FileError::at("make", folder))?;
    let mut out = File::create(&path).map_err(FileError::at("write", &path))?;
    let (mut hasher, mut left, mut chunk) = (blake3::Hasher::new(), file.bytes, vec![0; CHUNK]);
    loop {
        let read = entry.read(&mut chunk).map_err(|_| damaged())?;
        if read == 0 {
            break;
        }
        let content = chunk.get(..read).unwrap_or_default();
        left = left.checked_sub(read as u64).ok_or_else(damaged)?;
        hasher.update(content);
        out.write_all(content).map_err(FileError::at("write", &path))?;
    }
    if left > 0 || hasher.finalize().to_hex().as_str() != file.blake3 {
        return Err(damaged());
    }
    out.sync_all().map_err(FileError::at("write", &path))?;
    Ok(())
}
