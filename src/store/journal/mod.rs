//! A journal of what is to be stored, in numbered segment files: written in arrival order, read by position, removed
//! when applied.
//!
//! One entry a frame: length and CRC-32 of the payload as little-endian `u32`, then JSON. Each start begins a segment
//! of its own, so that what a crash cut off is never written over. Crates for disk queues were read; none of the kept
//! ones lets the reader's position be committed with the rows it leads to, which is what makes an entry count once.

mod append;
mod frame;
mod read;
mod segments;

pub(super) use append::Appender;
pub(super) use frame::Entry;
pub(super) use read::read_batch;
pub(super) use segments::{Segments, remove_before};

/// A place between two entries. Ordered as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    pub(super) segment: u64,
    pub(super) byte: u64,
}
