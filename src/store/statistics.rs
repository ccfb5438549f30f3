//! Numbers over what is stored: any combination of dimensions, one row a combination that occurs.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use utoipa::ToSchema;

use super::apply::plain;
use super::database::Store;
use super::error::StoreError;

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Hour,
    Day,
    /// Beginning on Monday.
    Week,
    Channel,
    SkillGroup,
    Category,
    FaqId,
    Decision,
    Reason,
    CustomerTier,
    InputType,
    CorpusVersion,
    ModelVersion,
    Key,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// First moment counted.
    pub from: Timestamp,
    /// First moment not counted any more.
    pub to: Timestamp,
    /// Columns, in this order; one row over everything where empty.
    pub by: Vec<Dimension>,
    /// In which hours, days and weeks begin.
    pub zone: TimeZone,
    /// Only decisions in which these columns have these values.
    pub only: Vec<(Dimension, String)>,
}

/// One combination of dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatisticsRow {
    /// In the order asked for; hours, days and weeks as their beginning in the zone. `null` where nothing was given.
    pub dimensions: Vec<Option<String>>,
    #[serde(flatten)]
    pub measures: Measures,
}

/// Figures of one row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Measures {
    /// Decisions, small talk included.
    pub decisions: i64,
    pub answer: i64,
    pub suggest: i64,
    pub handoff: i64,
    pub smalltalk: i64,
    pub route: i64,
    pub review: i64,
    /// `answer` by `answer + suggest + handoff`; small talk counts neither way.
    pub direct_answer_rate: Option<f64>,
    /// Conversations that asked something answerable: small talk and a plain wish for a human are none.
    pub conversations: i64,
    /// Of these, the ones in which nothing was handed off.
    pub self_served: i64,
    /// `self_served` by `conversations`.
    pub self_service_rate: Option<f64>,
    /// Decisions whose last feedback is good.
    pub good: i64,
    pub bad: i64,
    /// Decisions whose last feedback names the right entry or group.
    pub corrected: i64,
    /// Of the durations of decisions, in milliseconds.
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub p99_ms: Option<f64>,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 14] = [
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Channel,
        Self::SkillGroup,
        Self::Category,
        Self::FaqId,
        Self::Decision,
        Self::Reason,
        Self::CustomerTier,
        Self::InputType,
        Self::CorpusVersion,
        Self::ModelVersion,
        Self::Key,
    ];

    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Channel => "channel",
            Self::SkillGroup => "skill_group",
            Self::Category => "category",
            Self::FaqId => "faq_id",
            Self::Decision => "decision",
            Self::Reason => "reason",
            Self::CustomerTier => "customer_tier",
            Self::InputType => "input_type",
            Self::CorpusVersion => "corpus_version",
            Self::ModelVersion => "model_version",
            Self::Key => "key",
        }
    }

    /// The dimension of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Its value in a row of `decisions`.
    fn expression(self, query: &StatisticsQuery) -> String {
        // A Thursday began the count of seconds; weeks begin four days later.
        let (unit, shift) = match self {
            Self::Hour => (3_600, 0),
            Self::Day => (86_400, 0),
            Self::Week => (7 * 86_400, 3 * 86_400),
            _ => return format!("decisions.{}", self.name()),
        };
        let local = format!("(decisions.at / 1000000 + {} + {shift})", offset(query));
        format!("({local} / {unit} * {unit} - {shift})")
    }

    fn shown(self, seconds: i64) -> String {
        let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        if self == Self::Hour { moment.strftime("%Y-%m-%dT%H:00").to_string() } else { moment.date().to_string() }
    }

    fn is_of_time(self) -> bool {
        matches!(self, Self::Hour | Self::Day | Self::Week)
    }
}

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
    COUNT(DISTINCT CASE WHEN answerable AND NOT handed THEN conversation_id END) AS self_served";

impl Store {
    /// One row a combination, in the order of the dimensions.
    ///
    /// # Errors
    /// The database fails.
    pub async fn statistics(&self, kb: &str, query: &StatisticsQuery) -> Result<Vec<StatisticsRow>, StoreError> {
        let columns: Vec<String> = query.by.iter().map(|dimension| dimension.expression(query)).collect();
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
            let value = format!("CAST({} AS TEXT)", dimension.expression(query));
            let _ = write!(only, " AND {value} = ${}", at + 4);
        }
        let chosen = format!(
            "SELECT {named}decisions.*, last.rating AS last_rating,
                 COALESCE(last.faq_id, last.skill_group) AS last_correct,
                 (decision IN ('answer', 'suggest') OR (decision = 'handoff' AND reason <> 'human_requested')) AS answerable,
                 EXISTS (SELECT 1 FROM decisions AS other WHERE other.kb = decisions.kb
                     AND other.conversation_id = decisions.conversation_id AND other.decision = 'handoff') AS handed
             FROM decisions LEFT JOIN feedback AS last ON last.number =
                 (SELECT MAX(number) FROM feedback WHERE feedback.kb = decisions.kb
                      AND feedback.message_id = decisions.message_id)
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

fn row(
    query: &StatisticsQuery,
    sums: &sqlx::any::AnyRow,
    ranked: &sqlx::any::AnyRow,
) -> Result<StatisticsRow, StoreError> {
    let mut dimensions = Vec::with_capacity(query.by.len());
    for (at, dimension) in query.by.iter().enumerate() {
        dimensions.push(match dimension.is_of_time() {
            true => Some(dimension.shown(sums.try_get(at)?)),
            false => sums.try_get(at)?,
        });
    }
    let count = |name: &str| sums.try_get::<i64, _>(name);
    let share = |part: i64, all: i64| (all > 0).then(|| ratio(part, all));
    let milliseconds = |name: &str| ranked.try_get::<Option<i64>, _>(name).map(|us| us.map(|us| ratio(us, 1_000)));
    let (answer, suggest, handoff) = (count("answer")?, count("suggest")?, count("handoff")?);
    let (conversations, self_served) = (count("conversations")?, count("self_served")?);
    Ok(StatisticsRow {
        dimensions,
        measures: Measures {
            decisions: count("decisions")?,
            answer,
            suggest,
            handoff,
            smalltalk: count("smalltalk")?,
            route: count("route")?,
            review: count("review")?,
            direct_answer_rate: share(answer, answer + suggest + handoff),
            conversations,
            self_served,
            self_service_rate: share(self_served, conversations),
            good: count("good")?,
            bad: count("bad")?,
            corrected: count("corrected")?,
            p50_ms: milliseconds("p50")?,
            p95_ms: milliseconds("p95")?,
            p99_ms: milliseconds("p99")?,
        },
    })
}

/// Counts stay far below the numbers that a float cannot hold exactly.
fn ratio(part: i64, all: i64) -> f64 {
    SignedDuration::from_micros(part).as_secs_f64() / SignedDuration::from_micros(all).as_secs_f64()
}
