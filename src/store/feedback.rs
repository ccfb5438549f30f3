//! What people say of decisions and conversations. Committed before the call returns.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::database::Store;
use super::error::StoreError;
use super::totals::{Totals, judge, settle};
use super::values::plain;

/// A thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rating {
    Good,
    Bad,
}

/// Somebody's word on one decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub message_id: String,
    pub at: Timestamp,
    pub rating: Option<Rating>,
    pub labels: Vec<String>,
    /// Masked.
    pub comment: String,
    /// The right entry.
    pub faq_id: Option<String>,
    /// The right skill group.
    pub skill_group: Option<String>,
    /// Name of the API key that said it.
    pub key: String,
}

/// Whether a conversation helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRating {
    pub conversation_id: String,
    pub at: Timestamp,
    /// 0..=10, how likely the customer recommends the company.
    pub nps: Option<u8>,
    pub resolved: Option<bool>,
    pub key: String,
}

/// What a customer did with a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    Clicked,
    Ordered,
}

/// One thing a customer did in a conversation; the same thing twice counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationEvent {
    pub conversation_id: String,
    pub at: Timestamp,
    pub event: EventKind,
    /// What was recommended: an entry, a product, an order.
    pub item: String,
    pub key: String,
}

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// It is new.
    Added,
    /// It says what was said before; nothing changed.
    Unchanged,
    /// It replaces what was said before, which is kept as history.
    Changed,
}

impl Rating {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

impl EventKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Clicked => "clicked",
            Self::Ordered => "ordered",
        }
    }
}

/// Rating, labels, comment, entry and group of a row.
type Word = (Option<String>, String, String, Option<String>, Option<String>);

impl Store {
    /// Keeps a word on a decision. The same word again changes nothing; another one is added and counts from now on.
    ///
    /// # Errors
    /// The database fails; nothing is kept.
    pub async fn add_feedback(&self, kb: &str, feedback: &Feedback) -> Result<Stored, StoreError> {
        self.again(|| self.try_feedback(kb, feedback)).await
    }

    async fn try_feedback(&self, kb: &str, feedback: &Feedback) -> Result<Stored, StoreError> {
        let labels = serde_json::Value::from(feedback.labels.clone()).to_string();
        let rating = feedback.rating.map(Rating::name);
        let mut transaction = self.write().await?;
        let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
        let last: Option<Word> = sqlx::query_as(
            "SELECT rating, labels, comment, faq_id, skill_group FROM feedback
             WHERE kb = $1 AND message_id = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(kb)
        .bind(&feedback.message_id)
        .fetch_optional(&mut *transaction)
        .await?;
        let said = (
            rating.map(str::to_owned),
            labels.clone(),
            plain(&feedback.comment),
            feedback.faq_id.clone(),
            feedback.skill_group.clone(),
        );
        let stored = match &last {
            Some(last) if *last == said => return Ok(Stored::Unchanged),
            Some(_) => Stored::Changed,
            None => Stored::Added,
        };
        sqlx::query(
            "INSERT INTO feedback (kb, message_id, at, rating, labels, comment, faq_id, skill_group, key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(kb)
        .bind(&feedback.message_id)
        .bind(feedback.at.as_microsecond())
        .bind(rating)
        .bind(labels)
        .bind(plain(&feedback.comment))
        .bind(&feedback.faq_id)
        .bind(&feedback.skill_group)
        .bind(&feedback.key)
        .execute(&mut *transaction)
        .await?;
        judge(&mut transaction, kb, &feedback.message_id, &mut totals).await?;
        totals.bring_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(stored)
    }

    /// Keeps a rating of a conversation, as [`Store::add_feedback`] does.
    ///
    /// # Errors
    /// The database fails; nothing is kept.
    pub async fn rate_conversation(&self, kb: &str, rating: &ConversationRating) -> Result<Stored, StoreError> {
        self.again(|| self.try_rating(kb, rating)).await
    }

    async fn try_rating(&self, kb: &str, rating: &ConversationRating) -> Result<Stored, StoreError> {
        let said = (rating.nps.map(i64::from), rating.resolved.map(i64::from));
        let mut transaction = self.write().await?;
        let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
        let last: Option<(Option<i64>, Option<i64>)> = sqlx::query_as(
            "SELECT nps, resolved FROM ratings WHERE kb = $1 AND conversation_id = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(kb)
        .bind(plain(&rating.conversation_id))
        .fetch_optional(&mut *transaction)
        .await?;
        let stored = match last {
            Some(last) if last == said => return Ok(Stored::Unchanged),
            Some(_) => Stored::Changed,
            None => Stored::Added,
        };
        sqlx::query(
            "INSERT INTO ratings (kb, conversation_id, at, nps, resolved, key) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(kb)
        .bind(plain(&rating.conversation_id))
        .bind(rating.at.as_microsecond())
        .bind(said.0)
        .bind(said.1)
        .bind(&rating.key)
        .execute(&mut *transaction)
        .await?;
        settle(&mut transaction, kb, &[plain(&rating.conversation_id)].into(), &mut totals).await?;
        totals.bring_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(stored)
    }

    /// Keeps what a customer did; the same twice counts once, at the first time.
    ///
    /// # Errors
    /// The database fails; nothing is kept.
    pub async fn add_conversation_event(&self, kb: &str, event: &ConversationEvent) -> Result<Stored, StoreError> {
        let mut transaction = self.add().await?;
        let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
        let added = sqlx::query(
            "INSERT INTO conversation_events (kb, conversation_id, at, event, item, key)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(kb)
        .bind(plain(&event.conversation_id))
        .bind(event.at.as_microsecond())
        .bind(event.event.name())
        .bind(plain(&event.item))
        .bind(&event.key)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        settle(&mut transaction, kb, &[plain(&event.conversation_id)].into(), &mut totals).await?;
        totals.bring_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(if added > 0 { Stored::Added } else { Stored::Unchanged })
    }
}
