//! Kept versions on disk: `versions/<version>/manifest.json` and the corpus beside it in export form.
//!
//! Knows no limit and no live version; that is the history's business.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{HistoryError, KeptVersion, LiveMark, io};
use crate::corpus::{Corpus, EntryFormat, load_dir, write_directory};

/// Layout of a kept version; raised when it changes.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    #[serde(flatten)]
    kept: KeptVersion,
}

/// Names from outside become paths only if they are versions.
fn is_version(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Writes a version aside and renames it into place; a sound one that is there already stays.
pub(super) fn write_version(dir: &Path, corpus: &Corpus, info: KeptVersion) -> Result<(), HistoryError> {
    if matches!(read_version(dir, &info.version), Ok(Some(_))) {
        return Ok(());
    }
    let versions = dir.join("versions");
    let target = versions.join(&info.version);
    // A damaged version is written again; what its manifest still says of its first publication holds.
    let info = manifest(&target).ok().filter(|known| known.version == info.version).unwrap_or(info);
    let files = write_directory(corpus, EntryFormat::JsonLines, &TimeZone::UTC)
        .map_err(|source| HistoryError::Export { version: info.version.clone(), source })?;
    let aside = versions.join(format!(".{}.tmp", info.version));
    for stale in [&aside, &target] {
        if stale.exists() {
            fs::remove_dir_all(stale).map_err(io(stale))?;
        }
    }
    let content = aside.join("corpus");
    fs::create_dir_all(&content).map_err(io(&content))?;
    for file in files {
        let path = content.join(&file.path);
        write_synced(&path, &file.bytes).map_err(io(&path))?;
    }
    write_manifest(&aside.join("manifest.json"), info)?;
    sync_dir(&content).and_then(|()| sync_dir(&aside)).map_err(io(&aside))?;
    fs::rename(&aside, &target).and_then(|()| sync_dir(&versions)).map_err(io(&target))
}

/// Replaces the manifest of a kept version by one with the reason.
pub(super) fn note_forced(dir: &Path, version: &str, reason: &str) -> Result<(), HistoryError> {
    let path = dir.join("versions").join(version);
    if !is_version(version) || !path.is_dir() {
        return Ok(());
    }
    let known = manifest(&path).map_err(|reason| HistoryError::Damaged { version: version.to_owned(), reason })?;
    let aside = path.join("manifest.json.tmp");
    write_manifest(&aside, KeptVersion { forced: Some(reason.to_owned()), ..known })?;
    fs::rename(&aside, path.join("manifest.json")).and_then(|()| sync_dir(&path)).map_err(io(&path))
}

fn write_manifest(path: &Path, kept: KeptVersion) -> Result<(), HistoryError> {
    let bytes = serde_json::to_vec(&Manifest { format: FORMAT, kept }).map_err(|error| io(path)(error.into()))?;
    write_synced(path, &bytes).map_err(io(path))
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
    for entry in fs::read_dir(&versions).map_err(io(&versions))? {
        let entry = entry.map_err(io(&versions))?;
        let Some(name) = entry.file_name().to_str().filter(|name| is_version(name)).map(str::to_owned) else {
            continue;
        };
        match manifest(&entry.path()) {
            Ok(kept) if kept.version == name => found.push(kept),
            Ok(kept) => tracing::warn!(corpus.version = name, "kept version says it is {}", kept.version),
            Err(reason) => tracing::warn!(corpus.version = name, "kept version is damaged: {reason}"),
        }
    }
    Ok(found)
}

fn manifest(path: &Path) -> Result<KeptVersion, String> {
    let bytes = fs::read(path.join("manifest.json")).map_err(|error| format!("manifest.json: {error}"))?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| format!("manifest.json: {error}"))?;
    if manifest.format == FORMAT {
        Ok(manifest.kept)
    } else {
        Err(format!("manifest.json has format {}, expected {FORMAT}", manifest.format))
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename is durable only when the directory is flushed as well.
fn sync_dir(dir: &Path) -> std::io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

/// Replaces `live.json` as a whole.
pub(super) fn write_live(dir: &Path, mark: &LiveMark) -> Result<(), HistoryError> {
    let path = dir.join("live.json");
    let bytes = serde_json::to_vec(mark).map_err(|error| io(&path)(error.into()))?;
    let aside = dir.join("live.json.tmp");
    write_synced(&aside, &bytes).map_err(io(&aside))?;
    fs::rename(&aside, &path).and_then(|()| sync_dir(dir)).map_err(io(&path))
}

pub(super) fn read_live(dir: &Path) -> Result<Option<LiveMark>, HistoryError> {
    let path = dir.join("live.json");
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| io(&path)(error.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(&path)(error)),
    }
}
