//! How far a zone is ahead of UTC, in SQL.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::measures::StatisticsQuery;

/// Seconds that the zone is ahead of UTC at `second`: a number, or a choice where it changes within the query.
pub(super) fn offset(query: &StatisticsQuery, second: &str) -> String {
    let changes = changes(query);
    if changes.is_empty() {
        return ahead(query, query.from).to_string();
    }
    let mut choice = String::from("CASE");
    let mut before = ahead(query, query.from);
    for change in changes {
        // Writing to a string cannot fail.
        let _ = write!(choice, " WHEN {second} < {} THEN {before}", change.as_second());
        before = ahead(query, change);
    }
    let _ = write!(choice, " ELSE {before} END");
    choice
}

/// Every offset of the zone within the query, in seconds.
pub(super) fn offsets(query: &StatisticsQuery) -> Vec<i32> {
    let beginnings = std::iter::once(query.from).chain(changes(query));
    beginnings.map(|at| ahead(query, at)).collect()
}

fn ahead(query: &StatisticsQuery, at: Timestamp) -> i32 {
    query.zone.to_offset(at).seconds()
}

fn changes(query: &StatisticsQuery) -> Vec<Timestamp> {
    query.zone.following(query.from).map(|change| change.timestamp()).take_while(|at| *at < query.to).collect()
}
