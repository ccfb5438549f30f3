//! Cuts a text into the pieces a model was trained on.
//!
//! The unigram segmentation of `SentencePiece` (Kudo, *Subword Regularization*,
//! 2018): of all ways to cut the text into pieces of the vocabulary, the one with
//! the highest sum of scores, found by the Viterbi algorithm. The normalisation
//! is `SentencePiece`'s `nmt_nfkc`. Nothing is lower-cased, and no language is
//! treated specially.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::EncoderError;
use super::weights::Weights;

/// Stands for a space, and begins every text.
const SPACE: char = '\u{2581}';

/// What `nmt_nfkc` takes for a space beyond those NFKC itself turns into one.
const SPACES: [char; 13] = [
    '\t', '\n', '\u{c}', '\r', '\u{1680}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{feff}',
    '\u{fffd}', SPACE,
];

/// The one character `nmt_nfkc` protects from NFKC, which would make it `~`.
const FULLWIDTH_TILDE: char = '\u{ff5e}';

/// Characters looked at for each piece that counts. Pieces of Chinese have one or two and those of English four; beyond
/// this many the rest of a long text would be cut up only to be thrown away.
const CHARACTERS_A_PIECE: usize = 8;

/// A vocabulary: pieces with scores, each standing for a row of the embedding table.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    /// All pieces in byte order, one after another.
    text: Vec<u8>,
    /// Where each piece ends in `text`.
    ends: Vec<u32>,
    /// Logarithm of each piece's probability.
    scores: Vec<f32>,
    /// Each piece's row of the embedding table.
    rows: Vec<u32>,
    special: Special,
}

/// Rows that stand for no text, and the price of an unknown character.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Special {
    begin: u32,
    end: u32,
    unknown: u32,
    unknown_score: f64,
}

/// Working memory of [`Pieces::split`], reused from text to text.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    normalized: String,
    /// By byte position: the best way to get there.
    nodes: Vec<Node>,
    rows: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    score: f64,
    start: usize,
    row: u32,
}

impl Pieces {
    /// Takes the vocabulary out of a weight file whose embedding table has `table` rows.
    ///
    /// # Errors
    ///
    /// `EncoderError::Tensor` or `Header` when a part is missing, `Shape` when the
    /// parts contradict each other or name a row past the table.
    pub(super) fn read(weights: &Weights<'_>, table: usize) -> Result<Self, EncoderError> {
        let pieces = Self {
            text: weights.bytes("pieces.text")?.to_vec(),
            ends: weights.integers("pieces.ends")?,
            scores: weights.floats("pieces.scores")?,
            rows: weights.integers("pieces.rows")?,
            special: weights.header()?,
        };
        pieces.check(table)?;
        Ok(pieces)
    }

    fn check(&self, table: usize) -> Result<(), EncoderError> {
        let refuse = |problem: &str| Err(EncoderError::Shape(format!("vocabulary: {problem}")));
        if self.scores.len() != self.ends.len() || self.rows.len() != self.ends.len() {
            return refuse("not every piece has a score and a row");
        }
        let Special { begin, end, unknown, .. } = self.special;
        if self.rows.iter().chain(&[begin, end, unknown]).any(|row| position(*row) >= table) {
            return refuse("a piece has no row in the embedding table");
        }
        if !self.ends.is_sorted() || self.ends.last().is_some_and(|end| position(*end) != self.text.len()) {
            return refuse("the pieces do not fill their text");
        }
        if !(1..self.ends.len()).all(|index| self.piece(index - 1) < self.piece(index)) {
            return refuse("the pieces are not in byte order");
        }
        Ok(())
    }

