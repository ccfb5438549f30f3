//! The database and the journal before it: opened, followed, closed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use tokio::sync::{Notify, watch};

use super::error::StoreError;
use super::journal::{Appender, Entry, Position, Segments, remove_before};
use super::migrations::{migrator, newer};
use super::recorded::StoredTurn;
use super::replay;
use crate::atomic_file::FileError;
use crate::record::{DecisionRecord, Recorder};

/// The database's file in a state directory.
const DATABASE: &str = "yingda.sqlite";
/// The journal's folder in a state directory.
const JOURNAL: &str = "journal";
/// Readers at once.
const READERS: u32 = 4;
/// How long a caller waits for what was decided before.
const PATIENCE: Duration = Duration::from_secs(2);

/// A cheap handle to the memory of the service.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    readers: SqlitePool,
    /// One connection: SQLite takes one writer at a time, and waiting here is fairer than busy retries.
    writer: SqlitePool,
    pub(super) journal: Appender,
    pub(super) journal_dir: PathBuf,
    pub(super) applied: watch::Sender<Position>,
    /// Callers that wait for the database to catch up.
    pub(super) waiting: AtomicUsize,
    pub(super) urgent: Notify,
    pub(super) closing: Notify,
    pub(super) replayed: AtomicU64,
    pub(super) failures: AtomicU64,
    follower: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
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
    /// Opens or makes the store of a state directory, brings its schema up to date and begins to follow the journal.
    /// Must run within a runtime.
    ///
    /// # Errors
    /// The database is damaged, of a newer program or cannot be written; it is left as it is.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(DATABASE);
        let at_open = |source| StoreError::Open { path: path.clone(), source };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was acknowledged survives a loss of power too.
            .synchronous(SqliteSynchronous::Full)
            // What is deleted is overwritten: a forgotten customer is in no free page.
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(at_open)?;
        migrator().run(&writer).await.map_err(|source| match newer(&source) {
            Some(found) => StoreError::Newer { path: path.clone(), found },
            None => StoreError::Migrate { path: path.clone(), source },
        })?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await.map_err(at_open)?;
        let journal_dir = dir.join(JOURNAL);
        let applied = super::apply::applied(&readers).await?;
        let segments = Segments::open(&journal_dir, applied)?;
        let journal = Appender::start(segments).map_err(FileError::at("write", &journal_dir))?;
        let store = Self(Arc::new(Inner {
            readers,
            writer,
            journal,
            journal_dir,
            applied: watch::Sender::new(applied),
            waiting: AtomicUsize::new(0),
            urgent: Notify::new(),
            closing: Notify::new(),
            replayed: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            follower: std::sync::Mutex::new(None),
        }));
        let follower = tokio::spawn(replay::follow(store.clone()));
        *store.0.follower.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(follower);
        Ok(store)
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(super) fn read(&self) -> &SqlitePool {
        &self.0.readers
    }

    pub(super) fn writer(&self) -> &SqlitePool {
        &self.0.writer
    }

    /// A transaction that will write; others wait for its end.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
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
    pub(super) async fn drop_applied_journal(&self) -> Result<(), StoreError> {
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
    pub(super) async fn truncate_log(&self) -> Result<(), StoreError> {
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

    /// Writes what waits to the journal and, as far as the database takes it at once, to the database.
    pub async fn close(&self) {
        let store = self.clone();
        let _ = tokio::task::spawn_blocking(move || store.0.journal.stop()).await;
        let _ = self.caught_up().await;
        self.0.closing.notify_one();
        let follower = self.0.follower.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(follower) = follower {
            let _ = follower.await;
        }
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}

impl Recorder for Store {
    fn record(&self, record: Arc<DecisionRecord>) {
        self.0.journal.append(Entry::Decision(record));
    }
}

/// Keeps decisions in the journal alone, for as long as the database cannot be opened; the next start that can brings
/// them into it.
#[derive(Debug)]
pub struct JournalOnly(Appender);

impl JournalOnly {
    /// Goes on with the journal of a state directory.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let dir = dir.join(JOURNAL);
        let segments = Segments::open(&dir, Position::default())?;
        Ok(Self(Appender::start(segments).map_err(FileError::at("write", &dir))?))
    }
}

impl Recorder for JournalOnly {
    fn record(&self, record: Arc<DecisionRecord>) {
        self.0.append(Entry::Decision(record));
    }
}

impl Drop for JournalOnly {
    fn drop(&mut self) {
        self.0.stop();
    }
}
