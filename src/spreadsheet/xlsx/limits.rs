//! How much of a workbook is read: a small file may claim, or unfold into, more than any machine holds.

use super::fault::Fault;

/// Rows a sheet can have.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// Columns a sheet can have.
pub(super) const MAX_COLUMNS: u32 = 16_384;
/// Bytes of XML that all parts of a workbook together may unfold into.
pub(super) const MAX_UNFOLDED: u64 = 256 * 1024 * 1024;
/// Bytes that what is kept of a workbook may take.
const MAX_KEPT: usize = 256 * 1024 * 1024;
/// Cells that merged regions may fill.
pub(super) const MAX_FILLED: usize = 2_000_000;

/// What is kept of one workbook so far.
#[derive(Debug, Default)]
pub(super) struct Memory {
    kept: usize,
}

impl Memory {
    /// Notes that so many bytes are about to be kept.
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), Fault> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > MAX_KEPT { Err(Fault::TooLarge) } else { Ok(()) }
    }
}
