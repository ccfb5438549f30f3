//! How values stand in statements.

use std::fmt::Write as _;

/// A text without the character that PostgreSQL takes in none.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A count as databases take it.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// `($1, $2), ($3, $4)` and so on: sqlx's own builder writes `?` where either database may be meant.
pub(super) fn places(rows: usize, columns: usize) -> String {
    let mut places = String::new();
    for place in 0..rows * columns {
        let before = match place % columns {
            0 if place == 0 => "(",
            0 => "), (",
            _ => ", ",
        };
        // Writing to a string cannot fail.
        let _ = write!(places, "{before}${}", place + 1);
    }
    places + ")"
}
