//! Counts decisions in the database.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::measures::{StatisticsQuery, StatisticsRow, row};
use crate::store::apply::plain;
use crate::store::database::Store;
use crate::store::error::StoreError;

/// Seconds that the zone is ahead of UTC at `at`: a number, or a choice where it changes within the query.
fn offset(query: &StatisticsQuery) -> String {
    let seconds = |at: Timestamp| query.zone.to_offset(at).seconds();
    let changes: Vec<Timestamp> =
        query.zone.following(query.from).map(|change| change.timestamp()).take_while(|at| *at < query.to).collect();
    if changes.is_empty() {
        return seconds(query.from).to_string();
    }
    let mut choice = String::from("CASE");
    let mut before = seconds(query.from);
    for change in changes {
        // Writing to a string cannot fail.
        let _ = write!(choice, " WHEN decisions.at < {} THEN {before}", change.as_microsecond());
        before = seconds(change);
    }
    let _ = write!(choice, " ELSE {before} END");
    choice
}

/// Sums over a group of decisions; `last` is the last feedback of each.
const SUMS: &str = "COUNT(*) AS decisions,
    COUNT(CASE WHEN decision = 'answer' THEN 1 END) AS answer,
    COUNT(CASE WHEN decision = 'suggest' THEN 1 END) AS suggest,
    COUNT(CASE WHEN decision = 'handoff' THEN 1 END) AS handoff,
    COUNT(CASE WHEN decision = 'smalltalk' THEN 1 END) AS smalltalk,
    COUNT(CASE WHEN decision = 'route' THEN 1 END) AS route,
    COUNT(CASE WHEN decision = 'review' THEN 1 END) AS review,
    COUNT(CASE WHEN last_rating = 'good' THEN 1 END) AS good,
    COUNT(CASE WHEN last_rating = 'bad' THEN 1 END) AS bad,
    COUNT(CASE WHEN last_correct IS NOT NULL THEN 1 END) AS corrected,
    COUNT(DISTINCT CASE WHEN answerable THEN conversation_id END) AS conversations,
    COUNT(DISTINCT CASE WHEN answerable AND NOT handed THEN conversation_id END) AS self_served,
    COUNT(CASE WHEN reviewed THEN 1 END) AS reviewed,
    COUNT(CASE WHEN reviewed AND
        CASE WHEN decision = 'answer' AND last_faq_id IS NOT NULL THEN last_faq_id = faq_id
             WHEN decision = 'route' AND last_group IS NOT NULL THEN last_group = skill_group
             ELSE COALESCE(last_rating, '') = 'good' END THEN 1 END) AS reviewed_right,
    COUNT(DISTINCT CASE WHEN nps IS NOT NULL THEN conversation_id END) AS nps_ratings,
    COUNT(DISTINCT CASE WHEN nps >= 9 THEN conversation_id END) AS promoters,
    COUNT(DISTINCT CASE WHEN nps <= 6 THEN conversation_id END) AS detractors,
    COUNT(DISTINCT CASE WHEN was_resolved IS NOT NULL THEN conversation_id END) AS resolution_ratings,
    COUNT(DISTINCT CASE WHEN was_resolved = 1 THEN conversation_id END) AS resolved,
    COUNT(DISTINCT CASE WHEN did_click THEN conversation_id END) AS clicked,
    COUNT(DISTINCT CASE WHEN did_order THEN conversation_id END) AS ordered";

/// Whether the customer of a decision's conversation did something with a recommendation.
const DID: &str = "EXISTS (SELECT 1 FROM conversation_events AS event WHERE event.kb = decisions.kb
    AND event.conversation_id = decisions.conversation_id";

