//! A handle to the database and the journal before it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::{Notify, watch};

use super::error::StoreError;
use super::journal::{Appender, Entry, Position, remove_before};
use super::stored_turn::StoredTurn;
use crate::record::{DecisionRecord, Recorder};

/// The database's file in a state directory.
pub const DATABASE: &str = "yingda.sqlite";
/// How long a caller waits for what was decided before.
const PATIENCE: Duration = Duration::from_secs(2);

/// A cheap handle to the memory of the service.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) readers: SqlitePool,
    /// One connection: SQLite takes one writer at a time, and waiting here is fairer than busy retries.
    pub(super) writer: SqlitePool,
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

    pub(in crate::store) fn read(&self) -> &SqlitePool {
        &self.0.readers
    }

    pub(in crate::store) fn writer(&self) -> &SqlitePool {
        &self.0.writer
    }

    /// A transaction that will write; others wait for its end.
    pub(in crate::store) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.0.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Keeps a turn of a conversation, for the next start.
    pub fn record_turn(&self, turn: StoredTurn) {
        self.0.journal.append(Entry::Turn(Box::new(turn)));
    }

    /// Waits until the database has what was recorded before this call.
    ///
    /// # Errors
    /// [`StoreError::Behind`] where that takes longer than two seconds.
    pub async fn caught_up(&self) -> Result<(), StoreError> {
        self.0.waiting.fetch_add(1, Ordering::AcqRel);
        self.0.urgent.notify_one();
        let waited = tokio::time::timeout(PATIENCE, self.wait_for_applied()).await;
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
        waited.map_err(|_| StoreError::Behind)
    }

    async fn wait_for_applied(&self) {
        // What waits in the queue is written within moments, and its end is known only then.
        while !self.0.journal.is_idle() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let end = *self.0.journal.end().borrow();
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

    /// Empties the database's write-ahead log into the database.
    pub(in crate::store) async fn truncate_log(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.0.writer).await?;
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
