//! Brings the marks of decisions up to date with what was said and decided since, and the sums with the marks.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::counted::{Counted, MARKS, counted_where};
use super::sums::Totals;
use crate::store::error::StoreError;

/// Marks of a decision's conversation; the others are of what was said of the decision itself.
const OF_CONVERSATION: usize = 9;
/// Conversations asked about in one statement.
const CONVERSATIONS: usize = 200;

/// Whether a decision was on something answerable, which a plain wish for a human is not.
const ANSWERABLE: &str =
    "(decision IN ('answer', 'suggest') OR (decision = 'handoff' AND reason <> 'human_requested'))";

/// What counts of a conversation, and with which of its decisions.
struct Standing {
    /// The decision with which it is counted; none where it has none.
    leading: Option<String>,
    /// The one with which it was counted.
    before: Option<String>,
    marks: [i64; OF_CONVERSATION],
}

/// Counts conversations as they stand now.
pub(in crate::store) async fn settle(
    connection: &mut AnyConnection,
    kb: &str,
    conversations: &BTreeSet<String>,
    totals: &mut Totals,
) -> Result<(), StoreError> {
    let all: Vec<&str> = conversations.iter().map(String::as_str).collect();
    for ids in all.chunks(CONVERSATIONS) {
        let standings = standings(connection, kb, ids).await?;
        let messages: Vec<&str> =
            standings.iter().flat_map(|one| [&one.leading, &one.before]).flatten().map(String::as_str).collect();
        if messages.is_empty() {
            continue;
        }
        let condition = format!("message_id IN ({})", listed(1, messages.len()));
        let rows = counted_where(connection, &condition, &messages).await?;
        let mut rows: BTreeMap<String, Counted> = rows.into_iter().map(|row| (row.message_id.clone(), row)).collect();
        for standing in &standings {
            let former = standing.before.as_ref().filter(|before| Some(*before) != standing.leading.as_ref());
            if let Some(row) = former.and_then(|id| rows.get_mut(id)) {
                change(connection, row, [0; OF_CONVERSATION], false, totals).await?;
            }
            if let Some(row) = standing.leading.as_ref().and_then(|id| rows.get_mut(id)) {
                let is_new = standing.before != standing.leading;
                if is_new || !row.marks.starts_with(&standing.marks) {
                    change(connection, row, standing.marks, true, totals).await?;
                }
            }
        }
    }
    Ok(())
}

/// Gives a decision the marks of its conversation.
async fn change(
    connection: &mut AnyConnection,
    row: &mut Counted,
    marks: [i64; OF_CONVERSATION],
    leads: bool,
    totals: &mut Totals,
) -> Result<(), StoreError> {
    let before = row.marks;
    for (mark, now) in row.marks.iter_mut().zip(marks) {
        *mark = now;
    }
    totals.mark(row, &before);
    let mut sets: Vec<String> =
        MARKS.iter().take(OF_CONVERSATION).enumerate().map(|(at, name)| format!("{name} = ${}", at + 3)).collect();
    sets.push("leads = $2".to_owned());
    let sql = format!("UPDATE decisions SET {} WHERE message_id = $1", sets.join(", "));
    let update = sqlx::query(AssertSqlSafe(sql)).bind(&row.message_id).bind(i64::from(leads));
    let update = marks.into_iter().fold(update, |update, mark| update.bind(mark));
    update.execute(connection).await?;
    Ok(())
}

