//! The order of publications that replicas share: a row for each, under a number that only one of them can take.
//!
//! The row is the truth; a notification, where the database has them, only makes the others look sooner. Versions are
//! named by their content, so that a file that is written twice does no harm.

mod hints;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Any, Row as _, Transaction};
use tokio::sync::Notify;
use uuid::Uuid;

use super::database::Store;
use super::engine::Engine;
use super::error::StoreError;
use super::recorded::moment;
use super::values::{plain, stored};

/// Bytes of a file in one row.
const PIECE: usize = 1 << 20;
/// How long one question or publication may take. A connection that was cut off says nothing at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// One publication of a knowledge base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// From 1; the highest is live.
    pub number: u64,
    pub version: String,
    pub at: Timestamp,
    /// Whether a rollback chose it.
    pub pinned: bool,
    /// Why, where the gate refused.
    pub forced: Option<String>,
    /// What the corpus was read from.
    pub source: String,
    /// Who published: name of an API key, `SIGHUP`, or empty.
    pub key: String,
    pub entries: usize,
    /// Standard and similar questions.
    pub questions: usize,
}

/// A file of a version: its path, with `/`, and its bytes.
pub type VersionFile = (String, Vec<u8>);

/// One attempt to publish.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    kb: &'a str,
    publication: &'a Published,
    id: &'a str,
    files: &'a [VersionFile],
    kept: usize,
}

/// The publications in a database that several replicas share.
#[derive(Debug, Clone)]
pub struct Publications {
    store: Store,
}

impl Store {
    /// The publications, where other replicas may have a part in them: a file belongs to one process.
    #[must_use]
    pub fn publications(&self) -> Option<Publications> {
        (self.engine() == Engine::Postgres).then(|| Publications { store: self.clone() })
    }
}

