//! Takes a backup.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{BackedUp, BackupError, CHUNK, FORMAT, MANIFEST, Manifest};
use crate::atomic_file::{FileError, replace};
use crate::knowledge_base::LOCK;

/// Writes the content of a state directory to an archive, whole or not at all; returns what it holds.
///
/// The lock file, drafts of writes that are under way and what is no file or folder are left out. Files that a running
/// service removes meanwhile are left out too: it removes only what nothing points to any more.
///
/// # Errors
/// The directory cannot be read, the archive cannot be written or would lie in the directory.
pub fn take(state: &Path, archive: &Path) -> Result<Manifest, BackupError> {
    let root = state.canonicalize().map_err(FileError::at("read", state))?;
    let folder = archive.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(FileError::at("write", archive))?;
    if folder.starts_with(&root) {
        return Err(BackupError::Inside { path: archive.to_owned() });
    }
    let mut manifest = Manifest { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), files: Vec::new() };
    replace(archive, |draft| {
        let mut zip = ZipWriter::new(BufWriter::new(draft));
        for path in listed(&root)? {
            if let Some(file) = add(&mut zip, &root, &path)? {
                manifest.files.push(file);
            }
        }
        zip.start_file(MANIFEST, options())?;
        serde_json::to_writer_pretty(&mut zip, &manifest)?;
        zip.finish()?.flush()
    })?;
    Ok(manifest)
}

/// Every file below a folder: those of a folder before those in its folders, since marks stand above what they mark.
fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let (mut files, mut below) = (Vec::new(), Vec::new());
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if name.starts_with('.') || name == LOCK {
            continue;
        }
        if kind.is_dir() {
            match listed(&entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                found => below.extend(found?),
            }
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files.append(&mut below);
    Ok(files)
}

/// Adds one file, read once; `None` where it has gone since it was listed.
fn add<W: io::Write + io::Seek>(zip: &mut ZipWriter<W>, root: &Path, path: &Path) -> io::Result<Option<BackedUp>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let below = path.strip_prefix(root).unwrap_or(path);
    let name = below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
    zip.start_file(name.as_str(), options())?;
    let (mut hasher, mut bytes, mut chunk) = (blake3::Hasher::new(), 0_u64, vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        let content = chunk.get(..read).unwrap_or_default();
        hasher.update(content);
        zip.write_all(content)?;
        bytes += read as u64;
    }
    Ok(Some(BackedUp { path: name, bytes, blake3: hasher.finalize().to_hex().to_string() }))
}

/// Large files are allowed: the store of a busy year is one.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().large_file(true)
}
