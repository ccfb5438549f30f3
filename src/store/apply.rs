//! Brings entries of the journal into the database, in one transaction with the place up to which they reach.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Row as _};

use super::database::Store;
use super::error::StoreError;
use super::journal::{Entry, Position};
use super::stored_turn::StoredTurn;
use super::totals::{Counted, Totals, judge_new, settle};
use super::values::{places, plain, stored};
use crate::record::{AuditEvent, DecisionRecord, RecordedDecision};

/// Rows of one statement: far below the number of values that a statement may have.
const ROWS: usize = 200;

impl Store {
    /// Applies entries that follow the place where the database stands.
    pub(super) async fn apply(&self, entries: &[Entry], next: Position) -> Result<(), StoreError> {
        let decisions: Vec<&DecisionRecord> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Decision(record) => Some(record.as_ref()),
                Entry::Turn(_) | Entry::Audit(_) => None,
            })
            .collect();
        let turns: Vec<&StoredTurn> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Turn(turn) => Some(turn.as_ref()),
                Entry::Decision(_) | Entry::Audit(_) => None,
            })
            .collect();
        let audited: Vec<&AuditEvent> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Audit(event) => Some(event.as_ref()),
                Entry::Decision(_) | Entry::Turn(_) => None,
            })
            .collect();
        let mut transaction = self.add().await?;
        if !decisions.is_empty() {
            let mut totals = Totals::begin(self.engine(), &mut transaction).await?;
            let mut conversations: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
            for rows in decisions.chunks(ROWS) {
                let mut new: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
                for (record, counted) in insert_decisions(&mut transaction, rows).await? {
                    totals.count(&counted, 1);
                    new.entry(&record.kb).or_default().push(&record.message_id);
                    conversations.entry(&record.kb).or_default().extend(counted.conversation_id);
                }
                for (kb, message_ids) in new {
                    judge_new(&mut transaction, kb, &message_ids, &mut totals).await?;
                }
            }
            for (kb, ids) in conversations {
                settle(&mut transaction, kb, &ids, &mut totals).await?;
            }
            totals.bring_in(&mut transaction).await?;
        }
        for rows in turns.chunks(ROWS) {
            insert_turns(&mut transaction, rows).await?;
        }
        insert_events(&mut transaction, &audited).await?;
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

/// Adds decisions; those that were not there.
async fn insert_decisions<'a>(
    connection: &mut AnyConnection,
    rows: &[&'a DecisionRecord],
) -> Result<Vec<(&'a DecisionRecord, Counted)>, StoreError> {
    // The same decision again, from a journal that was restored beside a newer database, counts once.
    let sql = format!(
        "INSERT INTO decisions (message_id, kb, at, channel, input_type, customer_id, conversation_id, customer_tier,
             ticket_id, text, hidden, decision, faq_id, category, skill_group, confidence, reason, candidates,
             corpus_version, model_version, duration_us, key) VALUES {} ON CONFLICT DO NOTHING RETURNING message_id",
        places(rows.len(), 22)
    );
    let mut insert = once(sql);
    for record in rows {
        let outcome = &record.outcome;
        insert = insert
            .bind(&record.message_id)
            .bind(&record.kb)
            .bind(record.at.as_microsecond())
            .bind(record.channel.as_deref().map(plain))
            .bind(record.input_type.map(crate::record::InputType::name))
            .bind(record.customer_id.as_deref().map(plain))
            .bind(record.conversation_id.as_deref().map(plain))
            .bind(record.customer_tier.as_deref().map(plain))
            .bind(record.ticket_id.as_deref().map(plain))
            .bind(plain(&record.text.text))
            .bind(serde_json::to_string(&record.text.hidden).unwrap_or_default())
            .bind(decision_name(record))
            .bind(&outcome.faq_id)
            .bind(&outcome.category)
            .bind(&outcome.skill_group)
            .bind(outcome.confidence)
            .bind(&outcome.reason)
            .bind(serde_json::to_string(&outcome.candidates).unwrap_or_default())
            .bind(&record.corpus_version)
            .bind(&record.model_version)
            .bind(stored(record.duration_us))
            .bind(&record.key);
    }
    let mut added = BTreeSet::new();
    for row in insert.fetch_all(connection).await? {
        added.insert(row.try_get::<String, _>(0)?);
    }
    // The first of two of one name is the one that was added.
    let new = rows.iter().filter(|record| added.remove(&record.message_id));
    Ok(new.map(|record| (*record, Counted::new(record, decision_name(record), plain))).collect())
}

/// A statement that is not kept prepared: there is one for every number of rows, and what is absent has another type than
/// what is there (sqlx gives an absent `f64` the type of an `f32`).
fn once(sql: String) -> Query<'static, Any, AnyArguments> {
    sqlx::query(AssertSqlSafe(sql)).persistent(false)
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
    let sql = format!(
        "INSERT INTO turns (message_id, kb, at, conversation_id, customer_id, named, turn) VALUES {}
         ON CONFLICT DO NOTHING",
        places(rows.len(), 7)
    );
    let mut insert = once(sql);
    for stored in rows {
        insert = insert
            .bind(&stored.turn.message_id)
            .bind(&stored.kb)
            .bind(stored.turn.at.as_microsecond())
            .bind(plain(&stored.conversation_id))
            .bind(stored.customer_id.as_deref().map(plain))
            .bind(i64::from(stored.named))
            .bind(serde_json::to_string(&stored.turn).unwrap_or_default());
    }
    insert.execute(connection).await?;
    Ok(())
}

async fn insert_events(connection: &mut AnyConnection, events: &[&AuditEvent]) -> Result<(), StoreError> {
    for event in events {
        sqlx::query(
            "INSERT INTO audit (id, kb, at, key, action, from_version, to_version, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(&event.id)
        .bind(&event.kb)
        .bind(event.at.as_microsecond())
        .bind(plain(&event.key))
        .bind(event.action.name())
        .bind(&event.from_version)
        .bind(&event.to_version)
        .bind(event.reason.as_deref().map(plain))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
