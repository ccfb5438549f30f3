//! The wall clock, read only at the edges: here and in `http/`.

use jiff::Timestamp;

/// The present moment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "commands act now; everything below takes the moment as a parameter")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
