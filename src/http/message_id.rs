//! Message ids: by one, feedback and later requests refer to a decision.

use uuid::Uuid;

/// A new id: a time-ordered UUID (version 7) in its hyphenated form of 36 characters. Made before the decision, so
/// that whatever is recorded on the way bears it too.
pub(crate) fn new() -> String {
    Uuid::now_v7().hyphenated().to_string()
}
