//! How long things are kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::conversation::REST;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::totals::{Totals, counted_where, settle};

/// Rows removed in one transaction: small enough that writers hardly wait for it.
const AT_A_TIME: i64 = 2_000;

/// Ages after which things are removed; kept for ever where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Of decisions on questions, with what was said of them.
    pub questions: Option<SignedDuration>,
    /// Of decisions on tickets, with their steps.
    pub tickets: Option<SignedDuration>,
}

impl Store {
    /// Removes what is older than it may be; how many decisions. Turns go as soon as no conversation can refer to them.
    ///
    /// # Errors
    /// The database fails; what was removed before stays removed.
    pub async fn remove_expired(&self, retention: Retention, now: Timestamp) -> Result<u64, StoreError> {
        let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
        sqlx::query("DELETE FROM turns WHERE at < $1").bind(before(REST * 2)).execute(self.writer()?).await?;
        let mut removed = 0;
        // Steps of tickets have no end of their own: they go with the last decision on their ticket.
        for (age, kind) in [(retention.questions, "ticket_id IS NULL"), (retention.tickets, "ticket_id IS NOT NULL")] {
            let Some(age) = age else { continue };
            loop {
                let rows = self.again(|| self.remove_some(kind, before(age))).await?;
                removed += rows;
                if rows < AT_A_TIME.unsigned_abs() {
                    break;
                }
            }
            let steps = "DELETE FROM ticket_steps WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM decisions
                 WHERE decisions.kb = ticket_steps.kb AND decisions.ticket_id = ticket_steps.ticket_id)";
            if kind.ends_with("NOT NULL") {
                sqlx::query(steps).bind(before(age)).execute(self.writer()?).await?;
            }
        }
        Ok(removed)
    }

    /// Some of the oldest decisions before a moment, with what was said of them.
    async fn remove_some(&self, kind: &str, before: i64) -> Result<u64, StoreError> {
        let chosen =
            format!("SELECT message_id FROM decisions WHERE at < $1 AND {kind} ORDER BY at, message_id LIMIT $2");
        let mut transaction = self.write().await?;
        let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
        let mut rows = 0;
        let condition = format!(
            "message_id IN (SELECT message_id FROM decisions WHERE at < CAST($1 AS BIGINT) AND {kind}
                 ORDER BY at, message_id LIMIT CAST($2 AS BIGINT))"
        );
        let bounds = [before.to_string(), AT_A_TIME.to_string()];
        let counted = counted_where(&mut transaction, &condition, &[&bounds[0], &bounds[1]]).await?;
        let mut conversations: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in counted {
            totals.count(&row, -1);
            conversations.entry(row.kb).or_default().extend(row.conversation_id);
        }
        // Decisions last: the others are found through them.
        for sql in [
            format!("DELETE FROM feedback WHERE message_id IN ({chosen})"),
            format!("DELETE FROM decisions WHERE message_id IN ({chosen})"),
        ] {
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before).bind(AT_A_TIME);
            rows = query.execute(&mut *transaction).await?.rows_affected();
        }
        for (kb, ids) in &conversations {
            settle(&mut transaction, kb, ids, &mut totals).await?;
        }
        totals.bring_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(rows)
    }
}
