//! The wall clock, read only at the edges: by commands and by handlers. Everything below takes the moment as a
//! parameter.

use jiff::Timestamp;

/// The present moment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
