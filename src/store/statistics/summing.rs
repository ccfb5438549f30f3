//! Answers from the sums that are kept beside the decisions, where they can: whole hours, and one column beside time and
//! decision.

use sqlx::Row as _;

use super::counting::{Grouping, bound, sums};
use super::dimension::Dimension;
use super::measures::{Durations, StatisticsQuery, StatisticsRow, row};
use super::zone_offset::{offset, offsets};
use crate::store::database::Store;
use crate::store::error::StoreError;
use crate::store::totals::{AHEAD, DAY, HOUR, middle};

/// The second of a sum.
const SECOND: &str = "unit";

/// Which sums answer a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summed {
    facet: Dimension,
    /// Seconds of a unit, and how far its beginning is ahead of UTC's.
    unit: (i64, i64),
}

impl Summed {
    /// The sums that answer a query, if there are such.
    pub(super) fn of(query: &StatisticsQuery) -> Option<Self> {
        let asked = query.by.iter().chain(query.only.iter().map(|(dimension, _)| dimension));
        let mut facet = None;
        for dimension in asked.filter(|one| !one.is_of_time() && **one != Dimension::Decision) {
            if facet.is_some_and(|facet| facet != *dimension) {
                return None;
            }
            facet = Some(*dimension);
        }
        let facet = facet.unwrap_or(Dimension::Channel);
        let whole_hours = offsets(query).into_iter().all(|offset| i64::from(offset) % HOUR == 0);
        if facet != Dimension::FaqId {
            return whole_hours.then_some(Self { facet, unit: (HOUR, 0) });
        }
        let has_days = query.by.iter().any(|one| matches!(one, Dimension::Day | Dimension::Week));
        let fits = !has_days || offsets(query).into_iter().all(|offset| i64::from(offset) == AHEAD);
        (fits && !query.by.contains(&Dimension::Hour)).then_some(Self { facet, unit: (DAY, AHEAD) })
    }

    /// First seconds of the first unit of a query and of the first after it.
    fn units(self, query: &StatisticsQuery) -> (i64, i64) {
        let (length, ahead) = self.unit;
        let begin = |second: i64| (second + ahead).div_euclid(length) * length - ahead;
        let last = query.to.as_microsecond() - 1;
        (begin(query.from.as_second()), begin(last.div_euclid(1_000_000)) + length)
    }

    /// A column of a query, over sums.
    fn column(self, dimension: Dimension, offset: &str) -> String {
        let value = if self.facet == Dimension::Key { "value" } else { "NULLIF(value, '')" };
        let name = if dimension == Dimension::Decision { "decision" } else { value };
        dimension.expression(SECOND, offset, name)
    }
}

