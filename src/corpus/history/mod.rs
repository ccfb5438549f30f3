//! Kept versions of a corpus: on disk under `versions/<version>/`, or in memory where there is no data directory.
//!
//! Everything is written as a whole, so a crash leaves either all of it or nothing. This file decides nothing about
//! which version is served; it remembers what it was told. One process per directory, one caller at a time.

mod disk;
mod sealed;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Corpus, ExportError};
use crate::atomic_file::{self, FileError};

/// Versions kept beside the live one.
pub const DEFAULT_KEPT: usize = 20;

/// A kept version, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVersion {
    pub version: String,
    /// When it was last published here.
    pub published_at: Timestamp,
    pub entries: usize,
    /// Standard and similar questions.
    pub questions: usize,
    /// Why it was published although the gate refused, the last time that happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
    /// Where the corpus came from, as [`Publication::source`]. Absent in versions of releases that did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who published it last, as [`Publication::by`]. Absent where nobody did but a start, and in versions of releases
    /// that did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Which version is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveMark {
    pub version: String,
    /// When this version became live, most recently.
    pub published_at: Timestamp,
    /// Whether it was chosen by a rollback.
    pub pinned: bool,
    /// As [`KeptVersion::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How a version becomes live.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    pub at: Timestamp,
    /// Whether a rollback chose it.
    pub pinned: bool,
    /// Why, where the gate refuses.
    pub forced: Option<&'a str>,
    /// Names the directory, or the program, that the corpus came from.
    pub source: &'a str,
    /// Who published: name of an API key, `SIGHUP`, or empty.
    pub by: &'a str,
}

/// Why a version could not be kept or found again.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("kept version {version} is damaged: {reason}")]
    Damaged { version: String, reason: String },
    #[error("the mark of the live version is damaged: {reason}")]
    DamagedMark { reason: String },
    #[error("cannot write version {version} in the form it is kept in")]
    Export {
        version: String,
        #[source]
        source: ExportError,
    },
}

/// The kept versions of one knowledge base.
#[derive(Debug)]
pub struct History {
    store: Store,
    limit: usize,
    /// Whether damaged files stay where they are.
    looking: bool,
}

#[derive(Debug)]
enum Store {
    Memory { kept: Vec<(KeptVersion, Arc<Corpus>)>, live: Option<LiveMark> },
    Disk(PathBuf),
}

