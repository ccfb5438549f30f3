//! Audit events: through the journal into the database, as decisions go, where they stay.

use jiff::Timestamp;
use sqlx::Row as _;

use super::database::Store;
use super::error::StoreError;
use super::journal::Entry;
use super::recorded::moment;
use crate::record::{AuditAction, AuditEvent};

impl Store {
    /// Keeps an event, and waits until the database has it, as far as that is quick; the journal has it in any case.
    pub async fn audit(&self, event: AuditEvent) {
        self.inner().journal.append(Entry::Audit(Box::new(event)));
        // One that is behind is brought in later.
        let _ = self.caught_up().await;
    }

    /// Events from `from` until before `to`, the newest first, at most `most`.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audited(
        &self,
        kb: &str,
        (from, to): (Timestamp, Timestamp),
        most: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE kb = $1 AND at >= $2 AND at < $3 ORDER BY at DESC, id DESC LIMIT $4",
        )
        .bind(kb)
        .bind(from.as_microsecond())
        .bind(to.as_microsecond())
        .bind(i64::from(most))
        .fetch_all(self.read()?)
        .await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let action: String = row.try_get("action")?;
            // What a newer program did is told by that program.
            let Some(action) = AuditAction::ALL.into_iter().find(|known| known.name() == action) else { continue };
            events.push(AuditEvent {
                id: row.try_get("id")?,
                at: moment(row.try_get("at")?),
                kb: kb.to_owned(),
                key: row.try_get("key")?,
                action,
                from_version: row.try_get("from_version")?,
                to_version: row.try_get("to_version")?,
                reason: row.try_get("reason")?,
            });
        }
        Ok(events)
    }
}
