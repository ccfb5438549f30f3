//! Vectors of texts kept by content, so that a text is encoded once and not at every reload.
//!
//! An immutable table; the next corpus version takes from it what it needs and encodes the rest. Knows the layout of
//! its file but reads and writes none.

use rayon::prelude::*;

use crate::encoder::SentenceEncoder;

/// Step of the stored 16-bit numbers; elements of projected vectors stay well within ±2.
const STEP: f32 = 1.0 / 16_384.0;
/// First bytes of a stored table; the digit is the version of the layout.
const MAGIC: &[u8] = b"YDVEC1\n\0";
/// Texts between two lines of progress in the log.
const PROGRESS_EVERY: usize = 4_096;

/// BLAKE3 of a normalised text, cut to 128 bits.
type Key = [u8; 16];

/// Vectors of normalised texts under one encoder.
#[derive(Debug, Clone, Default)]
pub struct EmbeddingTable {
    /// Version of the encoder; vectors of another one are of no use.
    encoder: String,
    dimensions: usize,
    /// Ascending.
    keys: Vec<Key>,
    /// One row a key, in steps of [`STEP`].
    rows: Vec<i16>,
}

impl EmbeddingTable {
    /// The vectors of all `texts`, taken from `known` where it has them and encoded on all cores where not.
    #[must_use]
    pub fn build(encoder: &SentenceEncoder, texts: &[&str], known: &Self) -> Self {
        let mut wanted: Vec<(Key, &str)> = texts.iter().map(|text| (key(text), *text)).collect();
        wanted.sort_unstable();
        wanted.dedup_by_key(|(key, _)| *key);
        let usable = known.encoder == encoder.version();
        let lookup = |key: &Key| known.row(key).filter(|_| usable);
        let missing: Vec<usize> = (0..wanted.len()).filter(|at| lookup(&wanted[*at].0).is_none()).collect();
        let mut encoded: Vec<Vec<i16>> = Vec::with_capacity(missing.len());
        for part in missing.chunks(PROGRESS_EVERY) {
            encoded.par_extend(part.par_iter().map(|at| steps(&encoder.encode(wanted[*at].1))));
            if missing.len() > PROGRESS_EVERY {
                tracing::info!(encoded = encoded.len(), of = missing.len(), "encoding the corpus");
            }
        }
        let dimensions = encoder.dimensions();
        let mut rows = Vec::with_capacity(wanted.len() * dimensions);
        let mut encoded = encoded.into_iter();
        for (key, _) in &wanted {
            match lookup(key) {
                Some(row) => rows.extend_from_slice(row),
                None => rows.extend(encoded.next().unwrap_or_else(|| vec![0; dimensions])),
            }
        }
        let keys = wanted.into_iter().map(|(key, _)| key).collect();
        Self { encoder: encoder.version().to_owned(), dimensions, keys, rows }
    }

    /// The vector of a normalised text; `None` where the table has none.
    #[must_use]
    pub fn get(&self, normalized: &str) -> Option<Vec<f32>> {
        let row = self.row(&key(normalized))?;
        Some(row.iter().map(|value| f32::from(*value) * STEP).collect())
    }

    /// Whether both hold the same texts under the same encoder.
    #[must_use]
    pub fn same_texts(&self, other: &Self) -> bool {
        self.encoder == other.encoder && self.keys == other.keys
    }

