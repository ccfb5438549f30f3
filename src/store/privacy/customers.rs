//! Everything of one customer: handed out, or forgotten.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::{AnyPool, Row as _};
use utoipa::ToSchema;

use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::recorded::{KeptMessage, kept_messages};
use crate::store::ticket_steps::TicketStep;
use crate::store::totals::{Totals, counted_where, settle};
use crate::store::values::plain;

/// What is stored of one customer. All texts are masked, as they are stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerData {
    /// Oldest first.
    pub messages: Vec<KeptMessage>,
    pub ratings: Vec<KeptRating>,
    pub tickets: Vec<KeptTicket>,
}

/// A rating of one of the customer's conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptRating {
    pub conversation_id: String,
    pub nps: Option<i64>,
    pub resolved: Option<bool>,
}

/// A ticket of the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptTicket {
    pub ticket_id: String,
    pub steps: Vec<TicketStep>,
}

/// How many rows of a customer were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Forgotten {
    pub messages: u64,
    pub feedback: u64,
    pub ratings: u64,
    pub events: u64,
    pub ticket_steps: u64,
}

/// Conversations of a customer, as a subquery over `$1` (knowledge base) and `$2` (customer).
const CONVERSATIONS: &str = "SELECT conversation_id FROM decisions
     WHERE kb = $1 AND customer_id = $2 AND conversation_id IS NOT NULL";

impl Store {
    /// What is stored of a customer.
    ///
    /// # Errors
    /// The database fails, or what was decided last is still on its way to it.
    pub async fn export_customer(&self, kb: &str, customer_id: &str) -> Result<CustomerData, StoreError> {
        self.caught_up().await?;
        let pool: &AnyPool = self.read()?;
        let customer_id = &plain(customer_id);
        let messages = kept_messages(pool, "kb = $1 AND customer_id = $2", kb, customer_id).await?;
        let rated = format!(
            "SELECT conversation_id, nps, resolved FROM ratings
             WHERE kb = $1 AND conversation_id IN ({CONVERSATIONS}) ORDER BY number"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(rated)).bind(kb).bind(customer_id).fetch_all(pool).await?;
        let mut ratings = Vec::with_capacity(rows.len());
        for row in rows {
            let resolved: Option<i64> = row.try_get("resolved")?;
            ratings.push(KeptRating {
                conversation_id: row.try_get("conversation_id")?,
                nps: row.try_get("nps")?,
                resolved: resolved.map(|resolved| resolved != 0),
            });
        }
        let ids: Vec<(String,)> = sqlx::query_as(
            "SELECT ticket_id FROM decisions WHERE kb = $1 AND customer_id = $2 AND ticket_id IS NOT NULL
             UNION SELECT ticket_id FROM ticket_steps WHERE kb = $1 AND customer_id = $2 ORDER BY ticket_id",
        )
        .bind(kb)
        .bind(customer_id)
        .fetch_all(pool)
        .await?;
        let mut tickets = Vec::with_capacity(ids.len());
        for (ticket_id,) in ids {
            let steps = self.ticket(kb, &ticket_id).await?.map(|ticket| ticket.steps).unwrap_or_default();
            tickets.push(KeptTicket { ticket_id, steps });
        }
        Ok(CustomerData { messages, ratings, tickets })
    }

    /// Removes everything of a customer, from the database, its log and the journal.
    ///
    /// # Errors
    /// The database fails, or what was decided last is still on its way to it; nothing is removed then.
    pub async fn forget_customer(&self, kb: &str, customer_id: &str) -> Result<Forgotten, StoreError> {
        // What stands in the journal is in the database too, so that removing it here removes all there is.
        self.caught_up().await?;
        let customer_id = &plain(customer_id);
        let forgotten = self.again(|| self.remove_customer(kb, customer_id)).await?;
        self.drop_applied_journal().await?;
        self.truncate_log().await?;
        Ok(forgotten)
    }

    /// Every row of a customer.
    async fn remove_customer(&self, kb: &str, customer_id: &str) -> Result<Forgotten, StoreError> {
        let mut transaction = self.write().await?;
        let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
        let counted = counted_where(&mut transaction, "kb = $1 AND customer_id = $2", &[kb, customer_id]).await?;
        let conversations: BTreeSet<String> =
            counted.into_iter().inspect(|row| totals.count(row, -1)).filter_map(|row| row.conversation_id).collect();
        let removed = |sql: String| {
            let (kb, customer_id) = (kb.to_owned(), customer_id.to_owned());
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kb).bind(customer_id)
        };
        let of_messages = "SELECT message_id FROM decisions WHERE kb = $1 AND customer_id = $2";
        let of_tickets = "SELECT ticket_id FROM decisions WHERE kb = $1 AND customer_id = $2 AND ticket_id IS NOT NULL";
        let mut forgotten = Forgotten::default();
        // Decisions last: the others are found through them.
        for (count, sql) in [
            (&mut forgotten.feedback, format!("DELETE FROM feedback WHERE kb = $1 AND message_id IN ({of_messages})")),
            (
                &mut forgotten.ratings,
                format!("DELETE FROM ratings WHERE kb = $1 AND conversation_id IN ({CONVERSATIONS})"),
            ),
            (
                &mut forgotten.events,
                format!("DELETE FROM conversation_events WHERE kb = $1 AND conversation_id IN ({CONVERSATIONS})"),
            ),
            (
                &mut forgotten.ticket_steps,
                format!("DELETE FROM ticket_steps WHERE kb = $1 AND (customer_id = $2 OR ticket_id IN ({of_tickets}))"),
            ),
        ] {
            *count = removed(sql).execute(&mut *transaction).await?.rows_affected();
        }
        removed("DELETE FROM turns WHERE kb = $1 AND customer_id = $2".to_owned()).execute(&mut *transaction).await?;
        let messages = removed("DELETE FROM decisions WHERE kb = $1 AND customer_id = $2".to_owned());
        forgotten.messages = messages.execute(&mut *transaction).await?.rows_affected();
        // Others may have written in the same conversation.
        settle(&mut transaction, kb, &conversations, &mut totals).await?;
        totals.bring_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }
}