impl Store {
    /// One row a combination, in the order of the dimensions.
    ///
    /// # Errors
    /// The database fails.
    pub async fn statistics(&self, kb: &str, query: &StatisticsQuery) -> Result<Vec<StatisticsRow>, StoreError> {
        let offset = offset(query);
        let columns: Vec<String> = query.by.iter().map(|dimension| dimension.expression(&offset)).collect();
        let named: String = columns.iter().enumerate().map(|(at, column)| format!("{column} AS d{at}, ")).collect();
        let keys: Vec<String> = (0..columns.len()).map(|at| format!("d{at}")).collect();
        let (grouped, ordered) = match keys.is_empty() {
            true => (String::new(), String::new()),
            false => (
                format!(" GROUP BY {}", keys.join(", ")),
                format!(" ORDER BY {} NULLS FIRST", keys.join(" NULLS FIRST, ")),
            ),
        };
        let partition = if keys.is_empty() { String::new() } else { format!("PARTITION BY {} ", keys.join(", ")) };
        let mut only = String::new();
        for (at, (dimension, _)) in query.only.iter().enumerate() {
            let value = format!("CAST({} AS TEXT)", dimension.expression(&offset));
            let _ = write!(only, " AND {value} = ${}", at + 4);
        }
        let chosen = format!(
            "SELECT {named}decisions.*, last.rating AS last_rating,
                 COALESCE(last.faq_id, last.skill_group) AS last_correct,
                 last.faq_id AS last_faq_id, last.skill_group AS last_group,
                 (decision IN ('answer', 'route')
                     AND COALESCE(last.rating, last.faq_id, last.skill_group) IS NOT NULL) AS reviewed,
                 rated.nps AS nps, rated.resolved AS was_resolved,
                 {DID}) AS did_click, {DID} AND event.event = 'ordered') AS did_order,
                 (decision IN ('answer', 'suggest') OR (decision = 'handoff' AND reason <> 'human_requested')) AS answerable,
                 EXISTS (SELECT 1 FROM decisions AS other WHERE other.kb = decisions.kb
                     AND other.conversation_id = decisions.conversation_id AND other.decision = 'handoff') AS handed
             FROM decisions LEFT JOIN feedback AS last ON last.number =
                 (SELECT MAX(number) FROM feedback WHERE feedback.kb = decisions.kb
                      AND feedback.message_id = decisions.message_id)
             LEFT JOIN ratings AS rated ON rated.number =
                 (SELECT MAX(number) FROM ratings WHERE ratings.kb = decisions.kb
                      AND ratings.conversation_id = decisions.conversation_id)
             WHERE decisions.kb = $1 AND decisions.at >= $2 AND decisions.at < $3{only}"
        );
        let sums = format!("WITH chosen AS ({chosen}) SELECT {}{SUMS} FROM chosen{grouped}{ordered}", listed(&keys));
        let sums = bound(kb, query, sums).fetch_all(self.read()?).await?;
        // Nearest rank: the value below or at which the share of all lies.
        let ranked = format!(
            "WITH chosen AS ({chosen}), ranked AS (SELECT {}duration_us,
                 ROW_NUMBER() OVER ({partition}ORDER BY duration_us) AS place,
                 COUNT(*) OVER ({}) AS n FROM chosen)
             SELECT {}MIN(CASE WHEN place * 100 >= n * 50 THEN duration_us END) AS p50,
                 MIN(CASE WHEN place * 100 >= n * 95 THEN duration_us END) AS p95,
                 MIN(CASE WHEN place * 100 >= n * 99 THEN duration_us END) AS p99
             FROM ranked{grouped}{ordered}",
            listed(&keys),
            partition.trim_end(),
            listed(&keys)
        );
        let ranked = bound(kb, query, ranked).fetch_all(self.read()?).await?;
        sums.iter().zip(&ranked).map(|(sums, ranked)| row(query, sums, ranked)).collect()
    }
}

fn listed(keys: &[String]) -> String {
    keys.iter().map(|key| format!("{key}, ")).collect()
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The query with its values; every name in it is one of ours.
fn bound<'q>(kb: &str, query: &StatisticsQuery, sql: String) -> Query<'q> {
    let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kb.to_owned());
    let sql = sql.bind(query.from.as_microsecond()).bind(query.to.as_microsecond());
    query.only.iter().fold(sql, |sql, (_, value)| sql.bind(plain(value)))
}