    /// How many texts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The table as bytes: magic, encoder version, dimensions, keys, rows, BLAKE3 of all that.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut name = [0_u8; 16];
        for (slot, byte) in name.iter_mut().zip(self.encoder.bytes()) {
            *slot = byte;
        }
        bytes.extend(name);
        for size in [self.dimensions, self.keys.len()] {
            bytes.extend((size as u64).to_le_bytes());
        }
        bytes.extend(self.keys.iter().flatten());
        bytes.extend(self.rows.iter().flat_map(|value| value.to_le_bytes()));
        let checksum = *blake3::hash(&bytes).as_bytes();
        bytes.extend(checksum);
        bytes
    }

    /// Reads what [`EmbeddingTable::to_bytes`] wrote; `None` for anything else, damage included: vectors can be made
    /// again.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<32>()?;
        if blake3::hash(content).as_bytes() != checksum {
            return None;
        }
        let (name, rest) = content.strip_prefix(MAGIC)?.split_first_chunk::<16>()?;
        let (dimensions, rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        let [dimensions, count] = [*dimensions, *count].map(|size| usize::try_from(u64::from_le_bytes(size)));
        let (dimensions, count) = (dimensions.ok()?, count.ok()?);
        let (keys, rows) = rest.split_at_checked(count.checked_mul(16)?)?;
        if rows.len() != count.checked_mul(dimensions)?.checked_mul(2)? {
            return None;
        }
        let (encoder, padding) = name.split_at(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
        let encoder = String::from_utf8(encoder.to_vec()).ok()?;
        let keys: Vec<Key> = keys.as_chunks().0.to_vec();
        // What is looked up among them must be in order.
        if padding.iter().any(|byte| *byte != 0) || !keys.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let rows = rows.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect();
        Some(Self { encoder, dimensions, keys, rows })
    }

    fn row(&self, key: &Key) -> Option<&[i16]> {
        let at = self.keys.binary_search(key).ok()?;
        self.rows.get(at * self.dimensions..(at + 1) * self.dimensions)
    }
}

fn key(normalized: &str) -> Key {
    let mut key = Key::default();
    for (slot, byte) in key.iter_mut().zip(blake3::hash(normalized.as_bytes()).as_bytes()) {
        *slot = *byte;
    }
    key
}

#[expect(clippy::cast_possible_truncation, reason = "out of range saturates")]
fn steps(vector: &[f32]) -> Vec<i16> {
    vector.iter().map(|value| (value / STEP).round_ties_even() as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncoderKind;

    #[test]
    fn keeps_vectors_by_content_and_survives_storage() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let first =
            EmbeddingTable::build(&encoder, &["怎么退款", "运费怎么算", "怎么退款"], &EmbeddingTable::default());
        assert_eq!(first.len(), 2);
        let direct = encoder.encode("怎么退款");
        let kept = first.get("怎么退款").unwrap();
        assert!(direct.iter().zip(&kept).all(|(a, b)| (a - b).abs() <= STEP), "rounded to steps");
        let read = EmbeddingTable::from_bytes(&first.to_bytes()).unwrap();
        assert_eq!((read.keys.len(), read.get("运费怎么算")), (2, first.get("运费怎么算")));
        let next = EmbeddingTable::build(&encoder, &["怎么退款", "怎么开发票"], &read);
        assert_eq!((next.len(), next.get("运费怎么算")), (2, None));
        assert_eq!(next.get("怎么退款").unwrap(), kept);
    }

    #[test]
    fn what_has_a_right_checksum_and_no_order_is_no_table() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let good = EmbeddingTable::build(&encoder, &["怎么退款", "运费怎么算"], &EmbeddingTable::default()).to_bytes();
        let sealed = |content: &[u8]| {
            let mut bytes = content.to_vec();
            bytes.extend(blake3::hash(content).as_bytes());
            bytes
        };
        let content = &good[..good.len() - 32];
        assert!(EmbeddingTable::from_bytes(&sealed(content)).is_some_and(|table| table.to_bytes() == good));
        let (head, keys) = (MAGIC.len() + 16, MAGIC.len() + 32);
        let mut padded = content.to_vec();
        padded[head - 1] = 1;
        assert!(EmbeddingTable::from_bytes(&sealed(&padded)).is_none(), "a name with something behind its end");
        let mut turned = content.to_vec();
        turned[keys..keys + 32].rotate_left(16);
        assert!(EmbeddingTable::from_bytes(&sealed(&turned)).is_none(), "keys out of order");
    }

    #[test]
    fn damage_is_no_table() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let good = EmbeddingTable::build(&encoder, &["怎么退款"], &EmbeddingTable::default()).to_bytes();
        for at in [0, 9, 30, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(EmbeddingTable::from_bytes(&bad).is_none(), "byte {at}");
            assert!(EmbeddingTable::from_bytes(&good[..at]).is_none(), "cut at {at}");
        }
    }
}
