//! Rows of decisions and turns, and how they become values again.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AnyPool, AssertSqlSafe, Row as _};
use utoipa::ToSchema;

use super::database::Store;
use super::error::StoreError;
use super::stored_turn::StoredTurn;
use super::values::plain;
use crate::conversation::{ConversationKey, Turn};

/// A decision as it is stored, with the last word on it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KeptMessage {
    pub message_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub channel: Option<String>,
    pub conversation_id: Option<String>,
    pub ticket_id: Option<String>,
    /// Masked.
    pub text: String,
    pub decision: String,
    pub faq_id: Option<String>,
    pub skill_group: Option<String>,
    pub reason: Option<String>,
    /// Of the last feedback.
    pub rating: Option<String>,
    /// Of the last feedback; masked.
    pub comment: Option<String>,
}

/// Microseconds as a moment; those of our own rows are always in range.
pub(in crate::store) fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Decisions where `condition` holds over `$1` (knowledge base) and `$2`.
pub(in crate::store) async fn kept_messages(
    pool: &AnyPool,
    condition: &str,
    kb: &str,
    value: &str,
) -> Result<Vec<KeptMessage>, StoreError> {
    let sql = format!(
        "SELECT d.message_id, d.at, d.channel, d.conversation_id, d.ticket_id, d.text, d.decision, d.faq_id,
             d.skill_group, d.reason, last.rating, last.comment
         FROM (SELECT * FROM decisions WHERE {condition}) AS d
         LEFT JOIN feedback AS last ON last.number =
             (SELECT MAX(number) FROM feedback WHERE feedback.kb = d.kb AND feedback.message_id = d.message_id)
         ORDER BY d.at, d.message_id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(kb).bind(plain(value)).fetch_all(pool).await?;
    rows.iter()
        .map(|row| {
            Ok(KeptMessage {
                message_id: row.try_get("message_id")?,
                at: moment(row.try_get("at")?),
                channel: row.try_get("channel")?,
                conversation_id: row.try_get("conversation_id")?,
                ticket_id: row.try_get("ticket_id")?,
                text: row.try_get("text")?,
                decision: row.try_get("decision")?,
                faq_id: row.try_get("faq_id")?,
                skill_group: row.try_get("skill_group")?,
                reason: row.try_get("reason")?,
                rating: row.try_get("rating")?,
                comment: row.try_get("comment")?,
            })
        })
        .collect()
}

impl Store {
    /// A decision by its name. One that was made just now is waited for.
    ///
    /// # Errors
    /// The database fails, or what was decided last is still on its way to it.
    pub async fn message(&self, kb: &str, message_id: &str) -> Result<Option<KeptMessage>, StoreError> {
        let condition = "kb = $1 AND message_id = $2";
        let found = kept_messages(self.read()?, condition, kb, message_id).await?.pop();
        if found.is_some() {
            return Ok(found);
        }
        self.caught_up().await?;
        Ok(kept_messages(self.read()?, condition, kb, message_id).await?.pop())
    }

    /// Whether anything was decided in a conversation.
    ///
    /// # Errors
    /// As [`Store::message`].
    pub async fn conversation_exists(&self, kb: &str, conversation_id: &str) -> Result<bool, StoreError> {
        let sql = "SELECT message_id FROM decisions WHERE kb = $1 AND conversation_id = $2 LIMIT 1";
        let asked = || sqlx::query_scalar::<_, String>(sql).bind(kb.to_owned()).bind(plain(conversation_id));
        if asked().fetch_optional(self.read()?).await?.is_some() {
            return Ok(true);
        }
        self.caught_up().await?;
        Ok(asked().fetch_optional(self.read()?).await?.is_some())
    }

    /// Turns since a moment, oldest first, to go on with conversations after a start.
    ///
    /// # Errors
    /// The database fails.
    pub async fn turns_since(&self, since: Timestamp) -> Result<Vec<StoredTurn>, StoreError> {
        let rows = sqlx::query(
            "SELECT kb, conversation_id, customer_id, named, turn FROM turns WHERE at >= $1 ORDER BY at, message_id",
        )
        .bind(since.as_microsecond())
        .fetch_all(self.read()?)
        .await?;
        let mut turns = Vec::with_capacity(rows.len());
        for row in rows {
            let text: String = row.try_get("turn")?;
            // A turn that a newer program wrote otherwise only shortens a conversation.
            let Ok(turn) = serde_json::from_str(&text) else { continue };
            let named: i64 = row.try_get("named")?;
            turns.push(StoredTurn {
                kb: row.try_get("kb")?,
                conversation_id: row.try_get("conversation_id")?,
                customer_id: row.try_get("customer_id")?,
                named: named != 0,
                turn,
            });
        }
        Ok(turns)
    }

    /// Turns under a key since a moment, oldest first, each with the id of its conversation.
    pub(in crate::store) async fn turns_under(
        &self,
        key: &ConversationKey,
        since: Timestamp,
    ) -> Result<Vec<(String, Turn)>, StoreError> {
        let (column, kb, id) = match key {
            ConversationKey::Conversation { kb, id } => ("conversation_id = $2 AND named = 1", kb, id),
            ConversationKey::Customer { kb, id } => ("customer_id = $2", kb, id),
        };
        let sql = format!(
            "SELECT conversation_id, turn FROM turns WHERE kb = $1 AND {column} AND at >= $3 ORDER BY at, message_id"
        );
        let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(kb)
            .bind(plain(id))
            .bind(since.as_microsecond())
            .fetch_all(self.read()?)
            .await?;
        let turns = rows.into_iter().filter_map(|(id, turn)| Some((id, serde_json::from_str(&turn).ok()?)));
        Ok(turns.collect())
    }
}
