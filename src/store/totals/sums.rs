//! Changes of sums, and in which unit and bucket a decision counts.

use std::collections::BTreeMap;

use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};

use super::counted::{Counted, FACETS, MARKS};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::values::places;

/// Seconds of an hour and of a day.
pub(in crate::store) const HOUR: i64 = 3_600;
pub(in crate::store) const DAY: i64 = 24 * HOUR;
/// Seconds that the day of entries is ahead of UTC.
pub(in crate::store) const AHEAD: i64 = 8 * HOUR;
/// Rows of one statement.
const ROWS: usize = 100;

/// Number of decisions, then the marks in the order of [`MARKS`].
type Sums = [i64; MARKS.len() + 1];

/// Knowledge base, facet, first second of the unit, value, decision.
type Key = (String, &'static str, i64, String, String);

/// Changes of sums, until they are brought in.
#[derive(Debug, Default)]
pub(in crate::store) struct Totals {
    sums: BTreeMap<Key, Sums>,
    durations: BTreeMap<(String, i64, String, i64), i64>,
}

impl Totals {
    /// Begins to change what is counted. One transaction does at a time: with PostgreSQL the others wait here, with SQLite
    /// they waited already.
    pub(in crate::store) async fn begin(
        engine: Engine,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Self, StoreError> {
        if engine == Engine::Postgres {
            sqlx::query("UPDATE totals_turn SET turn = turn + 1 WHERE one = 1").execute(&mut **transaction).await?;
        }
        Ok(Self::default())
    }

    /// Counts a decision with its marks, or, with a sign of -1, no longer.
    pub(in crate::store) fn count(&mut self, row: &Counted, sign: i64) {
        let mut sums = [sign; MARKS.len() + 1];
        for (sum, mark) in sums.iter_mut().skip(1).zip(row.marks) {
            *sum = sign * mark;
        }
        self.add(row, &sums);
        let key = (row.kb.clone(), hour(row.at), row.value("channel").to_owned(), bucket(row.duration_us));
        *self.durations.entry(key).or_default() += sign;
    }

    /// Counts a decision whose marks have changed.
    pub(super) fn mark(&mut self, row: &Counted, before: &[i64; MARKS.len()]) {
        let mut sums = [0; MARKS.len() + 1];
        for (sum, (now, before)) in sums.iter_mut().skip(1).zip(row.marks.iter().zip(before)) {
            *sum = now - before;
        }
        self.add(row, &sums);
    }

    fn add(&mut self, row: &Counted, change: &Sums) {
        for (facet, value) in FACETS.into_iter().zip(&row.values) {
            let unit = if facet == "faq_id" { day(row.at) } else { hour(row.at) };
            let key = (row.kb.clone(), facet, unit, value.clone(), row.decision.clone());
            let sums = self.sums.entry(key).or_insert([0; MARKS.len() + 1]);
            for (sum, change) in sums.iter_mut().zip(change) {
                *sum += change;
            }
        }
    }

    /// Brings the changes in.
    pub(in crate::store) async fn bring_in(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let columns = format!("kb, facet, unit, value, decision, decisions, {}", MARKS.join(", "));
        let summed: Vec<String> = std::iter::once("decisions")
            .chain(MARKS)
            .map(|column| format!("{column} = totals.{column} + excluded.{column}"))
            .collect();
        let sums: Vec<(Key, Sums)> =
            self.sums.into_iter().filter(|(_, sums)| sums.iter().any(|sum| *sum != 0)).collect();
        for rows in sums.chunks(ROWS) {
            let places = places(rows.len(), MARKS.len() + 6);
            let sql = format!(
                "INSERT INTO totals ({columns}) VALUES {places}
                 ON CONFLICT (kb, facet, unit, value, decision) DO UPDATE SET {}",
                summed.join(", ")
            );
            let mut insert = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for ((kb, facet, unit, value, decision), sums) in rows {
                insert = insert.bind(kb).bind(*facet).bind(*unit).bind(value).bind(decision);
                for sum in sums {
                    insert = insert.bind(*sum);
                }
            }
            insert.execute(&mut *connection).await?;
        }
        let durations: Vec<_> = self.durations.into_iter().filter(|(_, decisions)| *decisions != 0).collect();
        for rows in durations.chunks(ROWS) {
            let sql = format!(
                "INSERT INTO duration_totals (kb, unit, channel, bucket, decisions) VALUES {}
                 ON CONFLICT (kb, unit, channel, bucket)
                 DO UPDATE SET decisions = duration_totals.decisions + excluded.decisions",
                places(rows.len(), 5)
            );
            let mut insert = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for ((kb, unit, channel, bucket), decisions) in rows {
                insert = insert.bind(kb).bind(*unit).bind(channel).bind(*bucket).bind(*decisions);
            }
            insert.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// First second of the hour of a moment in microseconds.
fn hour(at: i64) -> i64 {
    at.div_euclid(1_000_000).div_euclid(HOUR) * HOUR
}

/// First second of the day of UTC+8.
fn day(at: i64) -> i64 {
    (at.div_euclid(1_000_000) + AHEAD).div_euclid(DAY) * DAY - AHEAD
}

/// Beginnings of buckets within a power of ten (the E12 series of IEC 60063): none is wider than a fifth of its beginning
/// and a little.
const SERIES: [i64; 12] = [10, 12, 15, 18, 22, 27, 33, 39, 47, 56, 68, 82];
/// Powers of ten that have buckets, as factors of [`SERIES`]: from ten microseconds to eight seconds.
const POWERS: [i64; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// Where buckets begin, in microseconds, ascending; the last has no end.
fn beginnings() -> impl DoubleEndedIterator<Item = i64> {
    POWERS.into_iter().flat_map(|power| SERIES.into_iter().map(move |begin| begin * power))
}

/// The bucket of a duration: its first microsecond.
fn bucket(duration_us: i64) -> i64 {
    beginnings().rev().find(|begin| *begin <= duration_us).unwrap_or(0)
}

/// Middle of the bucket that begins here.
pub(in crate::store) fn middle(bucket: i64) -> i64 {
    beginnings().find(|begin| *begin > bucket).map_or(bucket, |end| i64::midpoint(bucket, end))
}

/// [`bucket`] in SQL.
pub(super) fn bucket_in_sql() -> String {
    let cases: String = beginnings().rev().map(|begin| format!(" WHEN duration_us >= {begin} THEN {begin}")).collect();
    format!("CASE{cases} ELSE 0 END")
}
