//! Opening and closing of the store. A database that cannot be opened is tried again; the journal waits meanwhile.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use sqlx::{AnyConnection, Connection as _};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::apply::applied as applied_in;
use super::database::{Inner, Store};
use super::engine::Place;
use super::error::StoreError;
use super::journal::{Appender, Position, Segments};
use super::migrations::{migrator, newer};
use super::replay;
use super::totals::count_once;
use crate::atomic_file::{FileError, write};

/// The journal's folder in a state directory.
const JOURNAL: &str = "journal";
/// The file in it that holds its name.
const NAME: &str = "name";

impl Store {
    /// Opens or makes the store of a state directory, brings its schema up to date and begins to follow the journal.
    /// The database is a file in the directory, or the PostgreSQL database of a URL. Must run within a runtime.
    ///
    /// # Errors
    /// The database is damaged, of a newer program, cannot be reached or cannot be written; it is left as it is.
    pub async fn open(dir: &Path, database_url: Option<&str>) -> Result<Self, StoreError> {
        let store = Self::closed(dir, database_url)?;
        store.prepare().await?;
        store.start();
        Ok(store)
    }

    /// Opens the store as [`Store::open`] does; where the database cannot be opened, what is recorded waits in the
    /// journal, everything else fails with [`StoreError::NotOpen`], and the database is tried again until it can;
    /// [`Store::trouble`] says why.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn open_or_wait(dir: &Path, database_url: Option<&str>) -> Result<Self, StoreError> {
        let store = Self::closed(dir, database_url)?;
        store.try_to_open().await;
        store.start();
        Ok(store)
    }

    /// Whether it is open now; why not is kept.
    pub(super) async fn try_to_open(&self) -> bool {
        let prepared = self.prepare().await.map_err(Arc::new);
        *self.inner().trouble.lock().unwrap_or_else(PoisonError::into_inner) = prepared.err();
        self.is_open()
    }

    /// A store that writes its journal and knows nothing of its database.
    fn closed(dir: &Path, database_url: Option<&str>) -> Result<Self, StoreError> {
        let place = Place::of(dir, database_url)
            .map_err(|source| StoreError::Open { place: "of database_url".to_owned(), source })?;
        let journal_dir = dir.join(JOURNAL);
        let segments = Segments::open(&journal_dir)?;
        let begun = Position { segment: segments.next, byte: 0 };
        let journal_name = name_of(&journal_dir)?;
        let journal = Appender::start(segments).map_err(FileError::at("write", &journal_dir))?;
        Ok(Self::of(Inner {
            pools: place.pools(),
            place,
            open: AtomicBool::new(false),
            trouble: Mutex::default(),
            journal_name,
            begun,
            journal,
            journal_dir,
            applied: watch::Sender::new(Position::default()),
            waiting: AtomicUsize::new(0),
            urgent: Notify::new(),
            closing: Notify::new(),
            replayed: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            follower: Mutex::new(None),
        }))
    }

    fn start(&self) {
        let follower = tokio::spawn(replay::follow(self.clone()));
        *self.inner().follower.lock().unwrap_or_else(PoisonError::into_inner) = Some(follower);
    }

    /// Brings the schema up to date and finds out how far the journal is in the database.
    async fn prepare(&self) -> Result<(), StoreError> {
        let Inner { place, pools, journal_name, .. } = self.inner();
        let at_open = |source| StoreError::Open { place: place.shown.clone(), source };
        // A connection of its own says at once why there is none; a pool tries until its patience ends.
        let mut connection = AnyConnection::connect_with(&place.options).await.map_err(at_open)?;
        migrator(place.engine).run(&mut connection).await.map_err(|source| match newer(&source) {
            Some(found) => StoreError::Newer { place: place.shown.clone(), found },
            None => StoreError::Migrate { place: place.shown.clone(), source },
        })?;
        count_once(place.engine, &mut connection).await?;
        // Ended in order or not, it is of no further use.
        let _ = connection.close().await;
        let applied = applied_in(&pools.writer, journal_name).await?;
        // What this process wrote is in no database yet, whatever became of the journal's earlier files.
        self.inner().applied.send_replace(applied.min(self.inner().begun));
        self.inner().open.store(true, Ordering::Release);
        Ok(())
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
        self.inner().pools.readers.close().await;
        self.inner().pools.writer.close().await;
    }
}

/// The name of a journal, which is made with its first start. A copy of a state directory must not run beside its
/// original: both would be one journal to the database.
fn name_of(dir: &Path) -> Result<String, FileError> {
    let path = dir.join(NAME);
    match fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(FileError::at("read", &path)(error)),
        _ => {}
    }
    let name = Uuid::now_v7().to_string();
    write(&path, name.as_bytes())?;
    Ok(name)
}