    /// The rows of the embedding table that `text` stands for, from the begin row to the end row.
    ///
    /// At most `limit` rows (at least 2): of a longer text only the beginning counts.
    /// Neighbouring unknown characters share one unknown row, as in `SentencePiece`.
    pub(super) fn split<'a>(&self, text: &str, limit: usize, lattice: &'a mut Lattice) -> &'a [u32] {
        normalize(beginning(text, CHARACTERS_A_PIECE * limit.max(2)), &mut lattice.normalized);
        self.search(&lattice.normalized, &mut lattice.nodes);

        let Lattice { nodes, rows, normalized } = lattice;
        rows.clear();
        rows.push(self.special.end);
        let mut at = normalized.len();
        while let Some(node) = nodes.get(at).filter(|_| at > 0) {
            let unknown = self.special.unknown;
            if node.row != unknown || rows.last() != Some(&unknown) {
                rows.push(node.row);
            }
            at = node.start;
        }
        rows.push(self.special.begin);
        rows.reverse();
        if rows.len() > limit.max(2) {
            rows.truncate(limit.max(2) - 1);
            rows.push(self.special.end);
        }
        rows
    }

    /// Fills `nodes` with the best way to every position of `text`, the earliest start on a tie.
    fn search(&self, text: &str, nodes: &mut Vec<Node>) {
        let unreached = Node { score: f64::NEG_INFINITY, start: 0, row: self.special.unknown };
        nodes.clear();
        nodes.resize(text.len() + 1, unreached);
        if let Some(first) = nodes.first_mut() {
            first.score = 0.0;
        }
        for (start, character) in text.char_indices() {
            let Some(Node { score: base, .. }) = nodes.get(start).copied() else { continue };
            let mut offer = |length: usize, score: f64, row: u32| {
                if let Some(node) = nodes.get_mut(start + length).filter(|node| base + score > node.score) {
                    *node = Node { score: base + score, start, row };
                }
            };
            let single = character.len_utf8();
            let mut known = false;
            self.prefixes(text.get(start..).unwrap_or_default(), |length, score, row| {
                known |= length == single;
                offer(length, score, row);
            });
            if !known {
                offer(single, self.special.unknown_score, self.special.unknown);
            }
        }
    }

    /// Calls `visit` with length, score and row of every piece `text` begins with, the shortest first.
    fn prefixes(&self, text: &str, mut visit: impl FnMut(usize, f64, u32)) {
        // The pieces that begin like the text up to `length` are neighbours.
        let mut range = 0..self.ends.len();
        let mut length = 0;
        for character in text.chars() {
            let mut buffer = [0; 4];
            let next = character.encode_utf8(&mut buffer).as_bytes();
            let rest = |index: usize| self.piece(index).get(length..).unwrap_or_default();
            let start = first(range.clone(), |index| rest(index) >= next);
            let end = last_of_run(start..range.end, |index| rest(index).starts_with(next));
            range = start..end;
            length += next.len();
            if range.is_empty() {
                return;
            }
            // The piece that ends here sorts before those it begins.
            if self.piece(range.start).len() == length
                && let (Some(score), Some(row)) = (self.scores.get(range.start), self.rows.get(range.start))
            {
                visit(length, f64::from(*score), *row);
            }
        }
    }

    /// The piece that stands for a row, for tests.
    #[cfg(test)]
    pub(super) fn text_of(&self, row: u32) -> Option<&str> {
        let index = self.rows.iter().position(|other| *other == row)?;
        std::str::from_utf8(self.piece(index)).ok()
    }

    fn piece(&self, index: usize) -> &[u8] {
        let end = |index: usize| self.ends.get(index).map_or(0, |end| position(*end));
        let start = index.checked_sub(1).map_or(0, end);
        self.text.get(start..end(index)).unwrap_or_default()
    }
}

/// A position in memory; no table here comes near 2^32 entries.
fn position(stored: u32) -> usize {
    usize::try_from(stored).unwrap_or(usize::MAX)
}

