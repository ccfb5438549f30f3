//! Kept versions of a corpus: on disk under `versions/<version>/`, or in memory where there is no data directory.
//!
//! A version is written aside, flushed and renamed, so a crash leaves either all of it or nothing. This file decides
//! nothing about which version is served; it remembers what it was told. One process per directory.

mod disk;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Corpus, ExportError};

/// Versions kept beside the live one where nothing else is said.
pub const DEFAULT_KEPT: usize = 20;

/// A kept version, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVersion {
    pub version: String,
    /// When it was first published here.
    pub published_at: Timestamp,
    pub entries: usize,
    /// Standard and similar questions.
    pub questions: usize,
    /// Why it was published although the gate refused, the last time that happened. Absent in versions written before
    /// publishing could be forced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
}

/// Which version is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveMark {
    pub version: String,
    /// When this version became live, most recently.
    pub published_at: Timestamp,
    /// Whether it was chosen by a rollback and stays until the next reload, also over a restart.
    pub pinned: bool,
}

/// Why a version could not be kept or found again.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("cannot read or write {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("kept version {version} is damaged: {reason}")]
    Damaged { version: String, reason: String },
    #[error("cannot write version {version} in the form it is kept in")]
    Export {
        version: String,
        #[source]
        source: ExportError,
    },
}

/// The kept versions of one knowledge base. Calls are serialised.
#[derive(Debug)]
pub struct History {
    store: Mutex<Store>,
    limit: usize,
}

#[derive(Debug)]
enum Store {
    Memory { kept: Vec<(KeptVersion, Arc<Corpus>)>, live: Option<LiveMark> },
    Disk(PathBuf),
}

