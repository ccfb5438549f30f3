//! Kept versions on disk: `versions/<version>/manifest.json`, the corpus beside it in export form, and `live.json`.
//!
//! Knows no limit and no version that must be served; that is the history's business.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::sealed::{self, digest};
use super::{HistoryError, KeptVersion, LiveMark};
use crate::atomic_file::{self, FileError};
use crate::corpus::{Corpus, EntryFormat, load_dir, write_directory};

/// Layout of a kept version; raised when it changes.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    #[serde(flatten)]
    kept: KeptVersion,
    /// Of the files of the corpus; absent in versions of releases that did not write one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// Names from outside become paths only if they are versions.
fn is_version(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Makes the directory fit for use: drafts that a crash left go, and versions that were being written or deleted.
pub(super) fn tidy_up(dir: &Path) -> Result<(), HistoryError> {
    let versions = dir.join("versions");
    fs::create_dir_all(&versions).map_err(FileError::at("make", &versions))?;
    let mut swept = atomic_file::sweep(dir) + atomic_file::sweep(&versions);
    for entry in fs::read_dir(&versions).map_err(FileError::at("read", &versions))?.flatten() {
        let path = entry.path();
        if entry.file_name().to_str().is_some_and(is_version) {
            swept += atomic_file::sweep(&path);
            if !path.join("manifest.json").exists() && fs::remove_dir_all(&path).is_ok() {
                swept += 1;
            }
        }
    }
    if swept > 0 {
        tracing::info!(path = %dir.display(), swept, "removed what an interrupted write had left over");
    }
    Ok(())
}

/// Writes a version, or only its manifest where its content is there and sound.
pub(super) fn write_version(dir: &Path, corpus: &Corpus, kept: KeptVersion) -> Result<(), HistoryError> {
    let target = dir.join("versions").join(&kept.version);
    let known = manifest(&target).ok().filter(|known| known.kept.version == kept.version);
    // Why it was forced once stays, also where its content must be written again.
    let forced = kept.forced.clone().or_else(|| known.as_ref().and_then(|known| known.kept.forced.clone()));
    let kept = KeptVersion { forced, ..kept };
    if holds(dir, &kept.version) {
        let content = known.and_then(|known| known.content);
        return write_manifest(&target, Manifest { format: FORMAT, kept, content });
    }
    let files = write_directory(corpus, EntryFormat::JsonLines, &TimeZone::UTC)
        .map_err(|source| HistoryError::Export { version: kept.version.clone(), source })?;
    let mut named: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|file| (format!("corpus/{}", file.path), file.bytes)).collect();
    let content = Some(content_digest(named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))));
    named.push(("manifest.json".to_owned(), sealed_manifest(&target, Manifest { format: FORMAT, kept, content })?));
    let files = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    Ok(atomic_file::write_dir(&target, files)?)
}

fn write_manifest(target: &Path, manifest: Manifest) -> Result<(), HistoryError> {
    let bytes = sealed_manifest(target, manifest)?;
    Ok(atomic_file::write(&target.join("manifest.json"), &bytes)?)
}

fn sealed_manifest(target: &Path, manifest: Manifest) -> Result<Vec<u8>, HistoryError> {
    let unwritable = |error: serde_json::Error| FileError::at("write", &target.join("manifest.json"))(error.into());
    Ok(sealed::seal(&manifest).map_err(unwritable)?)
}

/// Whether a version is kept and its files are those that were written; nothing is parsed where a digest tells.
pub(super) fn holds(dir: &Path, version: &str) -> bool {
    let path = dir.join("versions").join(version);
    if !is_version(version) {
        return false;
    }
    match manifest(&path) {
        Ok(Manifest { content: Some(expected), .. }) => files_below(&path, "corpus").is_ok_and(|files| {
            content_digest(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))) == expected
        }),
        Ok(_) => matches!(read_version(dir, version), Ok(Some(_))),
        Err(_) => false,
    }
}

/// The corpus of a version; `None` where it is not kept or the name is no version.
pub(super) fn read_version(dir: &Path, version: &str) -> Result<Option<Arc<Corpus>>, HistoryError> {
    let path = dir.join("versions").join(version);
    if !is_version(version) || !path.is_dir() {
        return Ok(None);
    }
    let damaged = |reason: String| HistoryError::Damaged { version: version.to_owned(), reason };
    manifest(&path).map_err(damaged)?;
    let corpus = load_dir(&path.join("corpus"), &TimeZone::UTC).map_err(|issues| {
        let first = issues.first().map(ToString::to_string).unwrap_or_default();
        damaged(format!("{} issue(s), the first: {first}", issues.len()))
    })?;
    if corpus.version != version {
        return Err(damaged(format!("its content is version {}", corpus.version)));
    }
    Ok(Some(Arc::new(corpus)))
}

/// What the manifests say, in any order; damaged versions are logged and left out.
pub(super) fn list_versions(dir: &Path) -> Result<Vec<KeptVersion>, HistoryError> {
    let versions = dir.join("versions");
    let mut found = Vec::new();
    for entry in fs::read_dir(&versions).map_err(FileError::at("read", &versions))? {
        let entry = entry.map_err(FileError::at("read", &versions))?;
        let Some(name) = entry.file_name().to_str().filter(|name| is_version(name)).map(str::to_owned) else {
            continue;
        };
        match manifest(&entry.path()) {
            Ok(Manifest { kept, .. }) if kept.version == name => found.push(kept),
            Ok(Manifest { kept, .. }) => {
                tracing::warn!(corpus.version = name, "kept version says it is {}", kept.version);
            }
            Err(reason) => tracing::warn!(corpus.version = name, "kept version is damaged: {reason}"),
        }
    }
    Ok(found)
}

/// Deletes a version; under another name first, so that half of it never looks like a version.
pub(super) fn delete_version(dir: &Path, version: &str) -> Result<(), HistoryError> {
    Ok(atomic_file::remove_dir(&dir.join("versions").join(version))?)
}

fn manifest(path: &Path) -> Result<Manifest, String> {
    let bytes = fs::read(path.join("manifest.json")).map_err(|error| format!("manifest.json: {error}"))?;
    let manifest: Manifest = sealed::open(&bytes).map_err(|reason| format!("manifest.json: {reason}"))?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(format!("manifest.json has format {}, expected {FORMAT}", manifest.format))
    }
}

/// Files below a folder, sorted by path, each with its path from `root` with `/`.
fn files_below(root: &Path, folder: &str) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(root.join(&below))? {
            let entry = entry?;
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push(name);
            } else {
                found.push((name, fs::read(entry.path())?));
            }
        }
    }
    Ok(found)
}

/// One digest over names and contents, whatever their order.
fn content_digest<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut lines: Vec<String> = files.map(|(name, bytes)| format!("{name} {}\n", blake3::hash(bytes))).collect();
    lines.sort();
    digest(lines.concat().as_bytes())
}

/// Replaces `live.json` as a whole.
pub(super) fn write_live(dir: &Path, mark: &LiveMark) -> Result<(), HistoryError> {
    let path = dir.join("live.json");
    let bytes = sealed::seal(mark).map_err(|error| FileError::at("write", &path)(error.into()))?;
    Ok(atomic_file::write(&path, &bytes)?)
}

pub(super) fn read_live(dir: &Path) -> Result<Option<LiveMark>, HistoryError> {
    let path = dir.join("live.json");
    match fs::read(&path) {
        Ok(bytes) => sealed::open(&bytes).map(Some).map_err(|reason| HistoryError::DamagedMark { reason }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::at("read", &path)(error).into()),
    }
}
