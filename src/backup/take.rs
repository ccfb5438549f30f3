//! Takes a backup.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{BackedUp, BackupError, CHUNK, FORMAT, MANIFEST, Manifest};
use crate::atomic_file::{FileError, replace};
use crate::knowledge_base::LOCK;
use crate::store::{DATABASE, copy_database};

/// Writes the content of a state directory to an archive, whole or not at all; returns what it holds.
///
/// The database is copied last, as it stands at one moment: what was on its way to it from the journal is then in both
/// rather than in neither, and a restored service brings it in once. The lock file, drafts of writes that are under way
/// and what is no file or folder are left out. Files that a running service removes meanwhile are left out too: it
/// removes only what nothing points to any more. Must not be called within an asynchronous runtime.
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
            if let Some(file) = add(&mut zip, &below(&root, &path), &path)? {
                manifest.files.push(file);
            }
        }
        if root.join(DATABASE).exists() {
            // Beside the archive, which is where there is room.
            let copy = Removed(folder.join(format!(".{DATABASE}.{}.tmp", std::process::id())));
            copy_database(&root, &copy.0).map_err(io::Error::other)?;
            manifest.files.extend(add(&mut zip, DATABASE, &copy.0)?);
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
        // The database and its logs are one only together; they are copied by the database itself.
        if name.starts_with('.') || name == LOCK || name.starts_with(DATABASE) {
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

/// A file's path below the directory, with `/`.
fn below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A file that is removed at the end.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Adds one file, read once; `None` where it has gone since it was listed.
fn add<W: io::Write + io::Seek>(zip: &mut ZipWriter<W>, name: &str, path: &Path) -> io::Result<Option<BackedUp>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    zip.start_file(name, options())?;
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
    Ok(Some(BackedUp { path: name.to_owned(), bytes, blake3: hasher.finalize().to_hex().to_string() }))
}

/// Large files are allowed: the store of a busy year is one.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().large_file(true)
}