impl History {
    /// The history in a directory, made where it is missing; in memory without one. Keeps [`DEFAULT_KEPT`] versions.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(dir: Option<&Path>) -> Result<Self, HistoryError> {
        let store = match dir {
            None => Store::Memory { kept: Vec::new(), live: None },
            Some(dir) => {
                let versions = dir.join("versions");
                fs::create_dir_all(&versions).map_err(io(&versions))?;
                Store::Disk(dir.to_owned())
            }
        };
        Ok(Self { store: Mutex::new(store), limit: DEFAULT_KEPT })
    }

    /// Keeps the newest `limit` versions, at least one, and always the live one.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit.max(1);
        self
    }

    /// Keeps a version. One that is kept already, and sound, stays as it is, with the moment it was first published.
    ///
    /// # Errors
    /// When it cannot be written; nothing half-written stays under its name.
    pub fn keep(&self, corpus: &Arc<Corpus>, published_at: Timestamp) -> Result<(), HistoryError> {
        let info = KeptVersion {
            version: corpus.version.clone(),
            published_at,
            entries: corpus.entries.len(),
            questions: corpus.entries.iter().map(|entry| 1 + entry.similar.len()).sum(),
            forced: None,
        };
        let mut store = self.lock();
        match &mut *store {
            Store::Memory { kept, .. } if kept.iter().any(|(known, _)| known.version == info.version) => {}
            Store::Memory { kept, .. } => kept.push((info, Arc::clone(corpus))),
            Store::Disk(dir) => disk::write_version(dir, corpus, info)?,
        }
        store.prune(self.limit, &corpus.version)
    }

    /// Remembers why a kept version is published against the gate. Nothing happens where it is not kept.
    ///
    /// # Errors
    /// When it cannot be read or written; what was known of the version stays.
    pub fn note_forced(&self, version: &str, reason: &str) -> Result<(), HistoryError> {
        match &mut *self.lock() {
            Store::Memory { kept, .. } => {
                for (info, _) in kept.iter_mut().filter(|(info, _)| info.version == version) {
                    info.forced = Some(reason.to_owned());
                }
                Ok(())
            }
            Store::Disk(dir) => disk::note_forced(dir, version, reason),
        }
    }

    /// The corpus of a kept version; `None` where it is not kept.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] when its files do not give that version any more.
    pub fn get(&self, version: &str) -> Result<Option<Arc<Corpus>>, HistoryError> {
        match &*self.lock() {
            Store::Memory { kept, .. } => {
                Ok(kept.iter().find(|(info, _)| info.version == version).map(|(_, corpus)| Arc::clone(corpus)))
            }
            Store::Disk(dir) => disk::read_version(dir, version),
        }
    }

    /// Kept versions, newest first. Damaged ones are left out and logged; [`History::get`] says what is wrong.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<KeptVersion>, HistoryError> {
        self.lock().list()
    }

    /// Remembers which version is live.
    ///
    /// # Errors
    /// When it cannot be written; the former mark stays.
    pub fn set_live(&self, mark: &LiveMark) -> Result<(), HistoryError> {
        match &mut *self.lock() {
            Store::Memory { live, .. } => *live = Some(mark.clone()),
            Store::Disk(dir) => disk::write_live(dir, mark)?,
        }
        Ok(())
    }

    /// Which version was live last.
    ///
    /// # Errors
    /// When the mark cannot be read or understood.
    pub fn live(&self) -> Result<Option<LiveMark>, HistoryError> {
        self.lock().live()
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        // What the lock guards is on disk or replaced as a whole, so a panic elsewhere leaves nothing half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn list(&self) -> Result<Vec<KeptVersion>, HistoryError> {
        let mut found = match self {
            Self::Memory { kept, .. } => kept.iter().map(|(info, _)| info.clone()).collect(),
            Self::Disk(dir) => disk::list_versions(dir)?,
        };
        found.sort_by(|a, b| b.published_at.cmp(&a.published_at).then_with(|| a.version.cmp(&b.version)));
        Ok(found)
    }

    fn live(&self) -> Result<Option<LiveMark>, HistoryError> {
        match self {
            Self::Memory { live, .. } => Ok(live.clone()),
            Self::Disk(dir) => disk::read_live(dir),
        }
    }

    /// Deletes all but the newest, the live one, and the one just kept, which is about to be live.
    fn prune(&mut self, limit: usize, kept_now: &str) -> Result<(), HistoryError> {
        // Not knowing which version is live is a reason to delete none; `set_live` mends the mark.
        let Ok(mark) = self.live() else { return Ok(()) };
        let live = mark.map(|mark| mark.version);
        let mut surplus: Vec<String> = self.list()?.into_iter().skip(limit).map(|info| info.version).collect();
        surplus.retain(|version| version != kept_now && Some(version) != live.as_ref());
        match self {
            Self::Memory { kept, .. } => kept.retain(|(info, _)| !surplus.contains(&info.version)),
            Self::Disk(dir) => {
                for version in surplus {
                    let path = dir.join("versions").join(version);
                    fs::remove_dir_all(&path).map_err(io(&path))?;
                }
            }
        }
        Ok(())
    }
}

