//! Prepared → live: loads, checks, gates and swaps the snapshots of one knowledge base, and keeps its versions.
//!
//! Everything that can fail happens while preparing; publishing is one store. Changes are serialised by a lock and
//! generations only rise. Readers never wait.

#[cfg(test)]
mod crashes;
mod damaged_cache;
mod embedding_file;
mod learnt_file;
mod live;
mod opening;
mod refusal;
mod registry;
mod report;
mod routers;
mod sources;
mod state_directory;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::corpus::history::{History, HistoryError, Publication};
use crate::corpus::{self, Issue};
use crate::gate::{self, GateReport};
use crate::snapshot::{Models, Snapshot};

use routers::Routers;

pub use live::{Live, Notice, NoticeCode};
pub use opening::foresee;
pub use refusal::{PublishError, cause_chain};
pub use registry::{Listed, Registry};
pub use report::{ReloadReport, VersionInfo};
pub use sources::Sources;
pub use state_directory::{ClaimError, LOCK, StateDirectory};

/// One knowledge base: what is live, its sources and its kept versions.
#[derive(Debug)]
pub struct KnowledgeBase {
    name: String,
    live: ArcSwap<Live>,
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

/// A snapshot that may be published, and what is told about it.
struct Next {
    snapshot: Arc<Snapshot>,
    gate: GateReport,
    warnings: Vec<Issue>,
}

impl KnowledgeBase {
    /// Prepares and serves the version published last, or, where nothing was published from this source, publishes what
    /// the corpus directory holds. Blocking: up to seconds.
    ///
    /// # Errors
    /// What is wrong with the model; where nothing was published yet, every issue of the corpus.
    pub fn open(name: &str, sources: Sources, now: Timestamp) -> Result<Self, PublishError> {
        Self::open_sharing(name, sources, &Routers::default(), now)
    }

    /// The same with a router that another knowledge base may hold already.
    fn open_sharing(name: &str, sources: Sources, routers: &Routers, now: Timestamp) -> Result<Self, PublishError> {
        let models = sources.load_models_sharing(routers)?;
        let opening = opening::open(&sources, now)?;
        let known = embedding_file::read(sources.data.as_deref(), sources.encoder);
        let stamp = learnt_file::stamp(&opening.corpus, &models);
        let learnt = learnt_file::read(sources.data.as_deref(), &stamp);
        let is_kept = learnt.is_some();
        let snapshot = Snapshot::prepare_learnt(opening.corpus, &models, &known, learnt)?;
        embedding_file::write(sources.data.as_deref(), sources.encoder, &known, snapshot.embeddings());
        if !is_kept {
            learnt_file::write(sources.data.as_deref(), &stamp, &snapshot);
        }
        for notice in &opening.notices {
            tracing::warn!(kb = name, notice = ?notice.code, "{}", notice.message);
        }
        let live = Live {
            generation: 1,
            published_at: opening.published_at,
            snapshot: Arc::new(snapshot),
            notices: opening.notices,
        };
        let history = Mutex::new(opening.history);
        Ok(Self { name: name.to_owned(), live: ArcSwap::from_pointee(live), sources, models, history })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The live snapshot; hold it for the whole request.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.live.load().snapshot)
    }

    /// The live snapshot with its number, its moment and what operators should know.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Where the parts come from.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Loads the corpus directory again and publishes it, or with `dry_run` only says what would change. A refusal of
    /// the gate can be overridden with a reason, which is kept with the version. Blocking: up to seconds.
    ///
    /// # Errors
    /// Every issue of the corpus, [`PublishError::Refused`] by the gate, or why the version cannot be kept; the live
    /// snapshot stays.
    pub fn reload(&self, options: &ReloadOptions, now: Timestamp) -> Result<ReloadReport, PublishError> {
        let started = Instant::now();
        let mut history = self.lock();
        let before = self.live();
        let next = self.next(&before, options, now)?;
        let generation = if options.dry_run {
            before.generation
        } else {
            let source = self.sources.identity();
            let how = Publication { at: now, pinned: false, forced: next.gate.forced.as_deref(), source: &source };
            history.publish(&next.snapshot.corpus, how)?;
            self.put_live(&next.snapshot, now, Vec::new())
        };
        if let (false, Some(reason)) = (options.dry_run, &next.gate.forced) {
            let (version, refusal) = (&next.snapshot.corpus.version, next.gate.reasons());
            tracing::warn!(kb = self.name, corpus.version = version, reason, refusal, "forced a publish");
        }
        Ok(report(&before, next, Outcome { generation, dry_run: options.dry_run, started }))
    }