impl History {
    /// A history that ends with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { store: Store::Memory { kept: Vec::new(), live: None }, limit: DEFAULT_KEPT, looking: false }
    }

    /// The history in a directory, which is made where it is missing and cleared of what a crash left.
    ///
    /// # Errors
    /// When the directory cannot be made or read.
    pub fn open(dir: &Path) -> Result<Self, HistoryError> {
        disk::tidy_up(dir)?;
        Ok(Self { looking: false, ..Self::look(dir) })
    }

    /// The history in a directory as it is, for reading only: nothing is made, cleared or set aside.
    #[must_use]
    pub fn look(dir: &Path) -> Self {
        Self { store: Store::Disk(dir.to_owned()), limit: DEFAULT_KEPT, looking: true }
    }

    /// Keeps a version and remembers that it is live. Older ones beyond [`DEFAULT_KEPT`] go.
    ///
    /// # Errors
    /// When it cannot be written; nothing half-written stays under its name, and the former mark stays.
    pub fn publish(&mut self, corpus: &Arc<Corpus>, how: Publication<'_>) -> Result<(), HistoryError> {
        let kept = KeptVersion {
            version: corpus.version.clone(),
            published_at: how.at,
            entries: corpus.entries.len(),
            questions: corpus.entries.iter().map(|entry| 1 + entry.similar.len()).sum(),
            forced: how.forced.map(str::to_owned),
            source: Some(how.source.to_owned()),
            by: Some(how.by).filter(|by| !by.is_empty()).map(str::to_owned),
        };
        let mark = LiveMark {
            version: kept.version.clone(),
            published_at: how.at,
            pinned: how.pinned,
            source: kept.source.clone(),
        };
        match &mut self.store {
            Store::Memory { kept: all, live } => {
                let forced = |known: &KeptVersion| kept.forced.clone().or_else(|| known.forced.clone());
                match all.iter_mut().find(|(known, _)| known.version == kept.version) {
                    Some((known, _)) => *known = KeptVersion { forced: forced(known), ..kept },
                    None => all.push((kept, Arc::clone(corpus))),
                }
                *live = Some(mark);
            }
            Store::Disk(dir) => {
                disk::write_version(dir, corpus, kept)?;
                disk::write_live(dir, &mark)?;
            }
        }
        if let Err(error) = self.prune(&corpus.version) {
            tracing::warn!(%error, "an old version could not be deleted");
        }
        Ok(())
    }

    /// The corpus of a kept version; `None` where it is not kept.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] when its files do not give that version any more.
    pub fn get(&self, version: &str) -> Result<Option<Arc<Corpus>>, HistoryError> {
        match &self.store {
            Store::Memory { kept, .. } => {
                Ok(kept.iter().find(|(info, _)| info.version == version).map(|(_, corpus)| Arc::clone(corpus)))
            }
            Store::Disk(dir) => disk::read_version(dir, version),
        }
    }

    /// Whether a version is kept as it was written. Cheaper than [`History::get`].
    #[must_use]
    pub fn holds(&self, version: &str) -> bool {
        match &self.store {
            Store::Memory { kept, .. } => kept.iter().any(|(info, _)| info.version == version),
            Store::Disk(dir) => disk::holds(dir, version),
        }
    }

    /// Kept versions, the last published first. Damaged ones are left out and logged; [`History::get`] says what is
    /// wrong.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<KeptVersion>, HistoryError> {
        let mut found = match &self.store {
            Store::Memory { kept, .. } => kept.iter().map(|(info, _)| info.clone()).collect(),
            Store::Disk(dir) => disk::list_versions(dir)?,
        };
        found.sort_by(|a, b| b.published_at.cmp(&a.published_at).then_with(|| a.version.cmp(&b.version)));
        Ok(found)
    }

    /// Which version was live last.
    ///
    /// # Errors
    /// [`HistoryError::DamagedMark`] when the mark cannot be understood, [`HistoryError::File`] when it cannot be read.
    pub fn live(&self) -> Result<Option<LiveMark>, HistoryError> {
        match &self.store {
            Store::Memory { live, .. } => Ok(live.clone()),
            Store::Disk(dir) => disk::read_live(dir),
        }
    }

    /// Moves a damaged mark out of the way; where it lies now.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn set_mark_aside(&self) -> Result<PathBuf, FileError> {
        match &self.store {
            Store::Memory { .. } => Ok(PathBuf::new()),
            Store::Disk(dir) if self.looking => Ok(dir.join("live.json")),
            Store::Disk(dir) => atomic_file::set_aside(&dir.join("live.json")),
        }
    }

    /// Moves a damaged version out of the way, so that it is offered no more; where it lies now.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn set_version_aside(&self, version: &str) -> Result<PathBuf, FileError> {
        match &self.store {
            Store::Memory { .. } => Ok(PathBuf::new()),
            Store::Disk(dir) if self.looking => Ok(dir.join("versions").join(version)),
            Store::Disk(dir) => atomic_file::set_aside(&dir.join("versions").join(version)),
        }
    }

    /// Deletes all but the newest and the one just published.
    fn prune(&mut self, live: &str) -> Result<(), HistoryError> {
        let surplus: Vec<String> = self.list()?.into_iter().skip(self.limit).map(|info| info.version).collect();
        let surplus = surplus.into_iter().filter(|version| version != live);
        match &mut self.store {
            Store::Memory { kept, .. } => {
                let surplus: Vec<String> = surplus.collect();
                kept.retain(|(info, _)| !surplus.contains(&info.version));
                Ok(())
            }
            Store::Disk(dir) => surplus.into_iter().try_for_each(|version| disk::delete_version(dir, &version)),
        }
    }
}