/// Adds the path to an I/O error.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> HistoryError {
    let path = path.to_owned();
    move |source| HistoryError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::{SourceFile, load_files};

    fn corpus(answer: &str) -> Arc<Corpus> {
        let text = format!("id,q,a,失效时间\n1,一,{answer},2026-11-11 20:00\n");
        let file = SourceFile { path: "a.csv".into(), bytes: text.into_bytes() };
        Arc::new(load_files(&[file], &TimeZone::get("Asia/Shanghai").unwrap()).unwrap())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_kept_version_comes_back_the_same() {
        let dir = tempfile::tempdir().unwrap();
        for place in [None, Some(dir.path())] {
            let history = History::open(place).unwrap();
            let kept = corpus("甲");
            history.keep(&kept, at(1)).unwrap();
            history.keep(&kept, at(2)).unwrap(); // again: the first publication counts
            let mark = LiveMark { version: kept.version.clone(), published_at: at(2), pinned: true };
            history.set_live(&mark).unwrap();
            let entries = |corpus: &Corpus| serde_json::to_string(&corpus.entries).unwrap();
            assert_eq!(entries(&history.get(&kept.version).unwrap().unwrap()), entries(&kept));
            assert_eq!(history.list().unwrap()[0].published_at, at(1));
            assert_eq!(history.live().unwrap(), Some(mark));
            assert!(history.get("0123456789abcdef").unwrap().is_none());
            assert!(history.get("../../etc").unwrap().is_none()); // no way out of the directory
        }
        let reopened = History::open(Some(dir.path())).unwrap();
        assert_eq!(reopened.list().unwrap().len(), 1); // a restart forgets nothing
    }

    #[test]
    fn a_forced_publish_is_remembered_and_older_versions_read_without_one() {
        let dir = tempfile::tempdir().unwrap();
        for place in [None, Some(dir.path())] {
            let history = History::open(place).unwrap();
            let kept = corpus("甲");
            history.keep(&kept, at(1)).unwrap();
            assert_eq!(history.list().unwrap()[0].forced, None);
            history.note_forced(&kept.version, "活动提前结束").unwrap();
            history.note_forced("0123456789abcdef", "no such version").unwrap();
            history.keep(&kept, at(2)).unwrap(); // published again without force: the record stays
            let listed = history.list().unwrap();
            assert_eq!((listed.len(), listed[0].forced.as_deref()), (1, Some("活动提前结束")));
            assert_eq!(listed[0].published_at, at(1));
            assert!(history.get(&kept.version).unwrap().is_some());
        }
        let manifest = dir.path().join("versions").join(&corpus("甲").version).join("manifest.json");
        let written = fs::read_to_string(&manifest).unwrap();
        let before = written.replace(",\"forced\":\"活动提前结束\"", "");
        assert_ne!(before, written);
        fs::write(&manifest, before).unwrap();
        assert_eq!(History::open(Some(dir.path())).unwrap().list().unwrap()[0].forced, None);
    }

    #[test]
    fn the_oldest_go_but_never_the_live_one() {
        let dir = tempfile::tempdir().unwrap();
        for place in [None, Some(dir.path())] {
            let history = History::open(place).unwrap().with_limit(2);
            let versions: Vec<_> = (1..=4).map(|n| corpus(&format!("答{n}"))).collect();
            history.keep(&versions[0], at(1)).unwrap();
            history
                .set_live(&LiveMark { version: versions[0].version.clone(), published_at: at(1), pinned: false })
                .unwrap();
            for (second, version) in (2..).zip(&versions[1..]) {
                history.keep(version, at(second)).unwrap();
            }
            let left: Vec<_> = history.list().unwrap().into_iter().map(|info| info.version).collect();
            assert_eq!(left, [&versions[3], &versions[2], &versions[0]].map(|corpus| corpus.version.clone()));
            let mark = LiveMark { version: versions[3].version.clone(), published_at: at(5), pinned: false };
            history.set_live(&mark).unwrap();
            history.keep(&versions[0], at(6)).unwrap(); // the oldest is published again
            assert!(history.get(&versions[0].version).unwrap().is_some());
        }
    }

    #[test]
    fn damage_is_reported_and_mended_by_keeping_again() {
        let dir = tempfile::tempdir().unwrap();
        let history = History::open(Some(dir.path())).unwrap();
        let kept = corpus("甲");
        history.keep(&kept, at(1)).unwrap();
        let path = dir.path().join("versions").join(&kept.version);
        let entries = path.join("corpus/entries.jsonl");
        let sound = fs::read_to_string(&entries).unwrap();
        let rows: [(&str, String); 3] = [
            ("its content is version", sound.replace('甲', "乙")), // edited
            ("issue(s), the first: entries.jsonl:1", sound[..20].to_owned()), // cut off
            (".: 没有任何条目", String::new()),                    // emptied
        ];
        for (expected, content) in rows {
            fs::write(&entries, content).unwrap();
            let message = history.get(&kept.version).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        history.keep(&kept, at(2)).unwrap();
        assert!(history.get(&kept.version).unwrap().is_some());
        assert_eq!(history.list().unwrap()[0].published_at, at(1)); // the manifest was sound
        fs::write(path.join("manifest.json"), "{").unwrap();
        assert_eq!(history.list().unwrap(), []);
        history.keep(&kept, at(2)).unwrap();
        assert!(history.get(&kept.version).unwrap().is_some());
        fs::write(dir.path().join("live.json"), "{").unwrap();
        assert!(history.live().is_err());
    }
}
