//! The convolutional encoder's embedding table: six bits per element, kept packed.
//!
//! Rows are unpacked one by one as texts need them, so that the vocabulary takes
//! 6.5 MB of memory and not 35.

use crate::encoder::EncoderError;
use crate::encoder::weights::Weights;

/// Codes packed into [`BYTES`] bytes, the first in the lowest bits.
const CODES: usize = 4;
const BYTES: usize = 3;

/// Embeddings of all pieces; an element is `code × scale + offset` with its row's part's scale and offset.
#[derive(Debug, Clone)]
pub(super) struct Table {
    codes: Vec<u8>,
    /// Bytes of one row.
    stride: usize,
    /// Scale and offset of each row.
    ranges: Vec<(f32, f32)>,
}

impl Table {
    /// Takes the table out of a weight file.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` when a part is missing, `Shape` when the parts do not fit each other.
    pub(super) fn read(weights: &Weights<'_>) -> Result<Self, EncoderError> {
        let refuse = |problem: &str| EncoderError::Shape(format!("embedding table: {problem}"));
        let &[_, stride] = weights.shape("embedding.codes")? else {
            return Err(refuse("the codes have other than two dimensions"));
        };
        let scales = weights.floats("embedding.scales")?;
        let offsets = weights.floats("embedding.offsets")?;
        let parts = weights.bytes("embedding.parts")?.iter().map(|part| usize::from(*part));
        let ranges = parts.map(|part| Some((*scales.get(part)?, *offsets.get(part)?)));
        let ranges: Option<Vec<_>> = ranges.collect();
        let table = Self {
            codes: weights.bytes("embedding.codes")?.to_vec(),
            stride,
            ranges: ranges.ok_or_else(|| refuse("a row belongs to no part"))?,
        };
        if stride == 0 || !stride.is_multiple_of(BYTES) || table.rows() * stride != table.codes.len() {
            return Err(refuse("rows and codes do not fit"));
        }
        Ok(table)
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.ranges.len()
    }

    /// Elements of a row.
    pub(super) fn dimensions(&self) -> usize {
        self.stride / BYTES * CODES
    }

    /// Unpacks one row into `out`, of [`Table::dimensions`] elements; a row past the end leaves it as it is.
    #[inline(always)]
    pub(super) fn unpack(&self, row: u32, out: &mut [f32]) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let Some((scale, offset)) = self.ranges.get(row) else { return };
        let bytes = self.codes.chunks_exact(self.stride).nth(row).unwrap_or_default();
        for ([a, b, c], out) in bytes.as_chunks::<BYTES>().0.iter().zip(out.as_chunks_mut::<CODES>().0) {
            let codes = [a & 63, (a >> 6) | ((b & 15) << 2), (b >> 4) | ((c & 3) << 4), c >> 2];
            *out = codes.map(|code| f32::from(code) * scale + offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_codes_lie_in_three_bytes() {
        // Codes 1, 2, 3, 63 from the lowest bits up.
        let word: u32 = 1 | 2 << 6 | 3 << 12 | 63 << 18;
        let [a, b, c, _] = word.to_le_bytes();
        let table = Table { codes: vec![0, 0, 0, a, b, c], stride: 3, ranges: vec![(1.0, 0.0), (0.5, -1.0)] };
        let mut out = [9.0; 4];
        table.unpack(1, &mut out);
        assert_eq!(format!("{out:?}"), "[-0.5, 0.0, 0.5, 30.5]");
        table.unpack(2, &mut out);
        assert_eq!(format!("{out:?}"), "[-0.5, 0.0, 0.5, 30.5]", "past the end");
    }
}
