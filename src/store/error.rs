//! Why something is not stored or not read.

use crate::atomic_file::FileError;

/// Why the store cannot do what it was asked; nothing was half done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database {place} cannot be opened")]
    Open {
        place: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database {place} was written by a newer program (its schema is {found}); run that version")]
    Newer { place: String, found: i64 },
    #[error("the schema of the database {place} cannot be brought up to date")]
    Migrate {
        place: String,
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    File(#[from] FileError),
    /// It could not be opened at the start and is tried again and again.
    #[error("the database is not open yet")]
    NotOpen,
    /// It was asked and says neither yes nor no.
    #[error("the database does not answer")]
    Silent,
    /// What was decided last is still on its way to the database.
    #[error("the database is behind the journal")]
    Behind,
}

impl StoreError {
    /// Whether another transaction came in between, so that trying again helps.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // Serialization failure and deadlock.
        error.code().is_some_and(|code| code == "40001" || code == "40P01")
    }
}
