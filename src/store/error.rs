//! Why something is not stored or not read.

use std::path::PathBuf;

use crate::atomic_file::FileError;

/// Why the store cannot do what it was asked; nothing was half done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database {} cannot be opened", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database {} was written by a newer program (its schema is {found}); run that version", path.display())]
    Newer { path: PathBuf, found: i64 },
    #[error("the schema of the database {} cannot be brought up to date", path.display())]
    Migrate {
        path: PathBuf,
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    File(#[from] FileError),
    /// What was decided last is still on its way to the database.
    #[error("the database is behind the journal")]
    Behind,
}
