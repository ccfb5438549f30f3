//! Opening and closing of the store, and the journal alone where the database cannot be opened.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{Notify, watch};

use super::apply::applied as applied_in;
use super::database::{DATABASE, Inner, Store};
use super::error::StoreError;
use super::journal::{Appender, Entry, Position, Segments};
use super::migrations::{migrator, newer};
use super::replay;
use crate::atomic_file::FileError;
use crate::record::{DecisionRecord, Recorder};

/// The journal's folder in a state directory.
const JOURNAL: &str = "journal";
/// Readers at once.
const READERS: u32 = 4;

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
        let applied = applied_in(&readers).await?;
        let segments = Segments::open(&journal_dir, applied)?;
        let journal = Appender::start(segments).map_err(FileError::at("write", &journal_dir))?;
        let store = Self::of(Inner {
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
            follower: Mutex::new(None),
        });
        let follower = tokio::spawn(replay::follow(store.clone()));
        *store.inner().follower.lock().unwrap_or_else(PoisonError::into_inner) = Some(follower);
        Ok(store)
    }

    /// Writes what waits to the journal and, as far as the database takes it at once, to the database.
    pub async fn close(&self) {
        let store = self.clone();
        let _ = tokio::task::spawn_blocking(move || store.inner().journal.stop()).await;
        let _ = self.caught_up().await;
        self.inner().closing.notify_one();
        let follower = self.inner().follower.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(follower) = follower {
            let _ = follower.await;
        }
        self.inner().readers.close().await;
        self.inner().writer.close().await;
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
