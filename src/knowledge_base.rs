//! Prepared → live: loads, checks, gates and swaps the snapshots of one knowledge base, and keeps its versions.
//!
//! Everything that can fail happens while preparing; publishing is one store. Changes are serialised by a lock and
//! generations only rise. Readers never wait.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::history::{History, HistoryError, KeptVersion, LiveMark};
use crate::corpus::{self, Corpus, Issue};
use crate::embedding_file;
use crate::encoder::{EncoderError, EncoderKind, SentenceEncoder};
use crate::gate::{self, GateReport};
use crate::policy::PolicySettings;
use crate::ranking::{EmbeddingTable, RankerModel, RankingModels};
use crate::retrieval::IndexError;
use crate::snapshot::{Models, Snapshot};
use crate::tickets::{BundleError, Router};

/// Where the parts of a knowledge base come from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Corpus directory; the embedded one where `None`.
    pub corpus: Option<PathBuf>,
    /// Router bundle directory; the embedded one where `None`.
    pub model: Option<PathBuf>,
    /// Directory for kept versions; memory only where `None`.
    pub data: Option<PathBuf>,
    /// Zone in which dates without an offset are read.
    pub time_zone: TimeZone,
    pub policy: PolicySettings,
    pub encoder: EncoderKind,
}

/// One knowledge base: its live snapshot, its sources and its kept versions.
#[derive(Debug)]
pub struct KnowledgeBase {
    name: String,
    live: ArcSwap<Snapshot>,
    sources: Sources,
    models: Models,
    /// Held while anything changes, so that the newest change is also the last.
    history: Mutex<History>,
}

/// How to reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReloadOptions {
    /// Only say what would change.
    pub dry_run: bool,
    /// Publish even where the gate refuses, for this reason.
    pub force: Option<String>,
}

/// How a version becomes live.
#[derive(Debug, Clone, Copy)]
struct Publication<'a> {
    /// Whether it stays over restarts until the next reload.
    pinned: bool,
    /// Why, where the gate refuses.
    forced: Option<&'a str>,
    now: Timestamp,
}

/// What a reload or rollback did, or would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReloadReport {
    pub version: String,
    pub previous_version: String,
    /// Of the live snapshot after the call.
    pub generation: u64,
    pub entries: usize,
    pub questions: usize,
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    pub warnings: Vec<Issue>,
    pub gate: GateReport,
    pub elapsed_ms: u64,
    pub dry_run: bool,
}

/// A kept corpus version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionInfo {
    pub version: String,
    /// RFC 3339, when it was last published here.
    pub published_at: String,
    pub entries: usize,
    pub questions: usize,
    /// Whether it is live now.
    pub live: bool,
    /// Why it was last published against the gate; absent where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
}

