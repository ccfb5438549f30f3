//! A copy of the database as it stands at one moment, beside whoever writes it.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::database::DATABASE;
use super::error::StoreError;
use crate::atomic_file::FileError;

/// Writes a whole copy of the database of a state directory to a file that does not exist yet. Must not be called within
/// a runtime: it makes one of its own.
///
/// # Errors
/// The database cannot be read or the copy not written.
pub fn copy_database(state: &Path, copy: &Path) -> Result<(), StoreError> {
    let path = state.join(DATABASE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(FileError::at("read", &path))?;
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(&path).busy_timeout(Duration::from_secs(30));
        let opened = options.connect().await;
        let mut connection = opened.map_err(|source| StoreError::Open { place: path.display().to_string(), source })?;
        sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    })
}
