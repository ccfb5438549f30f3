//! Keeps over restarts what the live version's snapshot learnt from its own questions, in the data directory.
//!
//! Only a cache: whatever goes wrong with the file costs time and nothing else, so it is logged and not reported.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

use super::damaged_cache;
use crate::atomic_file;
use crate::corpus::Corpus;
use crate::knowledge_base::cause_chain;
use crate::ranking::{Learnt, NotLearnt};
use crate::snapshot::{Models, Snapshot};
use crate::text::NORMALIZATION_VERSION;

/// Which program this is, by its version and the size and time of its file: another one may learn otherwise. Empty where
/// it cannot be told, and then nothing is kept.
static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let told = file.and_then(|file| Ok((file.len(), file.modified()?)));
    let (size, modified) = told.unwrap_or((0, UNIX_EPOCH));
    let written = modified.duration_since(UNIX_EPOCH).map(|since| since.as_nanos()).unwrap_or_default();
    if size == 0 || written == 0 { String::new() } else { format!("{}-{size}-{written}", env!("CARGO_PKG_VERSION")) }
});

fn path(data: &Path) -> PathBuf {
    data.join("learnt.bin")
}

/// Names all that decides what is learnt.
pub(in crate::knowledge_base) fn stamp(corpus: &Corpus, models: &Models) -> String {
    let (ranker, encoder) = (&models.ranker_version, models.ranking.encoder.version());
    let tone = models.tone_version();
    format!("{} {ranker} {encoder} {tone} {NORMALIZATION_VERSION} {}", corpus.version, *PROGRAM)
}

/// What was kept under this stamp; none without a data directory or a sound file.
pub(in crate::knowledge_base) fn read(data: Option<&Path>, stamp: &str) -> Option<Learnt> {
    let path = data.filter(|_| !PROGRAM.is_empty()).map(path)?;
    let bytes = std::fs::read(&path).ok()?;
    match Learnt::from_bytes(&bytes, stamp) {
        Ok(learnt) => Some(learnt),
        Err(NotLearnt::OfAnother) => None,
        Err(NotLearnt::Damaged) => {
            damaged_cache::set_aside(&path, "what was learnt of the corpus is damaged and will be learnt again");
            None
        }
    }
}

/// What another process learnt under this stamp, where it is sound.
pub(in crate::knowledge_base) fn sound(bytes: &[u8], stamp: &str) -> Option<Learnt> {
    Learnt::from_bytes(bytes, stamp).ok().filter(|_| !PROGRAM.is_empty())
}

/// Writes what was learnt; the file is whole or the old one.
pub(in crate::knowledge_base) fn write(data: Option<&Path>, stamp: &str, snapshot: &Snapshot) {
    let Some(path) = data.filter(|_| !PROGRAM.is_empty()).map(path) else { return };
    if let Err(error) = atomic_file::write(&path, &snapshot.learnt().to_bytes(stamp)) {
        tracing::warn!(
            error = cause_chain(&error),
            "what was learnt of the corpus is not kept and will be learnt again at the next start"
        );
    }
}
