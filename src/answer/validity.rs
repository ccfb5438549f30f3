//! Entries whose answer no longer or not yet holds: what is said of them, and that they are never offered.

use jiff::Timestamp;

use crate::corpus::Entry;
use crate::ranking::Scored;
use crate::snapshot::Snapshot;

/// Candidates that may be offered. Only the best may be an entry that does not hold: it is meant, and nothing of it is
/// there to be chosen.
pub(super) fn holding<'a>(snapshot: &Snapshot, scored: &'a [Scored], now: Timestamp) -> &'a [Scored] {
    match scored.split_first() {
        Some((best, rest)) if !snapshot.entry(best).is_live(now) => rest,
        _ => scored,
    }
}

/// What is said of an entry outside its validity: its own words, or plain ones.
pub(super) fn outside_validity(entry: &Entry, now: Timestamp) -> String {
    let question = &entry.question;
    let plain = || {
        if entry.valid_until.is_some_and(|until| until <= now) {
            format!("您问的“{question}”已经结束，原来的说明不再适用。")
        } else {
            format!("您问的“{question}”还没有开始，开始以后才能按说明办理。")
        }
    };
    entry.answer_outside_validity(now).map_or_else(plain, str::to_owned)
}