impl Publications {
    #[cfg(test)]
    pub(in crate::store) fn of(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// The publication that is live; `None` where nothing was published yet.
    ///
    /// # Errors
    /// The database fails or says nothing.
    pub async fn last(&self, kb: &str) -> Result<Option<Published>, StoreError> {
        in_time(async {
            let found = sqlx::query("SELECT * FROM publications WHERE kb = $1 ORDER BY number DESC LIMIT 1")
                .bind(kb)
                .fetch_optional(self.store.read()?)
                .await?;
            Ok(found.as_ref().map(published).transpose()?)
        })
        .await
    }

    /// The highest number of every knowledge base.
    ///
    /// # Errors
    /// As [`Publications::last`].
    pub async fn numbers(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        in_time(async {
            let rows: Vec<(String, i64)> =
                sqlx::query_as("SELECT kb, number FROM live_publications").fetch_all(self.store.read()?).await?;
            Ok(rows.into_iter().map(|(kb, number)| (kb, number.unsigned_abs())).collect())
        })
        .await
    }

    /// The last publication of each version whose files are kept, the newest first.
    ///
    /// # Errors
    /// As [`Publications::last`].
    pub async fn kept(&self, kb: &str) -> Result<Vec<Published>, StoreError> {
        in_time(async {
            let rows = sqlx::query(
                "SELECT * FROM publications WHERE kb = $1 AND number IN (
                     SELECT MAX(number) FROM publications WHERE kb = $1
                         AND version IN (SELECT version FROM version_files WHERE kb = $1) GROUP BY version)
                 ORDER BY number DESC",
            )
            .bind(kb)
            .fetch_all(self.store.read()?)
            .await?;
            Ok(rows.iter().map(published).collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The files of a version, by path; empty where they are not kept.
    ///
    /// # Errors
    /// As [`Publications::last`].
    pub async fn files(&self, kb: &str, version: &str) -> Result<Vec<VersionFile>, StoreError> {
        in_time(async {
            let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(
                "SELECT path, bytes FROM version_files WHERE kb = $1 AND version = $2 ORDER BY path, piece",
            )
            .bind(kb)
            .bind(version)
            .fetch_all(self.store.read()?)
            .await?;
            let mut files: Vec<VersionFile> = Vec::new();
            for (path, bytes) in rows {
                match files.last_mut().filter(|(last, _)| *last == path) {
                    Some((_, begun)) => begun.extend(bytes),
                    None => files.push((path, bytes)),
                }
            }
            Ok(files)
        })
        .await
    }

    /// Adds a publication with the files of its version, of which the last `kept` versions stay; `false` where another
    /// has taken its number. A commit whose answer is lost on the way is looked up.
    ///
    /// # Errors
    /// The database fails or says nothing: nothing was published, or, where that happens in the moment of the commit,
    /// what [`Publications::last`] says.
    pub async fn add(
        &self,
        kb: &str,
        publication: &Published,
        files: &[VersionFile],
        kept: usize,
    ) -> Result<bool, StoreError> {
        let id = Uuid::now_v7().to_string();
        let attempt = Attempt { kb, publication, id: &id, files, kept };
        let added = match in_time(self.try_to_add(attempt)).await {
            Ok(added) => added,
            Err(error) if self.has(kb, publication.number, &id).await => {
                tracing::warn!(
                    kb,
                    number = publication.number,
                    ?error,
                    "a publication was found after its commit failed"
                );
                true
            }
            Err(error) => return Err(error),
        };
        if added {
            self.tell(kb).await;
        }
        Ok(added)
    }

    async fn try_to_add(&self, attempt: Attempt<'_>) -> Result<bool, StoreError> {
        let Attempt { kb, publication, id, files, kept } = attempt;
        let mut transaction = self.store.add().await?;
        if !insert(&mut transaction, kb, publication, id).await? {
            return Ok(false);
        }
        for (path, bytes) in files {
            for (piece, bytes) in bytes.chunks(PIECE).enumerate() {
                sqlx::query(
                    "INSERT INTO version_files (kb, version, path, piece, bytes) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT DO NOTHING",
                )
                .bind(kb)
                .bind(&publication.version)
                .bind(path)
                .bind(i64::try_from(piece).unwrap_or(i64::MAX))
                .bind(bytes)
                .execute(&mut *transaction)
                .await?;
            }
        }
        sqlx::query(
            "DELETE FROM version_files WHERE kb = $1 AND version NOT IN (
                 SELECT version FROM (SELECT version, MAX(number) AS last FROM publications WHERE kb = $1
                     GROUP BY version ORDER BY last DESC LIMIT $2) AS newest)",
        )
        .bind(kb)
        .bind(i64::try_from(kept).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether an attempt took its number, as far as the database can be asked.
    async fn has(&self, kb: &str, number: u64, id: &str) -> bool {
        let found = in_time(async {
            Ok(sqlx::query("SELECT 1 FROM publications WHERE kb = $1 AND number = $2 AND id = $3")
                .bind(kb)
                .bind(stored(number))
                .bind(id)
                .fetch_optional(self.store.read()?)
                .await?)
        });
        matches!(found.await, Ok(Some(_)))
    }

    /// Makes the other replicas look at once, where the database can.
    async fn tell(&self, kb: &str) {
        if self.store.engine() == Engine::Postgres {
            let told = in_time(async {
                let told = sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)").bind(hints::CHANNEL).bind(kb);
                Ok(told.execute(self.store.writer()?).await?)
            });
            if let Err(error) = told.await {
                tracing::debug!(?error, "the database does not notify; the others find out by asking");
            }
        }
    }

    /// Woken when another replica says that it published; at least one task must keep asking all the same. Must be
    /// called within a runtime.
    #[must_use]
    pub fn hints(&self) -> Arc<Notify> {
        let woken = Arc::new(Notify::new());
        tokio::spawn(hints::listen(self.store.inner().place.options.database_url.to_string(), Arc::clone(&woken)));
        woken
    }
}

/// The row of a publication and the number that is live now; `false` where another has the number.
async fn insert(
    transaction: &mut Transaction<'static, Any>,
    kb: &str,
    publication: &Published,
    id: &str,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "INSERT INTO publications (kb, number, id, at, version, pinned, source, key, entries, questions, forced)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
    )
    .bind(kb)
    .bind(stored(publication.number))
    .bind(id)
    .bind(publication.at.as_microsecond())
    .bind(&publication.version)
    .bind(i64::from(publication.pinned))
    .bind(plain(&publication.source))
    .bind(plain(&publication.key))
    .bind(i64::try_from(publication.entries).unwrap_or(i64::MAX))
    .bind(i64::try_from(publication.questions).unwrap_or(i64::MAX))
    .bind(publication.forced.as_deref().map(plain))
    .execute(&mut **transaction)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO live_publications (kb, number) VALUES ($1, $2)
         ON CONFLICT (kb) DO UPDATE SET number = excluded.number",
    )
    .bind(kb)
    .bind(stored(publication.number))
    .execute(&mut **transaction)
    .await?;
    Ok(true)
}

fn published(row: &sqlx::any::AnyRow) -> Result<Published, sqlx::Error> {
    let count = |name: &str| row.try_get::<i64, _>(name).map(|count| usize::try_from(count).unwrap_or_default());
    Ok(Published {
        number: row.try_get::<i64, _>("number")?.unsigned_abs(),
        version: row.try_get("version")?,
        at: moment(row.try_get("at")?),
        pinned: row.try_get::<i64, _>("pinned")? != 0,
        forced: row.try_get("forced")?,
        source: row.try_get("source")?,
        key: row.try_get("key")?,
        entries: count("entries")?,
        questions: count("questions")?,
    })
}

async fn in_time<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(StoreError::Silent))
}
