//! A handle to the database and the journal before it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{Notify, watch};

use super::engine::{Engine, Place, Pools};
use super::error::StoreError;
use super::journal::{Appender, Entry, Position, remove_before};
use super::stored_turn::StoredTurn;
use crate::record::{DecisionRecord, Recorder};

/// The database's file in a state directory.
pub const DATABASE: &str = "yingda.sqlite";
/// How long a caller waits for what was decided before.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a transaction is tried again when others come in between.
const TRIES: u32 = 6;

/// A cheap handle to the memory of the service.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) place: Place,
    pub(super) pools: Pools,
    /// Whether the schema is up to date and the place of the journal in the database known.
    pub(super) open: AtomicBool,
    /// Why it could not be opened the last time.
    pub(super) trouble: std::sync::Mutex<Option<Arc<StoreError>>>,
    /// Name of this process's journal in the database.
    pub(super) journal_name: String,
    /// Where this process began to write its journal.
    pub(super) begun: Position,
    pub(super) journal: Appender,
    pub(super) journal_dir: PathBuf,
    pub(super) applied: watch::Sender<Position>,
    /// Callers that wait for the database to catch up.
    pub(super) waiting: AtomicUsize,
    pub(super) urgent: Notify,
    pub(super) closing: Notify,
    pub(super) replayed: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) follower: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

/// Figures for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// Entries that wait to be written to the journal.
    pub queued: u64,
    /// Entries written to the journal since the start.
    pub appended: u64,
    /// Entries lost since the start.
    pub dropped: u64,
    /// Entries brought into the database since the start.
    pub applied: u64,
    /// Entries in the journal that are not in the database yet, as far as they came since the start.
    pub waiting: u64,
    /// Failed tries to write to the database since the start.
    pub failures: u64,
}

impl Store {
    pub(in crate::store) fn of(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(in crate::store) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(in crate::store) fn engine(&self) -> Engine {
        self.0.place.engine
    }

    pub(in crate::store) fn read(&self) -> Result<&AnyPool, StoreError> {
        if self.is_open() { Ok(&self.0.pools.readers) } else { Err(StoreError::NotOpen) }
    }

    pub(in crate::store) fn writer(&self) -> Result<&AnyPool, StoreError> {
        if self.is_open() { Ok(&self.0.pools.writer) } else { Err(StoreError::NotOpen) }
    }

    /// A transaction that decides by what it reads; to be used within [`Store::again`].
    pub(in crate::store) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.writer()?.begin_with(self.engine().begin()).await?)
    }

    /// A transaction that only adds.
    pub(in crate::store) async fn add(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.writer()?.begin_with(self.engine().begin_adding()).await?)
    }

    /// What `attempt` gives, tried again while other transactions come in between.
    pub(in crate::store) async fn again<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut wait = Duration::from_millis(5);
        for _ in 0..TRIES {
            match attempt().await {
                Err(error) if error.is_conflict() => tokio::time::sleep(wait).await,
                ended => return ended,
            }
            wait *= 2;
        }
        attempt().await
    }

    /// Whether the database could be opened. Until then what is recorded waits in the journal.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.open.load(Ordering::Acquire)
    }

    /// Why the database could not be opened the last time it was tried; `None` where it is open.
    #[must_use]
    pub fn trouble(&self) -> Option<Arc<StoreError>> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a turn of a conversation, for the next start.
    pub fn record_turn(&self, turn: StoredTurn) {
        self.0.journal.append(Entry::Turn(Box::new(turn)));
    }

    /// Waits until the database has what was recorded before this call.
    ///
    /// # Errors
    /// [`StoreError::Behind`] where that takes longer than two seconds; the database is not open yet.
    pub async fn caught_up(&self) -> Result<(), StoreError> {
        if !self.is_open() {
            return Err(StoreError::NotOpen);
        }
        self.0.waiting.fetch_add(1, Ordering::AcqRel);
        self.0.urgent.notify_one();
        let waited = tokio::time::timeout(PATIENCE, self.wait_for_applied()).await;
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
        waited.map_err(|_| StoreError::Behind)
    }

    async fn wait_for_applied(&self) {
        let end = self.0.journal.mark().await;
        let mut applied = self.0.applied.subscribe();
        // The sender lives in `self`.
        let _ = applied.wait_for(|applied| *applied >= end).await;
    }

    /// Removes the segments of the journal that the database has whole, the one that was being written included.
    pub(in crate::store) async fn drop_applied_journal(&self) -> Result<(), StoreError> {
        let before = *self.0.journal.end().borrow();
        self.0.journal.rotate();
        let mut end = self.0.journal.end();
        // What is waited for holds a lock, which must not be held on to.
        let rotated = tokio::time::timeout(PATIENCE, end.wait_for(|end| end.segment > before.segment)).await.is_ok();
        if !rotated {
            return Err(StoreError::Behind);
        }
        self.caught_up().await?;
        let applied = *self.0.applied.borrow();
        remove_before(&self.0.journal_dir, applied)?;
        Ok(())
    }

    /// Empties SQLite's write-ahead log into the database. That of PostgreSQL belongs to its operator.
    pub(in crate::store) async fn truncate_log(&self) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(self.writer()?).await?;
        }
        Ok(())
    }

    /// Figures of this moment.
    #[must_use]
    pub fn status(&self) -> StoreStatus {
        let journal = self.0.journal.status();
        let applied = self.0.replayed.load(Ordering::Relaxed);
        let appended = journal.appended.load(Ordering::Relaxed);
        let caught_up = *self.0.applied.borrow() >= *self.0.journal.end().borrow();
        StoreStatus {
            queued: journal.queued.load(Ordering::Relaxed),
            appended,
            dropped: journal.dropped.load(Ordering::Relaxed),
            applied,
            // What a former process left is not among those appended since the start.
            waiting: if caught_up { 0 } else { appended.saturating_sub(applied).max(1) },
            failures: self.0.failures.load(Ordering::Relaxed),
        }
    }
}

impl Recorder for Store {
    fn record(&self, record: Arc<DecisionRecord>) {
        self.0.journal.append(Entry::Decision(record));
    }
}
