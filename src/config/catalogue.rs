//! Every setting there is, section by section: what files, flags, variables and the sample may name.

use super::knowledge_base::{Answering, Places, Residency};
use super::section::Key;
use super::sections::{Cors, FeedbackLabels, Limits, Listening, Log, RateLimiting, Storage, Traces};

/// What a `[[key]]` may hold.
pub(super) const KEY_FIELDS: &[&str] = &["name", "role", "blake3", "secret", "secret_file", "kb", "expires"];

/// Every setting that is not of a table that repeats, in the order of the sample file: keys without a table come first,
/// as TOML demands.
const SECTIONS: [&[Key]; 11] = [
    Listening::KEYS,
    Storage::KEYS,
    Places::KEYS,
    Answering::KEYS,
    Residency::KEYS,
    Log::KEYS,
    Traces::KEYS,
    Limits::KEYS,
    RateLimiting::KEYS,
    Cors::KEYS,
    FeedbackLabels::KEYS,
];

/// All of [`SECTIONS`].
pub(super) fn keys() -> impl Iterator<Item = &'static Key> + Clone {
    SECTIONS.into_iter().flatten()
}

/// What a knowledge base may set for itself.
pub(super) fn own_keys() -> impl Iterator<Item = &'static Key> {
    Places::KEYS.iter().chain(Answering::KEYS)
}