/// Why a change to a knowledge base was refused; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the corpus has {} issue(s)", .0.len())]
    Invalid(Vec<Issue>),
    #[error("the publish gate refused: {}", .0.reasons())]
    Refused(Box<GateReport>),
    #[error("no corpus version {0} is kept")]
    UnknownVersion(String),
    #[error("cannot load the router model: {0}")]
    Router(#[from] BundleError),
    #[error("cannot load the embedded ranker: {0}")]
    Ranker(#[from] crate::ranking::RankerError),
    #[error("cannot load the embedded encoder: {0}")]
    Encoder(#[from] EncoderError),
    #[error("cannot keep the version: {0}")]
    History(#[from] HistoryError),
    #[error("{0}")]
    Index(#[from] IndexError),
}

/// The ranker that ships with the program.
const RANKER: &[u8] = include_bytes!("../models/ranker/standard.json");
/// The same for the transformer's vectors.
const RANKER_ACCURATE: &[u8] = include_bytes!("../models/ranker/accurate.json");

impl KnowledgeBase {
    /// Prepares and publishes the first generation: the version pinned by the last rollback if there is one, else what
    /// the corpus directory holds. Blocking: up to seconds.
    ///
    /// # Errors
    /// Every issue of the corpus, or what is wrong with the model or the data directory.
    pub fn open(name: &str, sources: Sources, now: Timestamp) -> Result<Self, PublishError> {
        let models = models(sources.model.as_deref(), sources.encoder, sources.policy)?;
        let history = History::open(sources.data.as_deref())?;
        let corpus = match pinned(&history)? {
            Some(kept) => kept,
            None => {
                let loaded = Arc::new(load(&sources)?);
                keep_live(&history, &loaded, Publication { pinned: false, forced: None, now })?;
                loaded
            }
        };
        let known = embedding_file::read(sources.data.as_deref(), sources.encoder);
        let snapshot = Snapshot::prepare(corpus, &models, &known, now)?.numbered(1, now);
        embedding_file::write(sources.data.as_deref(), sources.encoder, &known, &snapshot.matcher.meanings.embeddings);
        let live = ArcSwap::from_pointee(snapshot);
        Ok(Self { name: name.to_owned(), live, sources, models, history: Mutex::new(history) })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The live snapshot; hold it for the whole request.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.live.load_full()
    }

    /// Loads the corpus directory again and publishes it, or with `dry_run` only says what would change. A refusal of
    /// the gate can be overridden with a reason, which is kept with the version. Blocking: up to seconds.
    ///
    /// # Errors
    /// As [`KnowledgeBase::open`], or [`PublishError::Refused`] by the gate; the live snapshot stays.
    pub fn reload(&self, options: &ReloadOptions, now: Timestamp) -> Result<ReloadReport, PublishError> {
        let started = Instant::now();
        let history = self.lock();
        let corpus = Arc::new(load(&self.sources)?);
        let known = self.embeddings();
        let next = Snapshot::prepare(corpus, &self.models, &known, now)?;
        let mut gate = gate::examine(&self.live.load(), &next, now)?;
        if gate.refuses() {
            gate.forced.clone_from(&options.force);
            if gate.forced.is_none() {
                return Err(PublishError::Refused(Box::new(gate)));
            }
        }
        let mut report = self.report(&next, gate, options.dry_run);
        if self.sources.corpus.is_none() {
            report.warnings.push(embedded_note());
        }
        if !options.dry_run {
            let forced = report.gate.forced.as_deref();
            self.publish(&history, next, Publication { pinned: false, forced, now })?;
            if let Some(reason) = forced {
                let refusal = report.gate.reasons();
                tracing::warn!(kb = self.name, corpus.version = report.version, reason, refusal, "forced a publish");
            }
        }
        Ok(self.finish(report, started))
    }

    /// Publishes a kept version again, whatever the gate thinks of it: it is the way out of trouble. The version stays
    /// live over restarts until the next reload. Blocking: about a second for 15,000 questions.
    ///
    /// # Errors
    /// [`PublishError::UnknownVersion`]; the live snapshot stays.
    pub fn rollback(&self, version: &str, now: Timestamp) -> Result<ReloadReport, PublishError> {
        let started = Instant::now();
        let history = self.lock();
        let corpus = history.get(version)?.ok_or_else(|| PublishError::UnknownVersion(version.to_owned()))?;
        let known = self.embeddings();
        let next = Snapshot::prepare(corpus, &self.models, &known, now)?;
        let gate = gate::compare(&self.live.load(), &next, now)?;
        let report = self.report(&next, gate, false);
        self.publish(&history, next, Publication { pinned: true, forced: None, now })?;
        Ok(self.finish(report, started))
    }

    /// Kept versions, newest first.
    ///
    /// # Errors
    /// [`PublishError::History`] when the data directory cannot be read.
    pub fn versions(&self) -> Result<Vec<VersionInfo>, PublishError> {
        let kept = self.lock().list()?;
        let live = self.live.load().corpus.version.clone();
        let view = |kept: KeptVersion| VersionInfo {
            live: kept.version == live,
            version: kept.version,
            published_at: kept.published_at.to_string(),
            entries: kept.entries,
            questions: kept.questions,
            forced: kept.forced,
        };
        Ok(kept.into_iter().map(view).collect())
    }

    /// What staff should know about the live snapshot although it serves.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let snapshot = self.live.load();
        let mut warnings: Vec<String> = snapshot.corpus.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(snapshot.router.warnings(&snapshot.corpus.routing));
        warnings
    }

    /// A change that panicked left the history as files hold it; the lock is usable again.
    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Vectors of the live snapshot's questions.
    fn embeddings(&self) -> Arc<EmbeddingTable> {
        Arc::clone(&self.live.load().matcher.meanings.embeddings)
    }

    /// Keeps the version first: once live, it must be found again.
    fn publish(&self, history: &History, next: Snapshot, how: Publication<'_>) -> Result<(), HistoryError> {
        keep_live(history, &next.corpus, how)?;
        let data = self.sources.data.as_deref();
        embedding_file::write(data, self.sources.encoder, &self.embeddings(), &next.matcher.meanings.embeddings);
        let generation = self.live.load().generation + 1;
        self.live.store(Arc::new(next.numbered(generation, how.now)));
        Ok(())
    }

    fn report(&self, next: &Snapshot, gate: GateReport, dry_run: bool) -> ReloadReport {
        let live = self.live.load();
        let changes = corpus::diff(&live.corpus, &next.corpus);
        ReloadReport {
            version: next.corpus.version.clone(),
            previous_version: live.corpus.version.clone(),
            generation: live.generation,
            entries: next.corpus.entries.len(),
            questions: next.questions(),
            added: changes.added.len(),
            changed: changes.changed.len(),
            removed: changes.removed.len(),
            warnings: next.corpus.warnings.clone(),
            gate,
            elapsed_ms: 0,
            dry_run,
        }
    }

    fn finish(&self, report: ReloadReport, started: Instant) -> ReloadReport {
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        ReloadReport { generation: self.live.load().generation, elapsed_ms, ..report }
    }
}

/// The models of a knowledge base: a router from a directory, or the embedded one, and the ranker that ships.
///
/// # Errors
/// What is wrong with the router or the ranker.
pub fn models(router: Option<&Path>, kind: EncoderKind, policy: PolicySettings) -> Result<Models, PublishError> {
    let router = Arc::new(match router {
        Some(dir) => Router::load(dir)?,
        None => Router::embedded()?,
    });
    let encoder = SentenceEncoder::embedded(kind)?;
    let file = match kind {
        EncoderKind::Standard => RANKER,
        EncoderKind::Accurate => RANKER_ACCURATE,
    };
    let ranker = Arc::new(RankerModel::from_json(file, encoder.version())?);
    let ranker_version = blake3::hash(file).to_hex()[..8].to_owned();
    Ok(Models { router, ranking: RankingModels { ranker, encoder }, ranker_version, policy })
}

/// The version that the last rollback asked to stay with, if any.
fn pinned(history: &History) -> Result<Option<Arc<Corpus>>, HistoryError> {
    match history.live()? {
        Some(mark) if mark.pinned => history.get(&mark.version),
        _ => Ok(None),
    }
}

fn keep_live(history: &History, corpus: &Arc<Corpus>, how: Publication<'_>) -> Result<(), HistoryError> {
    let Publication { pinned, forced, now } = how;
    history.keep(corpus, now)?;
    if let Some(reason) = forced {
        history.note_forced(&corpus.version, reason)?;
    }
    history.set_live(&LiveMark { version: corpus.version.clone(), published_at: now, pinned })
}

fn load(sources: &Sources) -> Result<Corpus, PublishError> {
    match &sources.corpus {
        Some(dir) => corpus::load_dir(dir, &sources.time_zone),
        None => corpus::load_files(&corpus::embedded::files(), &sources.time_zone),
    }
    .map_err(PublishError::Invalid)
}

fn embedded_note() -> Issue {
    Issue {
        file: String::new(),
        line: None,
        message: "正在使用程序自带的知识库，没有可以修改的文件；用 yingda export 导出后以 --corpus 目录启动".to_owned(),
    }
}
