//! The reading end: entries from a position on.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::Position;
use super::frame::{self, Entry, Found, MAX_PAYLOAD};
use super::segments::{numbers, path};
use crate::atomic_file::FileError;

/// Bytes looked at for one batch; the longest frame fits in.
const WINDOW: usize = 2 * MAX_PAYLOAD;

/// Some entries, and where the next ones begin.
#[derive(Debug, Default)]
pub(in crate::store) struct Batch {
    pub(in crate::store) entries: Vec<Entry>,
    pub(in crate::store) next: Position,
    /// Bytes before an entry that are none themselves. What a crash cut off at the end of a segment does not count.
    pub(in crate::store) damaged: u64,
}

/// Up to `most` entries between two positions, of one segment.
///
/// Bytes that are no frame are passed over until one begins again; what a crash cut off at the end of a segment is
/// passed over with the segment.
pub(in crate::store) fn read_batch(dir: &Path, from: Position, end: Position, most: usize) -> Result<Batch, FileError> {
    let mut batch = Batch { next: from, ..Batch::default() };
    let Some(segment) = numbers(dir)?.into_iter().find(|segment| *segment >= from.segment) else {
        batch.next = end;
        return Ok(batch);
    };
    if segment > end.segment {
        batch.next = end;
        return Ok(batch);
    }
    if segment > from.segment {
        batch.next = Position { segment, byte: 0 };
    }
    let file = path(dir, segment);
    let bytes = window(&file, batch.next.byte).map_err(FileError::at("read", &file))?;
    let read = bytes.len();
    // Of the segment that is being written only what is known to be whole.
    let whole =
        if segment == end.segment { usize::try_from(end.byte.saturating_sub(batch.next.byte)).ok() } else { None };
    let bytes = bytes.get(..whole.unwrap_or(read).min(read)).unwrap_or_default();
    // Whether a frame that these bytes do not hold whole is held nowhere.
    let complete = whole.is_some_and(|whole| whole <= read) || (segment < end.segment && read < WINDOW);
    let (mut at, mut passed) = (0, 0);
    while batch.entries.len() < most && at < bytes.len() {
        match frame::read(bytes.get(at..).unwrap_or_default()) {
            Found::Entry { entry, length } => {
                batch.entries.push(entry);
                batch.damaged += std::mem::take(&mut passed);
                at += length;
            }
            Found::Cut if !complete => break,
            Found::Damaged | Found::Cut => {
                passed += 1;
                at += 1;
            }
        }
    }
    batch.next.byte += at as u64;
    // Nothing more can come in a segment that is no longer written.
    if complete && at == bytes.len() && segment < end.segment {
        batch.next = Position { segment: segment + 1, byte: 0 };
    }
    Ok(batch)
}

fn window(file: &Path, from: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(WINDOW as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
