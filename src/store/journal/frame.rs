//! How an entry lies in a segment.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::record::{AuditEvent, DecisionRecord};
use crate::store::stored_turn::StoredTurn;

/// Bytes of length and checksum.
const HEAD: usize = 8;
/// Longest payload: far above a ticket of 64 KiB written as JSON.
pub(super) const MAX_PAYLOAD: usize = 2 << 20;

/// What the journal holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum Entry {
    Decision(Arc<DecisionRecord>),
    Turn(Box<StoredTurn>),
    Audit(Box<AuditEvent>),
}

/// What stands at the beginning of some bytes.
#[derive(Debug)]
pub(super) enum Found {
    Entry {
        entry: Entry,
        /// Of the whole frame.
        length: usize,
    },
    /// The frame may go on behind these bytes.
    Cut,
    /// No frame begins here.
    Damaged,
}

/// Adds an entry's frame to `bytes`; an entry too long for a frame adds nothing and is `false`.
pub(super) fn write(entry: &Entry, bytes: &mut Vec<u8>) -> bool {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HEAD]);
    let written = serde_json::to_writer(&mut *bytes, entry).is_ok();
    let payload = bytes.get(start + HEAD..).unwrap_or_default();
    let (length, sum) = (u32::try_from(payload.len()), crc32fast::hash(payload));
    match length {
        Ok(length) if written && payload.len() <= MAX_PAYLOAD => {
            let head = length.to_le_bytes().into_iter().chain(sum.to_le_bytes());
            for (byte, value) in bytes.iter_mut().skip(start).zip(head) {
                *byte = value;
            }
            true
        }
        _ => {
            bytes.truncate(start);
            false
        }
    }
}

/// Reads the frame at the beginning of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Found {
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    let (Some(length), Some(sum)) = (number(0), number(4)) else { return Found::Cut };
    let Some(length) = usize::try_from(length).ok().filter(|length| (1..=MAX_PAYLOAD).contains(length)) else {
        return Found::Damaged;
    };
    let Some(payload) = bytes.get(HEAD..HEAD + length) else { return Found::Cut };
    if payload.first() != Some(&b'{') || crc32fast::hash(payload) != sum {
        return Found::Damaged;
    }
    match serde_json::from_slice(payload) {
        Ok(entry) => Found::Entry { entry, length: HEAD + length },
        Err(_) => Found::Damaged,
    }
}