/// The first index of a sorted range for which `test` holds, or its end.
fn first(range: std::ops::Range<usize>, test: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low.midpoint(high);
        if test(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The end of the run of indices at the start of a range for which `test` holds.
///
/// Runs are short, so the steps begin small and double.
fn last_of_run(range: std::ops::Range<usize>, test: impl Fn(usize) -> bool) -> usize {
    let mut low = range.start;
    let mut step = 1;
    while low + step <= range.end && test(low + step - 1) {
        low += step;
        step *= 2;
    }
    first(low..range.end.min(low + step), |index| !test(index))
}

/// The first so many characters of a text.
fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Writes the normal form of `text` to `out`: NFKC, single spaces as `▁`, one at the front.
fn normalize(text: &str, out: &mut String) {
    out.clear();
    let mut gap = true;
    for (index, part) in text.split(FULLWIDTH_TILDE).enumerate() {
        let tilde = (index > 0).then_some(FULLWIDTH_TILDE);
        let spaced = part.chars().map(|character| if SPACES.contains(&character) { ' ' } else { character });
        for character in tilde.into_iter().chain(spaced.nfkc()) {
            if character == ' ' {
                gap = true;
                continue;
            }
            if gap {
                out.push(SPACE);
            }
            gap = false;
            out.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vocabulary whose rows are 3, 4, … in the order given; 0 to 2 are unknown, begin and end.
    fn vocabulary(pieces: &[(&str, f32)]) -> Pieces {
        let mut sorted: Vec<_> = (3..).zip(pieces).collect();
        sorted.sort_by_key(|(_, (piece, _))| *piece);
        let mut text = Vec::new();
        let ends = sorted.iter().map(|(_, (piece, _))| {
            text.extend_from_slice(piece.as_bytes());
            u32::try_from(text.len()).unwrap()
        });
        let ends = ends.collect();
        Pieces {
            text,
            ends,
            scores: sorted.iter().map(|(_, (_, score))| *score).collect(),
            rows: sorted.iter().map(|(row, _)| *row).collect(),
            special: Special { begin: 1, end: 2, unknown: 0, unknown_score: -20.0 },
        }
    }

    #[test]
    fn texts_are_normalised() {
        for (text, expected) in [
            ("退款", "▁退款"),
            ("  怎么\t\u{200b}退 款\n", "▁怎么▁退▁款"), // spaces of every kind, single and inside only
            ("ＡＢ１２！", "▁AB12!"),                   // full width becomes half
            ("3～5天", "▁3～5天"),                      // except for the tilde
            ("～", "▁～"),
            ("ﾃﾞ①", "▁デ1"), // composition across characters
            ("", ""),
            (" \u{feff} ", ""),
            ("a▁b", "▁a▁b"), // the sign of a space is a space
        ] {
            let mut found = String::from("left over");
            normalize(text, &mut found);
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn the_best_sum_of_scores_wins() {
        let pieces = vocabulary(&[
            ("▁", -3.0),
            ("▁怎么", -5.0), // row 4
            ("退", -6.0),
            ("款", -6.0),
            ("退款", -9.0), // row 7
            ("退款单", -40.0),
            ("单", -4.0),
            ("哈", -4.0), // row 10
            ("哈哈", -5.0),
        ]);
        assert!(pieces.check(12).is_ok());
        for (text, expected) in [
            ("怎么退款", &[1, 4, 7, 2][..]),
            ("退款单", &[1, 3, 7, 9, 2]),       // the longest piece is too rare
            ("怎么哈哈哈", &[1, 4, 10, 11, 2]), // on a tie the last piece is the longest
            ("退xy款", &[1, 3, 5, 0, 6, 2]),    // unknown characters share a row
            ("", &[1, 2]),
        ] {
            assert_eq!(pieces.split(text, 99, &mut Lattice::default()), expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_the_end_row() {
        let pieces = vocabulary(&[("▁", -1.0), ("a", -1.0)]);
        let mut lattice = Lattice::default();
        assert_eq!(pieces.split("aaaaaaaa", 5, &mut lattice), [1, 3, 4, 4, 2]);
        assert_eq!(pieces.split("aaaaaaaa", 0, &mut lattice), [1, 2]);
    }

    #[test]
    fn the_end_of_a_very_long_text_is_not_cut_up() {
        let pieces = vocabulary(&[("▁", -1.0), ("a", -1.0)]);
        let mut lattice = Lattice::default();
        pieces.split(&"a".repeat(100_000), 5, &mut lattice);
        assert_eq!(lattice.nodes.len(), "▁".len() + 5 * CHARACTERS_A_PIECE + 1);
        assert_eq!(beginning("退款吗", 2), "退款");
        assert_eq!((beginning("退款", 2), beginning("", 0)), ("退款", ""));
    }

    #[test]
    fn contradictions_are_refused() {
        let good = vocabulary(&[("a", -1.0), ("b", -1.0)]);
        assert!(good.check(5).is_ok());
        assert!(good.check(4).is_err(), "row past the table");
        assert!(Pieces { scores: vec![0.0], ..good.clone() }.check(5).is_err(), "a score missing");
        assert!(Pieces { text: b"ba".to_vec(), ..good.clone() }.check(5).is_err(), "order");
        assert!(Pieces { ends: vec![1, 7], ..good.clone() }.check(5).is_err(), "past the text");
        assert!(Pieces { ends: vec![2, 1], ..good }.check(5).is_err(), "ends decreasing");
    }
}
