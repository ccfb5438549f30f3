//! How a knowledge base changes: its directory is read again, or a kept version comes back.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::refusal::PublishError;
use super::report::{ReloadReport, VersionInfo};
use super::{KnowledgeBase, Live};
use crate::corpus::history::Publication;
use crate::corpus::{self, Issue};
use crate::gate::{self, GateReport};
use crate::snapshot::Snapshot;

/// How to reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReloadOptions {
    /// Only say what would change.
    pub dry_run: bool,
    /// Publish even where the gate refuses, for this reason.
    pub force: Option<String>,
    /// Who publishes: name of an API key, `SIGHUP`, or empty.
    pub by: String,
}

/// A snapshot that may be published, and what is told about it.
struct Next {
    snapshot: Arc<Snapshot>,
    gate: GateReport,
    warnings: Vec<Issue>,
}

impl KnowledgeBase {
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
        let mut next = self.next(&before, options, now)?;
        let generation = if options.dry_run {
            before.generation
        } else {
            let source = self.sources.identity();
            let forced = next.gate.forced.as_deref();
            let how = Publication { at: now, pinned: false, forced, source: &source, by: &options.by };
            let generation = self.agree(&mut history, &before, &next.snapshot, how)?;
            // What all replicas were told is published, whatever the disk of this one says.
            let notices = match history.publish(&next.snapshot.corpus, how) {
                Err(error) if self.shared.is_none() => return Err(error.into()),
                kept => self.not_kept(kept, &mut next.warnings),
            };
            self.put_live(&next.snapshot, now, notices, generation);
            generation
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
    pub fn rollback(&self, version: &str, by: &str, now: Timestamp) -> Result<ReloadReport, PublishError> {
        let started = Instant::now();
        let mut history = self.lock();
        let before = self.live();
        let corpus = self.kept(&history, version)?;
        let snapshot = Arc::new(Snapshot::prepare(corpus, &self.models, before.snapshot.embeddings())?);
        let gate = gate::compare(&before.snapshot, &snapshot, now)?;
        let mut warnings = snapshot.corpus.warnings.clone();
        let source = self.sources.identity();
        let how = Publication { at: now, pinned: true, forced: None, source: &source, by };
        let generation = self.agree(&mut history, &before, &snapshot, how)?;
        let notices = self.not_kept(history.publish(&snapshot.corpus, how), &mut warnings);
        self.put_live(&snapshot, now, notices, generation);
        Ok(report(&before, Next { snapshot, gate, warnings }, Outcome { generation, dry_run: false, started }))
    }

    /// Kept versions, the last published first: with replicas those that all of them can go back to, as far as their
    /// database answers.
    ///
    /// # Errors
    /// [`PublishError::History`] when the data directory cannot be read.
    pub fn versions(&self) -> Result<Vec<VersionInfo>, PublishError> {
        let shared = self.shared.as_ref().and_then(|shared| shared.kept(&self.name).ok());
        let kept = match shared {
            Some(kept) => kept,
            None => self.lock().list()?,
        };
        let live = &self.live().snapshot.corpus.version;
        Ok(kept.into_iter().map(|kept| VersionInfo::of(kept, live)).collect())
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