/// How conversations stand.
async fn standings(connection: &mut AnyConnection, kb: &str, ids: &[&str]) -> Result<Vec<Standing>, StoreError> {
    let told: Vec<String> = (0..ids.len()).map(|at| format!("(CAST(${} AS TEXT))", at + 2)).collect();
    let of = |table: &str| format!("{table}.kb = $1 AND {table}.conversation_id = told.column1");
    let (own, handed) = (of("decisions"), format!("{} AND decisions.decision = 'handoff'", of("decisions")));
    let first = |condition: &str| {
        format!(
            "(SELECT message_id FROM decisions WHERE {own} AND conversation_id IS NOT NULL{condition}
              ORDER BY at, message_id LIMIT 1)"
        )
    };
    let event = of("conversation_events");
    let sql = format!(
        "SELECT {} AS answerable, {} AS earliest,
             (SELECT message_id FROM decisions WHERE {own} AND leads = 1 LIMIT 1) AS leading,
             CASE WHEN EXISTS (SELECT 1 FROM decisions WHERE {handed}) THEN 1 ELSE 0 END AS handed,
             rated.nps AS nps, rated.resolved AS was_resolved,
             CASE WHEN EXISTS (SELECT 1 FROM conversation_events WHERE {event}) THEN 1 ELSE 0 END AS did_click,
             CASE WHEN EXISTS (SELECT 1 FROM conversation_events WHERE {event} AND event = 'ordered') THEN 1 ELSE 0 END
                 AS did_order
         FROM (VALUES {}) AS told
         LEFT JOIN ratings AS rated ON rated.number = (SELECT MAX(number) FROM ratings WHERE {})",
        first(&format!(" AND {ANSWERABLE}")),
        first(""),
        told.join(", "),
        of("ratings")
    );
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(kb);
    let rows = ids.iter().fold(query, |query, id| query.bind(*id)).fetch_all(connection).await?;
    let mut standings = Vec::with_capacity(rows.len());
    for row in rows {
        let answerable: Option<String> = row.try_get("answerable")?;
        let does = |name: &str| row.try_get::<i64, _>(name).map(|number| number != 0);
        let (handed, clicked, ordered) = (does("handed")?, does("did_click")?, does("did_order")?);
        let (nps, resolved): (Option<i64>, Option<i64>) = (row.try_get("nps")?, row.try_get("was_resolved")?);
        let marks = [
            answerable.is_some(),
            answerable.is_some() && !handed,
            nps.is_some(),
            nps.is_some_and(|nps| nps >= 9),
            nps.is_some_and(|nps| nps <= 6),
            resolved.is_some(),
            resolved == Some(1),
            clicked,
            ordered,
        ];
        standings.push(Standing {
            leading: answerable.or(row.try_get("earliest")?),
            before: row.try_get("leading")?,
            marks: marks.map(i64::from),
        });
    }
    Ok(standings)
}

/// Counts what was said of decisions before they came in: feedback is committed at once, decisions take their way through
/// the journal.
pub(in crate::store) async fn judge_new(
    connection: &mut AnyConnection,
    kb: &str,
    message_ids: &[&str],
    totals: &mut Totals,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT DISTINCT message_id FROM feedback WHERE kb = $1 AND message_id IN ({})",
        listed(2, message_ids.len())
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(kb);
    let told: Vec<String> =
        message_ids.iter().fold(query, |query, id| query.bind(*id)).fetch_all(&mut *connection).await?;
    for message_id in told {
        judge(connection, kb, &message_id, totals).await?;
    }
    Ok(())
}

/// Counts what was said last of a decision.
pub(in crate::store) async fn judge(
    connection: &mut AnyConnection,
    kb: &str,
    message_id: &str,
    totals: &mut Totals,
) -> Result<(), StoreError> {
    let Some(mut row) = counted_where(connection, "kb = $1 AND message_id = $2", &[kb, message_id]).await?.pop() else {
        return Ok(());
    };
    let last: Option<(Option<String>, Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT rating, faq_id, skill_group FROM feedback WHERE kb = $1 AND message_id = $2 ORDER BY number DESC LIMIT 1",
    )
    .bind(kb)
    .bind(message_id)
    .fetch_optional(&mut *connection)
    .await?;
    let (rating, faq_id, group) = last.unwrap_or_default();
    let is_inspected = matches!(row.decision.as_str(), "answer" | "route");
    let is_right = match (row.decision.as_str(), &faq_id, &group) {
        ("answer", Some(right), _) => right == row.value("faq_id"),
        ("route", _, Some(right)) => right == row.value("skill_group"),
        _ => is_inspected && rating.as_deref() == Some("good"),
    };
    let said = [
        rating.as_deref() == Some("good"),
        rating.as_deref() == Some("bad"),
        faq_id.is_some() || group.is_some(),
        is_inspected && (rating.is_some() || faq_id.is_some() || group.is_some()),
        is_right,
    ];
    let before = row.marks;
    for (mark, now) in row.marks.iter_mut().skip(OF_CONVERSATION).zip(said) {
        *mark = i64::from(now);
    }
    totals.mark(&row, &before);
    let sets: Vec<String> =
        MARKS.iter().skip(OF_CONVERSATION).enumerate().map(|(at, name)| format!("{name} = ${}", at + 2)).collect();
    let update = sqlx::query(AssertSqlSafe(format!("UPDATE decisions SET {} WHERE message_id = $1", sets.join(", "))));
    let update = said.into_iter().fold(update.bind(message_id), |update, mark| update.bind(i64::from(mark)));
    update.execute(connection).await?;
    Ok(())
}

/// `$1, $2` and so on, from a number on.
fn listed(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..from + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}
