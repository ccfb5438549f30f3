//! What the desk did with a ticket.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::database::Store;
use super::error::StoreError;
use super::feedback::Stored;
use super::recorded::moment;
use super::values::plain;

/// One step of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketStep {
    /// When it was told.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// As the desk names it.
    pub step: String,
    /// Masked.
    pub note: String,
}

/// A ticket and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketHistory {
    pub ticket_id: String,
    /// Group of the last decision on it, where it was classified here.
    pub skill_group: Option<String>,
    /// When it was classified first.
    pub classified_at: Option<Timestamp>,
    /// Oldest first.
    pub steps: Vec<TicketStep>,
}

impl Store {
    /// Keeps a step. The last step told again, with the same note, changes nothing.
    ///
    /// # Errors
    /// The database fails; nothing is kept.
    pub async fn add_ticket_step(
        &self,
        kb: &str,
        ticket_id: &str,
        step: &TicketStep,
        key: &str,
    ) -> Result<Stored, StoreError> {
        let step = &TicketStep { at: step.at, step: plain(&step.step), note: plain(&step.note) };
        let ticket_id = &plain(ticket_id);
        self.again(|| self.try_step(kb, ticket_id, step, key)).await
    }

    async fn try_step(&self, kb: &str, ticket_id: &str, step: &TicketStep, key: &str) -> Result<Stored, StoreError> {
        let mut transaction = self.write().await?;
        let last: Option<(String, String)> = sqlx::query_as(
            "SELECT step, note FROM ticket_steps WHERE kb = $1 AND ticket_id = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(kb)
        .bind(ticket_id)
        .fetch_optional(&mut *transaction)
        .await?;
        if last.is_some_and(|(name, note)| name == step.step && note == step.note) {
            return Ok(Stored::Unchanged);
        }
        sqlx::query(
            "INSERT INTO ticket_steps (kb, ticket_id, customer_id, at, step, note, key) VALUES ($1, $2,
             (SELECT customer_id FROM decisions WHERE kb = $1 AND ticket_id = $2 AND customer_id IS NOT NULL
              ORDER BY at DESC LIMIT 1), $3, $4, $5, $6)",
        )
        .bind(kb)
        .bind(ticket_id)
        .bind(step.at.as_microsecond())
        .bind(&step.step)
        .bind(&step.note)
        .bind(key)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Stored::Added)
    }

    /// A ticket that was classified here or of which a step was told.
    ///
    /// # Errors
    /// The database fails, or what was decided last is still on its way to it.
    pub async fn ticket(&self, kb: &str, ticket_id: &str) -> Result<Option<TicketHistory>, StoreError> {
        self.caught_up().await?;
        let ticket_id = &plain(ticket_id);
        let decided: Option<(Option<String>, i64)> = sqlx::query_as(
            "SELECT skill_group, (SELECT MIN(at) FROM decisions WHERE kb = $1 AND ticket_id = $2) FROM decisions
             WHERE kb = $1 AND ticket_id = $2 ORDER BY at DESC LIMIT 1",
        )
        .bind(kb)
        .bind(ticket_id)
        .fetch_optional(self.read()?)
        .await?;
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT at, step, note FROM ticket_steps WHERE kb = $1 AND ticket_id = $2 ORDER BY number")
                .bind(kb)
                .bind(ticket_id)
                .fetch_all(self.read()?)
                .await?;
        if decided.is_none() && rows.is_empty() {
            return Ok(None);
        }
        let steps = rows.into_iter().map(|(at, step, note)| TicketStep { at: moment(at), step, note }).collect();
        let (skill_group, classified_at) = decided.map_or((None, None), |(group, at)| (group, Some(moment(at))));
        Ok(Some(TicketHistory { ticket_id: ticket_id.clone(), skill_group, classified_at, steps }))
    }

    /// The ticket of this customer in which something happened last.
    ///
    /// # Errors
    /// As [`Store::ticket`].
    pub async fn last_ticket_of(&self, kb: &str, customer_id: &str) -> Result<Option<TicketHistory>, StoreError> {
        self.caught_up().await?;
        let last: Option<(String,)> = sqlx::query_as(
            "SELECT ticket_id FROM (
                 SELECT ticket_id, at FROM decisions
                 WHERE kb = $1 AND customer_id = $2 AND ticket_id IS NOT NULL
                 UNION ALL SELECT ticket_id, at FROM ticket_steps WHERE kb = $1 AND customer_id = $2
             ) AS touched ORDER BY at DESC LIMIT 1",
        )
        .bind(kb)
        .bind(plain(customer_id))
        .fetch_optional(self.read()?)
        .await?;
        match last {
            Some((ticket_id,)) => self.ticket(kb, &ticket_id).await,
            None => Ok(None),
        }
    }
}