    /// Publishes a kept version again, whatever the gate thinks of it: it is the way out of trouble. The version stays
    /// live over restarts until the next reload; where it cannot be written down it is live all the same, and a notice
    /// says that a restart will not know. Blocking: about a second for 15,000 questions.
    ///
    /// # Errors
    /// [`PublishError::UnknownVersion`], [`PublishError::DamagedVersion`]; the live snapshot stays.
    pub fn rollback(&self, version: &str, now: Timestamp) -> Result<ReloadReport, PublishError> {
        let started = Instant::now();
        let mut history = self.lock();
        let before = self.live();
        let corpus = match history.get(version) {
            Ok(corpus) => corpus.ok_or_else(|| PublishError::UnknownVersion(version.to_owned()))?,
            Err(HistoryError::Damaged { version, reason }) => {
                // Offered no more; it comes back when it is published again.
                let _ = history.set_version_aside(&version);
                return Err(PublishError::DamagedVersion { version, reason });
            }
            Err(error) => return Err(error.into()),
        };
        let snapshot = Arc::new(Snapshot::prepare(corpus, &self.models, before.snapshot.embeddings())?);
        let gate = gate::compare(&before.snapshot, &snapshot, now)?;
        let mut warnings = snapshot.corpus.warnings.clone();
        let source = self.sources.identity();
        let how = Publication { at: now, pinned: true, forced: None, source: &source };
        let notices = match history.publish(&snapshot.corpus, how) {
            Ok(()) => Vec::new(),
            Err(error) => {
                let notice = opening::not_kept(&error);
                tracing::error!(kb = self.name, corpus.version = version, "{}", notice.message);
                warnings.push(Issue { file: String::new(), line: None, message: notice.message.clone() });
                vec![notice]
            }
        };
        let generation = self.put_live(&snapshot, now, notices);
        Ok(report(&before, Next { snapshot, gate, warnings }, Outcome { generation, dry_run: false, started }))
    }

    /// Kept versions, the last published first.
    ///
    /// # Errors
    /// [`PublishError::History`] when the data directory cannot be read.
    pub fn versions(&self) -> Result<Vec<VersionInfo>, PublishError> {
        let kept = self.lock().list()?;
        let live = &self.live().snapshot.corpus.version;
        Ok(kept.into_iter().map(|kept| VersionInfo::of(kept, live)).collect())
    }

    /// What staff should know about the live snapshot although it serves.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let mut warnings: Vec<String> = snapshot.corpus.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(snapshot.router.warnings(&snapshot.corpus.routing));
        warnings.extend(self.sources.router_note(&snapshot));
        warnings
    }

    /// The corpus directory as it is now, prepared and passed by the gate or forced through it.
    fn next(&self, before: &Live, options: &ReloadOptions, now: Timestamp) -> Result<Next, PublishError> {
        let corpus = Arc::new(self.sources.load_corpus()?);
        let snapshot = Arc::new(Snapshot::prepare(corpus, &self.models, before.snapshot.embeddings())?);
        let gate = gate::examine(&before.snapshot, &snapshot, self.sources.max_lost, now)?;
        let forced = options.force.clone().filter(|_| gate.refuses());
        if gate.refuses() && forced.is_none() {
            return Err(PublishError::Refused(Box::new(gate)));
        }
        let mut warnings = snapshot.corpus.warnings.clone();
        if self.sources.corpus.is_none() {
            warnings.push(embedded_note());
        }
        Ok(Next { snapshot, gate: GateReport { forced, ..gate }, warnings })
    }

    /// A change that panicked left the history as files hold it; the lock is usable again.
    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store that makes a snapshot live; its generation.
    fn put_live(&self, snapshot: &Arc<Snapshot>, published_at: Timestamp, notices: Vec<Notice>) -> u64 {
        let before = self.live.load();
        let data = self.sources.data.as_deref();
        embedding_file::write(data, self.sources.encoder, before.snapshot.embeddings(), snapshot.embeddings());
        if before.snapshot.corpus.version != snapshot.corpus.version {
            learnt_file::write(data, &learnt_file::stamp(&snapshot.corpus, &self.models), snapshot);
        }
        let generation = before.generation + 1;
        self.live.store(Arc::new(Live { generation, published_at, snapshot: Arc::clone(snapshot), notices }));
        generation
    }
}

/// What came of a change.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    generation: u64,
    dry_run: bool,
    started: Instant,
}

fn report(before: &Live, next: Next, outcome: Outcome) -> ReloadReport {
    let (old, new) = (&before.snapshot.corpus, &next.snapshot.corpus);
    let changes = corpus::diff(old, new);
    ReloadReport {
        version: new.version.clone(),
        previous_version: old.version.clone(),
        generation: outcome.generation,
        entries: new.entries.len(),
        questions: next.snapshot.questions(),
        added: changes.added,
        changed: changes.changed,
        removed: changes.removed,
        warnings: next.warnings,
        gate: next.gate,
        elapsed_ms: u64::try_from(outcome.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        dry_run: outcome.dry_run,
    }
}

fn embedded_note() -> Issue {
    Issue {
        file: String::new(),
        line: None,
        message: "正在使用程序自带的知识库，没有可以修改的文件；用 yingda export 导出后以 --corpus 目录启动".to_owned(),
    }
}
