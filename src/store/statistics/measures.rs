//! What is asked for, and the figures that answer it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::Row as _;
use utoipa::ToSchema;

use super::dimension::Dimension;
use crate::store::error::StoreError;

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
    pub seat: Seat,
}

/// What a person at a desk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Of a conversation, until it is done with.
    pub minutes: u32,
    /// At work on conversations in a day.
    pub hours: u32,
}

impl Default for Seat {
    fn default() -> Self {
        Self { minutes: 6, hours: 7 }
    }
}

impl StatisticsQuery {
    /// Minutes that a seat works in the time of a row: its hour, day or week, or the whole time asked for.
    fn seat_minutes(&self) -> f64 {
        let day = f64::from(self.seat.hours) * 60.0;
        let by = |dimension| self.by.contains(&dimension);
        if by(Dimension::Hour) {
            60.0
        } else if by(Dimension::Day) {
            day
        } else if by(Dimension::Week) {
            day * 7.0
        } else {
            day * self.to.duration_since(self.from).as_secs_f64() / 86_400.0
        }
    }
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
    /// Conversations that asked something answerable: small talk and a plain wish for a human are none. Each counts once,
    /// in the row of its first such message.
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
    /// Of the durations of decisions, in milliseconds. Over more than 50,000 decisions within an eighth, and absent where
    /// they are told apart by more than time and channel.
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// Direct answers and routes on which somebody said something.
    pub reviewed: i64,
    /// Of these, the ones that are right: the right entry or group that was named is the one given, or the rating is
    /// good where none was named.
    pub reviewed_right: i64,
    /// `reviewed_right` by `reviewed`.
    pub reviewed_precision: Option<f64>,
    /// Of `reviewed_precision`, from below, at 95 % (Wilson). Who says something is no random sample.
    pub reviewed_low: Option<f64>,
    pub reviewed_high: Option<f64>,
    /// Conversations whose last rating has a score from 0 to 10; counted in the row of their first answerable message, or
    /// of their first one where none was answerable, as all that is said of conversations.
    pub nps_ratings: i64,
    /// Net promoter score, -100 to 100: per cent of scores of 9 and 10 less per cent of scores up to 6.
    pub nps: Option<f64>,
    /// Conversations whose last rating says whether the matter was resolved.
    pub resolution_ratings: i64,
    /// Of these, the ones that were.
    pub resolved: i64,
    /// Conversations in which something recommended was clicked or ordered.
    pub clicked: i64,
    /// Of these, the ones in which something was ordered.
    pub ordered: i64,
    /// `ordered` by `clicked`.
    pub conversion: Option<f64>,
    /// People who would have handled the self-served conversations: `self_served` times the minutes of one, by the
    /// minutes that a seat works in the time of the row.
    pub seats_saved: f64,
}

/// Durations at ranks, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Durations {
    pub(super) p50: Option<i64>,
    pub(super) p95: Option<i64>,
    pub(super) p99: Option<i64>,
}

impl Durations {
    /// By nearest rank over buckets, ascending, each with its number of decisions; `middle` gives the value of one.
    pub(super) fn of_buckets(buckets: &[(i64, i64)], middle: impl Fn(i64) -> i64) -> Self {
        let all: i64 = buckets.iter().map(|(_, decisions)| decisions).sum();
        let at = |per_cent: i64| {
            let mut below = 0;
            let found = buckets.iter().find(|(_, decisions)| {
                below += decisions;
                below * 100 >= all * per_cent
            });
            found.map(|(bucket, _)| middle(*bucket))
        };
        Self { p50: at(50), p95: at(95), p99: at(99) }
    }
}

pub(super) fn row(
    query: &StatisticsQuery,
    sums: &sqlx::any::AnyRow,
    durations: &Durations,
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
    let milliseconds = |us: Option<i64>| us.map(|us| ratio(us, 1_000));
    let (answer, suggest, handoff) = (count("answer")?, count("suggest")?, count("handoff")?);
    let (reviewed, reviewed_right) = (count("reviewed")?, count("reviewed_right")?);
    let interval = (reviewed > 0).then(|| wilson(ratio(reviewed_right, 1), ratio(reviewed, 1)));
    let (nps_ratings, clicked, ordered) = (count("nps_ratings")?, count("clicked")?, count("ordered")?);
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
            p50_ms: milliseconds(durations.p50),
            p95_ms: milliseconds(durations.p95),
            p99_ms: milliseconds(durations.p99),
            reviewed,
            reviewed_right,
            reviewed_precision: share(reviewed_right, reviewed),
            reviewed_low: interval.map(|(low, _)| low),
            reviewed_high: interval.map(|(_, high)| high),
            nps_ratings,
            nps: share(count("promoters")? - count("detractors")?, nps_ratings).map(|share| share * 100.0),
            resolution_ratings: count("resolution_ratings")?,
            resolved: count("resolved")?,
            clicked,
            ordered,
            conversion: share(ordered, clicked),
            seats_saved: ratio(self_served, 1) * f64::from(query.seat.minutes) / query.seat_minutes(),
        },
    })
}

/// Counts stay far below the numbers that a float cannot hold exactly.
fn ratio(part: i64, all: i64) -> f64 {
    SignedDuration::from_micros(part).as_secs_f64() / SignedDuration::from_micros(all).as_secs_f64()
}

/// The score interval of a share at 95 % (Wilson 1927).
fn wilson(hits: f64, all: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let (share, spread) = (hits / all, Z * Z / all);
    let middle = share + spread / 2.0;
    let half = Z * (share * (1.0 - share) / all + spread / (4.0 * all)).sqrt();
    (((middle - half) / (1.0 + spread)).max(0.0), ((middle + half) / (1.0 + spread)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
    #[test]
    fn intervals_are_those_that_were_published() {
        for (hits, all, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let (found_low, found_high) = wilson(hits, all);
            assert!(
                (found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5,
                "{hits}/{all}: {found_low} {found_high}"
            );
        }
    }
}
