//! All sums and marks, anew from the records.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use super::counted::{FACETS, MARKS};
use super::sums::{AHEAD, DAY, HOUR, Totals, bucket_in_sql};
use crate::store::database::Store;
use crate::store::engine::Engine;
use crate::store::error::StoreError;

/// The statements.
static REBUILD: LazyLock<String> = LazyLock::new(|| {
    let mut sql = include_str!("rebuild.sql").to_owned();
    let sums: Vec<String> = MARKS.iter().map(|mark| format!("SUM({mark})")).collect();
    for facet in FACETS {
        let (length, ahead) = if facet == "faq_id" { (DAY, AHEAD) } else { (HOUR, 0) };
        // Writing to a string cannot fail.
        let _ = write!(
            sql,
            "INSERT INTO totals (kb, facet, unit, value, decision, decisions, {})
             SELECT kb, '{facet}', (at / 1000000 + {ahead}) / {length} * {length} - {ahead}, COALESCE({facet}, ''),
                 decision, COUNT(*), {} FROM decisions GROUP BY 1, 2, 3, 4, 5;\n",
            MARKS.join(", "),
            sums.join(", ")
        );
    }
    let _ = write!(
        sql,
        "INSERT INTO duration_totals (kb, unit, channel, bucket, decisions)
         SELECT kb, at / 3600000000 * 3600, COALESCE(channel, ''), {}, COUNT(*) FROM decisions GROUP BY 1, 2, 3, 4;\n",
        bucket_in_sql()
    );
    sql.push_str("UPDATE totals_turn SET counted = 1;\n");
    sql
});

impl Store {
    /// Counts everything anew from the records, in one transaction; nobody writes meanwhile.
    ///
    /// # Errors
    /// The database fails; the sums stay as they were.
    pub async fn rebuild_totals(&self) -> Result<(), StoreError> {
        let mut transaction = self.add().await?;
        Totals::begin(self.engine(), &mut transaction).await?;
        rebuild(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn rebuild(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(REBUILD.clone())).execute(connection).await?;
    Ok(())
}

/// Counts what a database from before there were sums holds, once.
pub(in crate::store) async fn count_once(engine: Engine, connection: &mut AnyConnection) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with(engine.begin_adding()).await?;
    // Another replica may be at it: this waits for its end.
    sqlx::query("UPDATE totals_turn SET turn = turn + 1 WHERE one = 1").execute(&mut *transaction).await?;
    let counted: i64 =
        sqlx::query_scalar("SELECT counted FROM totals_turn WHERE one = 1").fetch_one(&mut *transaction).await?;
    if counted == 0 {
        rebuild(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
