//! Tickets → sparse rows: sublinear TF-IDF over the terms of [`super::terms`], each view at length one.
//!
//! The vocabulary holds the terms of at least two training rows, the commonest first where a cap is set, sorted by key:
//! equal rows in any order give the same vocabulary. How much a term tells about a group is weighed where it is learnt,
//! in `learn`. Fitting uses all cores; its result does not depend on how many.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::sparse::SparseMatrix;
use super::terms::{TermKeys, TicketText, View};
use crate::text::segment::Segmenter;

/// Training rows a term must occur in to be kept, and the number of training rows from which that is asked for;
/// below it every term counts, for want of better.
const MIN_ROWS: u32 = 2;
const FEW_ROWS: usize = 100;
/// Terms kept where the user sets no other cap.
pub const DEFAULT_MAX_TERMS: usize = 200_000;
/// Rows that one thread vectorises at a time.
const CHUNK: usize = 256;

/// Length of each view in the finished row, in the order of [`View`].
const VIEW_LENGTHS: [f32; 4] = [1.0, 0.5, 0.7, 0.15];

/// The fitted vocabulary. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub(crate) struct Vectorizer {
    keys: Vec<u64>,
    /// Inverse document frequency of each term, `ln((1 + n) / (1 + df)) + 1`.
    idf: Vec<f32>,
    columns: FxHashMap<u64, u32>,
    segmenter: Segmenter,
}

/// A vectorised ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vectorized {
    /// Columns, ascending, with their weights.
    pub entries: Vec<(u32, f32)>,
    /// Distinct character n-grams of title and text that the vocabulary does not know.
    pub unknown: usize,
}

impl Vectorizer {
    /// Learns the vocabulary of these rows, at most `max_terms` terms.
    #[must_use]
    pub(crate) fn fit(rows: &[TicketText], max_terms: usize) -> Self {
        let segmenter = Segmenter::default();
        let counts = document_frequencies(rows, &segmenter);
        let least = min_rows(rows.len());
        #[expect(clippy::iter_over_hash_type, reason = "sorted below before anything depends on the order")]
        let mut kept: Vec<(u64, u32)> = {
            let mut kept = Vec::new();
            for (key, count) in counts {
                if count >= least {
                    kept.push((key, count));
                }
            }
            kept
        };
        kept.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        kept.truncate(max_terms);
        kept.sort_unstable();
        let n = rows.len() as f64;
        #[expect(clippy::cast_possible_truncation, reason = "weights are kept in f32 on purpose")]
        let idf = kept.iter().map(|(_, df)| (((1.0 + n) / (1.0 + f64::from(*df))).ln() + 1.0) as f32).collect();
        Self::from_parts(kept.into_iter().map(|(key, _)| key).collect(), idf)
    }

    /// A vectoriser from what a bundle holds: ascending keys with their inverse document frequencies.
    #[must_use]
    pub(crate) fn from_parts(keys: Vec<u64>, idf: Vec<f32>) -> Self {
        let columns = keys.iter().zip(0..).map(|(key, column)| (*key, column)).collect();
        Self { keys, idf, columns, segmenter: Segmenter::default() }
    }

    /// Term keys, ascending; the place of a key is its column.
    #[must_use]
    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Inverse document frequencies, column by column.
    #[must_use]
    pub(crate) fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// The column of a term, if the vocabulary has it.
    #[must_use]
    pub(crate) fn column(&self, key: u64) -> Option<u32> {
        self.columns.get(&key).copied()
    }

    /// The segmenter whose words are terms.
    #[must_use]
    pub(crate) fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// One ticket as a sparse row.
    #[must_use]
    pub(crate) fn vectorize(&self, ticket: &TicketText) -> Vectorized {
        self.look_up(&TermKeys::of(ticket, &self.segmenter))
    }

    /// One ticket as a sparse row, from its terms.
    #[must_use]
    pub(crate) fn look_up(&self, keys: &TermKeys) -> Vectorized {
        let mut entries: Vec<(u32, f32)> = Vec::with_capacity(512);
        let mut unknown = 0;
        for (key, count) in keys.counted() {
            match self.columns.get(&key) {
                Some(column) => entries.push((*column, (1.0 + (count as f32).ln()) * self.idf[*column as usize])),
                None if View::of(key) == View::Characters => unknown += 1,
                None => {}
            }
        }
        self.scale_views(&mut entries);
        Vectorized { entries, unknown }
    }

