//! Counts decisions in the database, row by row.

use sqlx::Row as _;

use super::measures::{Durations, StatisticsQuery, StatisticsRow, row};
use super::zone_offset::offset;
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::values::plain;

/// The second of a decision.
const SECOND: &str = "decisions.at / 1000000";

/// How a query is grouped and ordered: its columns are `d0`, `d1` and so on.
pub(super) struct Grouping {
    /// The columns, named, each followed by a comma.
    pub(super) named: String,
    /// Their names, each followed by a comma.
    pub(super) listed: String,
    pub(super) grouped: String,
    pub(super) ordered: String,
}

impl Grouping {
    /// Over these expressions.
    pub(super) fn by(columns: &[String]) -> Self {
        let keys: Vec<String> = (0..columns.len()).map(|at| format!("d{at}")).collect();
        let (grouped, ordered) = match keys.is_empty() {
            true => (String::new(), String::new()),
            false => (
                format!(" GROUP BY {}", keys.join(", ")),
                format!(" ORDER BY {} NULLS FIRST", keys.join(" NULLS FIRST, ")),
            ),
        };
        Self {
            named: columns.iter().enumerate().map(|(at, column)| format!("{column} AS d{at}, ")).collect(),
            listed: keys.iter().map(|key| format!("{key}, ")).collect(),
            grouped,
            ordered,
        }
    }
}

/// Marks and the measures that are their sums.
const SUMS: [(&str, &str); 14] = [
    ("opens", "conversations"),
    ("self_served", "self_served"),
    ("nps_rated", "nps_ratings"),
    ("promoter", "promoters"),
    ("detractor", "detractors"),
    ("resolution_rated", "resolution_ratings"),
    ("resolved", "resolved"),
    ("clicked", "clicked"),
    ("ordered", "ordered"),
    ("good", "good"),
    ("bad", "bad"),
    ("corrected", "corrected"),
    ("reviewed", "reviewed"),
    ("reviewed_right", "reviewed_right"),
];

/// Every sum of a group; `decisions` is how many decisions a row stands for.
pub(super) fn sums(decisions: &str) -> String {
    let sum = |what: &str, name: &str| format!("CAST(COALESCE(SUM({what}), 0) AS BIGINT) AS {name}");
    let kinds = ["answer", "suggest", "handoff", "smalltalk", "route", "review"]
        .map(|kind| sum(&format!("CASE WHEN decision = '{kind}' THEN {decisions} ELSE 0 END"), kind));
    let marks = SUMS.map(|(mark, name)| sum(mark, name));
    let all: Vec<String> = std::iter::once(sum(decisions, "decisions")).chain(kinds).chain(marks).collect();
    all.join(", ")
}

impl Store {
    /// Counts row by row: one row a combination, in the order of the dimensions.
    pub(super) async fn counted_statistics(
        &self,
        kb: &str,
        query: &StatisticsQuery,
    ) -> Result<Vec<StatisticsRow>, StoreError> {
        let offset = offset(query, SECOND);
        let columns: Vec<String> =
            query.by.iter().map(|dimension| dimension.expression(SECOND, &offset, dimension.name())).collect();
        let Grouping { named, listed, grouped, ordered } = Grouping::by(&columns);
        let mut chosen = "FROM decisions WHERE kb = $1 AND at >= $2 AND at < $3".to_owned();
        for (at, (dimension, _)) in query.only.iter().enumerate() {
            chosen += &format!(" AND {} = ${}", dimension.name(), at + 4);
        }
        let bounds = (query.from.as_microsecond(), query.to.as_microsecond());
        let counted = format!("SELECT {named}{} {chosen}{grouped}{ordered}", sums("1"));
        let counted = bound(kb, bounds, query, counted).fetch_all(self.read()?).await?;
        // Nearest rank: the value below or at which the share of all lies.
        let partition = match listed.trim_end_matches(", ") {
            "" => String::new(),
            keys => format!("PARTITION BY {keys} "),
        };
        let ranked = format!(
            "WITH chosen AS (SELECT {named}duration_us {chosen}), ranked AS (SELECT {listed}duration_us,
                 ROW_NUMBER() OVER ({partition}ORDER BY duration_us) AS place,
                 COUNT(*) OVER ({}) AS n FROM chosen)
             SELECT {listed}MIN(CASE WHEN place * 100 >= n * 50 THEN duration_us END) AS p50,
                 MIN(CASE WHEN place * 100 >= n * 95 THEN duration_us END) AS p95,
                 MIN(CASE WHEN place * 100 >= n * 99 THEN duration_us END) AS p99
             FROM ranked{grouped}{ordered}",
            partition.trim_end(),
        );
        let ranked = bound(kb, bounds, query, ranked).fetch_all(self.read()?).await?;
        let durations = |ranked: &sqlx::any::AnyRow| -> Result<Durations, sqlx::Error> {
            Ok(Durations { p50: ranked.try_get("p50")?, p95: ranked.try_get("p95")?, p99: ranked.try_get("p99")? })
        };
        counted.iter().zip(&ranked).map(|(counted, ranked)| row(query, counted, &durations(ranked)?)).collect()
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The query with its values; every name in it is one of ours.
pub(super) fn bound<'q>(kb: &str, (from, to): (i64, i64), query: &StatisticsQuery, sql: String) -> Query<'q> {
    let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kb.to_owned()).bind(from).bind(to);
    query.only.iter().fold(sql, |sql, (_, value)| sql.bind(plain(value)))
}
