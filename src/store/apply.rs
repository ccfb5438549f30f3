//! Brings entries of the journal into the database, in one transaction with the place up to which they reach.

use sqlx::{Any, AnyConnection, AnyPool, QueryBuilder};

use super::database::Store;
use super::error::StoreError;
use super::journal::{Entry, Position};
use super::stored_turn::StoredTurn;
use crate::record::{DecisionRecord, RecordedDecision};

/// Rows of one statement: far below the number of values that a statement may have.
const ROWS: usize = 200;

impl Store {
    /// Applies entries that follow the place where the database stands.
    pub(super) async fn apply(&self, entries: &[Entry], next: Position) -> Result<(), StoreError> {
        let decisions: Vec<&DecisionRecord> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Decision(record) => Some(record.as_ref()),
                Entry::Turn(_) => None,
            })
            .collect();
        let turns: Vec<&StoredTurn> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Turn(turn) => Some(turn.as_ref()),
                Entry::Decision(_) => None,
            })
            .collect();
        let mut transaction = self.add().await?;
        for rows in decisions.chunks(ROWS) {
            insert_decisions(&mut transaction, rows).await?;
        }
        for rows in turns.chunks(ROWS) {
            insert_turns(&mut transaction, rows).await?;
        }
        sqlx::query(
            "INSERT INTO journal_positions (journal, segment, byte) VALUES ($1, $2, $3)
             ON CONFLICT (journal) DO UPDATE SET segment = excluded.segment, byte = excluded.byte",
        )
        .bind(self.inner().journal_name.as_str())
        .bind(stored(next.segment))
        .bind(stored(next.byte))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Up to where a journal is in a database; the very beginning where nothing is. A journal from before they had names
/// gets its name.
pub(super) async fn applied(pool: &AnyPool, journal: &str) -> Result<Position, StoreError> {
    sqlx::query(
        "UPDATE journal_positions SET journal = $1
         WHERE journal = '' AND NOT EXISTS (SELECT 1 FROM journal_positions AS named WHERE named.journal = $1)",
    )
    .bind(journal)
    .execute(pool)
    .await?;
    let row: Option<(i64, i64)> = sqlx::query_as("SELECT segment, byte FROM journal_positions WHERE journal = $1")
        .bind(journal)
        .fetch_optional(pool)
        .await?;
    let place = |(segment, byte): (i64, i64)| Position { segment: segment.unsigned_abs(), byte: byte.unsigned_abs() };
    Ok(row.map_or_else(Position::default, place))
}

/// A text without the character that PostgreSQL takes in none.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn insert_decisions(connection: &mut AnyConnection, rows: &[&DecisionRecord]) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Any>::new(
        "INSERT INTO decisions (message_id, kb, at, channel, input_type, customer_id, conversation_id, customer_tier,
             ticket_id, text, hidden, decision, faq_id, category, skill_group, confidence, reason, candidates,
             corpus_version, model_version, duration_us, key) ",
    );
    insert.push_values(rows, |mut row, record| {
        let outcome = &record.outcome;
        row.push_bind(&record.message_id)
            .push_bind(&record.kb)
            .push_bind(record.at.as_microsecond())
            .push_bind(record.channel.as_deref().map(plain))
            .push_bind(record.input_type.map(crate::record::InputType::name))
            .push_bind(record.customer_id.as_deref().map(plain))
            .push_bind(record.conversation_id.as_deref().map(plain))
            .push_bind(record.customer_tier.as_deref().map(plain))
            .push_bind(record.ticket_id.as_deref().map(plain))
            .push_bind(plain(&record.text.text))
            .push_bind(serde_json::to_string(&record.text.hidden).unwrap_or_default())
            .push_bind(decision_name(record))
            .push_bind(&outcome.faq_id)
            .push_bind(&outcome.category)
            .push_bind(&outcome.skill_group)
            .push_bind(outcome.confidence)
            .push_bind(&outcome.reason)
            .push_bind(serde_json::to_string(&outcome.candidates).unwrap_or_default())
            .push_bind(&record.corpus_version)
            .push_bind(&record.model_version)
            .push_bind(stored(record.duration_us))
            .push_bind(&record.key);
    });
    // The same decision again, from a journal that was restored beside a newer database, counts once.
    insert.push(" ON CONFLICT DO NOTHING");
    insert.build().execute(connection).await?;
    Ok(())
}

/// Small talk is neither answered nor unanswered and has a name of its own. An answer about the customer's own ticket has
/// no entry either, but a reason.
fn decision_name(record: &DecisionRecord) -> &'static str {
    match record.outcome.decision {
        RecordedDecision::Answer if record.outcome.faq_id.is_none() && record.outcome.reason.is_none() => "smalltalk",
        decision => decision.name(),
    }
}

async fn insert_turns(connection: &mut AnyConnection, rows: &[&StoredTurn]) -> Result<(), StoreError> {
    let mut insert =
        QueryBuilder::<Any>::new("INSERT INTO turns (message_id, kb, at, conversation_id, customer_id, named, turn) ");
    insert.push_values(rows, |mut row, stored| {
        row.push_bind(&stored.turn.message_id)
            .push_bind(&stored.kb)
            .push_bind(stored.turn.at.as_microsecond())
            .push_bind(plain(&stored.conversation_id))
            .push_bind(stored.customer_id.as_deref().map(plain))
            .push_bind(i64::from(stored.named))
            .push_bind(serde_json::to_string(&stored.turn).unwrap_or_default());
    });
    insert.push(" ON CONFLICT DO NOTHING");
    insert.build().execute(connection).await?;
    Ok(())
}