    /// Scales the entries of each view to the view's length. Entries must be in ascending order.
    pub(crate) fn scale_views(&self, entries: &mut [(u32, f32)]) {
        let view_of = |entry: &(u32, f32)| View::of(self.keys[entry.0 as usize]);
        for run in entries.chunk_by_mut(|a, b| view_of(a) == view_of(b)) {
            let length: f32 = run.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
            let scale = VIEW_LENGTHS[view_of(&run[0]) as usize] / length.max(f32::MIN_POSITIVE);
            run.iter_mut().for_each(|(_, value)| *value *= scale);
        }
    }

    /// Many tickets, on all cores, in order; with each row's number of unknown n-grams.
    #[must_use]
    pub(crate) fn vectorize_all(&self, rows: &[TicketText]) -> (SparseMatrix, Vec<usize>) {
        let mut matrix = SparseMatrix::new(self.keys.len());
        let mut unknown = Vec::with_capacity(rows.len());
        for part in rows.chunks(16 * CHUNK) {
            let vectorized: Vec<Vectorized> = part.par_iter().with_min_len(16).map(|row| self.vectorize(row)).collect();
            for row in vectorized {
                matrix.push_row(row.entries);
                unknown.push(row.unknown);
            }
        }
        (matrix, unknown)
    }

    /// Share of a ticket's distinct character n-grams that the vocabulary knows, 0..=1; 0 for a ticket without any.
    #[must_use]
    pub(crate) fn vocabulary_coverage(&self, columns: &[u32], unknown: usize) -> f64 {
        let known = self.characters(columns);
        known as f64 / (known + unknown).max(1) as f64
    }

    /// How many of these columns are character n-grams of title and text.
    #[must_use]
    pub(crate) fn characters(&self, columns: &[u32]) -> usize {
        columns.iter().filter(|column| View::of(self.keys[**column as usize]) == View::Characters).count()
    }
}

/// In how many of so many training rows a term must occur to be kept.
#[must_use]
pub(crate) fn min_rows(rows: usize) -> u32 {
    if rows < FEW_ROWS { 1 } else { MIN_ROWS }
}

/// In how many rows each term occurs.
fn document_frequencies(rows: &[TicketText], segmenter: &Segmenter) -> FxHashMap<u64, u32> {
    let count_chunk = |chunk: &[TicketText]| {
        let mut counts: FxHashMap<u64, u32> = FxHashMap::default();
        for row in chunk {
            TermKeys::of(row, segmenter).counted().for_each(|(key, _)| *counts.entry(key).or_default() += 1);
        }
        counts
    };
    rows.par_chunks(CHUNK).map(count_chunk).reduce(FxHashMap::default, |a, b| {
        let (mut large, small) = if a.len() < b.len() { (b, a) } else { (a, b) };
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (key, count) in small {
            *large.entry(key).or_default() += count;
        }
        large
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(texts: &[&str]) -> Vec<TicketText> {
        texts.iter().map(|text| TicketText::new("", text)).collect()
    }

    #[test]
    fn vocabulary_is_sorted_capped_and_independent_of_order() {
        let mut rows = tickets(&["我要退款", "退款多久到账", "话费没到账", "流量用完了"]);
        let full = Vectorizer::fit(&rows, usize::MAX);
        assert!(full.keys().is_sorted());
        let capped = Vectorizer::fit(&rows, 5);
        assert_eq!(capped.keys().len(), 5);
        assert!(capped.idf().iter().all(|idf| *idf <= full.idf()[0].max(2.0)));
        rows.reverse();
        assert_eq!(Vectorizer::fit(&rows, usize::MAX).keys(), full.keys());
    }

    #[test]
    fn rows_have_one_length_per_view_and_count_what_is_unknown() {
        let vectorizer = Vectorizer::fit(&tickets(&["我要退款", "退款多久到账"]), usize::MAX);
        let titled = vectorizer.vectorize(&TicketText::new("退款", "我要退款"));
        let squares: f32 = titled.entries.iter().map(|(_, value)| value * value).sum();
        // Characters, words and signals; the title's own n-grams were never seen.
        assert!((squares - (1.0 + 0.25 + 0.15 * 0.15)).abs() < 1e-5, "{squares}");
        assert!(titled.entries.is_sorted_by_key(|(column, _)| *column));
        let foreign = vectorizer.vectorize(&TicketText::new("", "xyz"));
        assert!(
            foreign.entries.iter().all(|(column, _)| View::of(vectorizer.keys()[*column as usize]) == View::Signals)
        );
        // x y z ^x xy yz z$ ^xy xyz yz$
        assert_eq!(foreign.unknown, 10);
        assert!(vectorizer.vocabulary_coverage(&[], foreign.unknown).abs() < 1e-9);
    }
}
