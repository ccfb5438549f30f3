//! Words that a corpus adds to jieba's dictionary, without a dictionary of its own: a copy of jieba's is 27 MiB, and there
//! may be thousands of corpora.
//!
//! Only where the added words stand in a text is decided here, by the rule jieba goes by: of all ways to cut a stretch
//! into words the likeliest (a unigram model; Viterbi from the end, the longer first word among equals). What lies
//! between them is cut by jieba itself, which finds the same words there as it would have in the whole.

use std::ops::Range;

use jieba_rs::Jieba;
use rustc_hash::{FxHashMap, FxHashSet};

use super::is_han;

/// Words counted in jieba's dictionary, all frequencies together.
const TOTAL: f64 = 60_101_964.0;
/// Characters of a dictionary word that mixes letters and Han characters, as T恤 and 卡拉ok.
const LONGEST_MIXED: usize = 6;

/// Added words and how likely each is.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnWords {
    frequencies: FxHashMap<String, usize>,
    begin_with: FxHashSet<char>,
    /// Characters of the longest.
    longest: usize,
}

/// A word that begins somewhere, by where it ends and its log-frequency.
#[derive(Debug, Clone, Copy)]
struct Edge {
    end: usize,
    log_frequency: f64,
    own: bool,
}

impl OwnWords {
    /// Adds words that jieba lacks, each just so likely that it is cut as one word, as jieba adds them.
    pub(super) fn new<'a>(words: impl Iterator<Item = &'a str>, jieba: &Jieba) -> Self {
        let mut own = Self::default();
        for word in words.filter(|word| word.chars().nth(1).is_some() && word.chars().all(is_cut)) {
            if jieba.has_word(word) || own.frequencies.contains_key(word) {
                continue;
            }
            let chars: Vec<char> = word.chars().collect();
            let (best, _) = own.best_path(word, &chars, jieba);
            own.longest = own.longest.max(chars.len());
            own.begin_with.extend(chars.first());
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of 0..=TOTAL")]
            own.frequencies.insert(word.to_owned(), (best + TOTAL.ln()).exp() as usize + 1);
        }
        own
    }

    /// How often an added word counts.
    pub(super) fn frequency(&self, word: &str) -> Option<usize> {
        self.frequencies.get(word).copied()
    }

    /// Whether any added word stands in a text, cut as one or not.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        let mut begins = text.char_indices().filter(|(_, c)| self.begin_with.contains(c));
        begins.any(|(at, _)| {
            let ends = text[at..].char_indices().map(|(end, c)| at + end + c.len_utf8());
            ends.take(self.longest).skip(1).any(|end| self.frequencies.contains_key(&text[at..end]))
        })
    }

    /// Bytes of a text at which added words stand, in order.
    pub(super) fn places(&self, text: &str, jieba: &Jieba) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        if !self.occur_in(text) {
            return places;
        }
        let mut at = 0;
        for stretch in text.split_inclusive(|c| !is_cut(c)) {
            let stretch_at = at;
            at += stretch.len();
            if self.occur_in(stretch) {
                let chars: Vec<char> = stretch.chars().collect();
                let ends = byte_ends(&chars);
                let (_, path) = self.best_path(stretch, &chars, jieba);
                let own = path.into_iter().filter(|(_, edge)| edge.own);
                places.extend(own.map(|(from, edge)| stretch_at + ends[from]..stretch_at + ends[edge.end]));
            }
        }
        places
    }

    /// Added words that begin at a character.
    fn beginning_at<'a>(
        &'a self,
        text: &'a str,
        chars: &[char],
        ends: &'a [usize],
        from: usize,
    ) -> impl Iterator<Item = Edge> + use<'a> {
        let longest = if self.begin_with.contains(&chars[from]) { self.longest.min(chars.len() - from) } else { 0 };
        (from + 2..=from + longest).filter_map(move |end| {
            let frequency = self.frequency(&text[ends[from]..ends[end]])?;
            Some(Edge { end, log_frequency: log(frequency), own: true })
        })
    }

    /// The likeliest words of a stretch with where each begins, and their log-probability.
    fn best_path(&self, text: &str, chars: &[char], jieba: &Jieba) -> (f64, Vec<(usize, Edge)>) {
        let (count, ends) = (chars.len(), byte_ends(chars));
        let mut edges: Vec<Vec<Edge>> =
            (0..count).map(|end| vec![Edge { end: end + 1, log_frequency: 0.0, own: false }]).collect();
        for word in jieba.cut_all(text).iter().filter(|word| word.word.chars().all(is_han)) {
            add(&mut edges, word.start..word.end, frequency(jieba, word.word));
        }
        for (from, end) in mixed(chars) {
            let word = &text[ends[from]..ends[end]];
            if jieba.has_word(word) {
                add(&mut edges, from..end, frequency(jieba, word));
            }
        }
        let mut best: Vec<(f64, Option<Edge>)> = vec![(0.0, None); count + 1];
        for from in (0..count).rev() {
            let own = self.beginning_at(text, chars, &ends, from);
            for edge in edges[from].iter().copied().chain(own) {
                let likely = edge.log_frequency - TOTAL.ln() + best[edge.end].0;
                let better = |held: Edge| likely > best[from].0 || (likely >= best[from].0 && edge.end > held.end);
                if best[from].1.is_none_or(better) {
                    best[from] = (likely, Some(edge));
                }
            }
        }
        let mut path = Vec::new();
        let mut at = 0;
        while let Some((_, Some(edge))) = best.get(at).copied() {
            path.push((at, edge));
            at = edge.end;
        }
        (best[0].0, path)
    }
}

/// Characters that jieba looks for words in; all others stand for themselves.
fn is_cut(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || "+#&._%-".contains(c)
}

/// Where each character begins, in bytes, and where the last one ends.
fn byte_ends(chars: &[char]) -> Vec<usize> {
    let ends = chars.iter().scan(0, |at, c| {
        *at += c.len_utf8();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

/// Short stretches with both Han characters and others, by first character and the one after the last.
fn mixed(chars: &[char]) -> impl Iterator<Item = (usize, usize)> {
    let all = (0..chars.len())
        .flat_map(|from| (from + 2..=(from + LONGEST_MIXED).min(chars.len())).map(move |end| (from, end)));
    all.filter(|(from, end)| {
        let han = chars[*from..*end].iter().filter(|c| is_han(**c)).count();
        han > 0 && han < end - from
    })
}

/// A dictionary word; that of a single character in place of one that counts once.
fn add(edges: &mut [Vec<Edge>], word: Range<usize>, frequency: usize) {
    let edge = Edge { end: word.end, log_frequency: log(frequency), own: false };
    let Some(held) = edges.get_mut(word.start) else { return };
    if word.len() == 1 { held[0] = edge } else { held.push(edge) }
}

/// How often jieba's dictionary counts a word of its own. Jieba only tells how often a word must count to be cut as one,
/// which is its own frequency or one more, or much more for a word that it always cuts in two: that one is as good as
/// missing.
fn frequency(jieba: &Jieba, word: &str) -> usize {
    if jieba.cut(word, false).len() > 1 {
        return 1;
    }
    let told = jieba.suggest_freq(word);
    let one_less = told.saturating_sub(1).max(1);
    let tells = |count: usize| ((log(count) - TOTAL.ln()) + TOTAL.ln()).exp();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of 0..=TOTAL")]
    if tells(one_less) as usize + 1 == told { one_less } else { told }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn log(frequency: usize) -> f64 {
    (frequency as f64).ln()
}