impl Store {
    /// Whether sums stand for exactly the decisions of a query, and for at least so many.
    pub(super) async fn sums_fit(
        &self,
        kb: &str,
        query: &StatisticsQuery,
        summed: Summed,
        least: i64,
    ) -> Result<bool, StoreError> {
        let (first, end) = summed.units(query);
        let sql = "SELECT CAST(COALESCE(SUM(decisions), 0) AS BIGINT) FROM totals
             WHERE kb = $1 AND facet = 'channel' AND unit >= $2 AND unit < $3";
        let decisions: i64 = sqlx::query_scalar(sql).bind(kb).bind(first).bind(end).fetch_one(self.read()?).await?;
        if decisions < least {
            return Ok(false);
        }
        // A unit that is cut counts whole, which is right where nothing happened in the part that is cut off.
        let cut = "SELECT 1 FROM decisions WHERE kb = $1 AND at >= $2 AND at < $3 LIMIT 1";
        for (from, to) in
            [(first * 1_000_000, query.from.as_microsecond()), (query.to.as_microsecond(), end * 1_000_000)]
        {
            if from < to && sqlx::query(cut).bind(kb).bind(from).bind(to).fetch_optional(self.read()?).await?.is_some()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Counts by sums: one row a combination, in the order of the dimensions.
    pub(super) async fn summed_statistics(
        &self,
        kb: &str,
        query: &StatisticsQuery,
        summed: Summed,
    ) -> Result<Vec<StatisticsRow>, StoreError> {
        let offset = offset(query, SECOND);
        let columns: Vec<String> = query.by.iter().map(|dimension| summed.column(*dimension, &offset)).collect();
        let Grouping { named, grouped, ordered, .. } = Grouping::by(&columns);
        let mut chosen =
            format!("FROM totals WHERE kb = $1 AND facet = '{}' AND unit >= $2 AND unit < $3", summed.facet.name());
        for (at, (dimension, _)) in query.only.iter().enumerate() {
            let column = if *dimension == Dimension::Decision { "decision" } else { "value" };
            chosen += &format!(" AND {column} = ${}", at + 4);
        }
        let empty = if grouped.is_empty() { "" } else { " HAVING SUM(decisions) > 0" };
        let sql = format!("SELECT {named}{} {chosen}{grouped}{empty}{ordered}", sums("decisions"));
        let counted = bound(kb, summed.units(query), query, sql).fetch_all(self.read()?).await?;
        let durations = self.summed_durations(kb, query, summed).await?;
        let none = Durations::default();
        let mut rows = Vec::with_capacity(counted.len());
        for (at, counted) in counted.iter().enumerate() {
            rows.push(row(query, counted, durations.get(at).unwrap_or(&none))?);
        }
        Ok(rows)
    }

    /// Durations of each row, from the middles of their buckets; none where decisions are told apart by more than time
    /// and channel.
    async fn summed_durations(
        &self,
        kb: &str,
        query: &StatisticsQuery,
        summed: Summed,
    ) -> Result<Vec<Durations>, StoreError> {
        let by_decision = query.by.contains(&Dimension::Decision);
        let only_decision = query.only.iter().any(|(dimension, _)| *dimension == Dimension::Decision);
        if summed.facet != Dimension::Channel || by_decision || only_decision {
            return Ok(Vec::new());
        }
        let offset = offset(query, SECOND);
        let column = |dimension: &Dimension| dimension.expression(SECOND, &offset, "NULLIF(channel, '')");
        let mut columns: Vec<String> = query.by.iter().map(column).collect();
        columns.push("bucket".to_owned());
        let Grouping { named, grouped, ordered, .. } = Grouping::by(&columns);
        let mut chosen = "FROM duration_totals WHERE kb = $1 AND unit >= $2 AND unit < $3".to_owned();
        for (at, _) in query.only.iter().enumerate() {
            chosen += &format!(" AND channel = ${}", at + 4);
        }
        // The row that a bucket belongs to is told by a number, in the order of the rows.
        let keys: Vec<String> = (0..query.by.len()).map(|at| format!("d{at} NULLS FIRST")).collect();
        let place =
            if keys.is_empty() { "1".to_owned() } else { format!("DENSE_RANK() OVER (ORDER BY {})", keys.join(", ")) };
        let last = query.by.len();
        let sql = format!(
            "SELECT CAST({place} AS BIGINT) AS place, d{last} AS bucket, decisions FROM (
                 SELECT {named}CAST(SUM(decisions) AS BIGINT) AS decisions {chosen}{grouped} HAVING SUM(decisions) > 0
             ) AS told{ordered}"
        );
        let mut found: Vec<Vec<(i64, i64)>> = Vec::new();
        for row in bound(kb, summed.units(query), query, sql).fetch_all(self.read()?).await? {
            let place = usize::try_from(row.try_get::<i64, _>("place")?).unwrap_or_default();
            if found.len() < place {
                found.resize_with(place, Vec::new);
            }
            if let Some(buckets) = found.last_mut() {
                buckets.push((row.try_get("bucket")?, row.try_get("decisions")?));
            }
        }
        Ok(found.iter().map(|buckets| Durations::of_buckets(buckets, middle)).collect())
    }
}
