//! What a corpus knows of words: which entries use them, and which pairs of them tell otherwise equal questions apart.

use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::reading::{Reading, Word};

/// Questions alike but for one word that are looked at together; more of them say nothing about a pair.
const LARGEST_FRAME: usize = 30;
/// A frame of fewer words is no frame.
const LEAST_FRAME: usize = 3;

/// The words of a corpus's questions.
#[derive(Debug, Default)]
pub struct CorpusWords {
    /// In how many entries each word stands.
    entries_with: FxHashMap<Box<str>, u32>,
    /// Hashes of word pairs that alone tell two entries' questions apart.
    telling_pairs: FxHashSet<u64>,
    /// Words of such pairs.
    slots: FxHashSet<u64>,
}

/// What a comparison may know besides the two questions.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub words: &'a CorpusWords,
    /// Questions of the entry that may match, the compared one among them.
    pub entry: &'a [&'a Reading],
}

impl CorpusWords {
    /// Counts the words of all questions, each with its entry; an entry's questions stand together.
    #[must_use]
    pub fn build<'a>(questions: impl Iterator<Item = (u32, &'a Reading)>) -> Self {
        let mut found = Self::default();
        let mut frames: FxHashMap<u64, Vec<(&'a str, u32)>> = FxHashMap::default();
        let mut last = None;
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for (entry, reading) in questions {
            if last != Some(entry) {
                seen.clear();
                last = Some(entry);
            }
            let mut words: Vec<&Word> = reading.words.iter().filter(|word| !is_particle(&word.text)).collect();
            for word in words.iter().filter(|word| seen.insert(&word.text)) {
                *found.entries_with.entry(word.text.clone()).or_default() += 1;
            }
            words.sort_unstable_by(|a, b| a.text.cmp(&b.text));
            if words.len() < LEAST_FRAME {
                continue;
            }
            for (at, word) in words.iter().enumerate().filter(|(_, word)| !word.facts.stop) {
                let rest = words.iter().enumerate().filter(|(other, _)| *other != at);
                let frame = frames.entry(hash_all(rest.map(|(_, word)| &*word.text))).or_default();
                if frame.len() < LARGEST_FRAME {
                    frame.push((&word.text, entry));
                }
            }
        }
        // The order in which frames are visited does not matter: sets are filled.
        for frame in frames.into_values() {
            found.learn(&frame);
        }
        found
    }

    fn learn(&mut self, frame: &[(&str, u32)]) {
        for (at, (a, of_a)) in frame.iter().enumerate() {
            for (b, of_b) in &frame[..at] {
                if a != b && of_a != of_b {
                    self.telling_pairs.insert(pair(a, b));
                    self.slots.extend([hash_all([*a].into_iter()), hash_all([*b].into_iter())]);
                }
            }
        }
    }

    /// In how many entries a word stands.
    pub(super) fn entries_with(&self, word: &str) -> u32 {
        self.entries_with.get(word).copied().unwrap_or(0)
    }

    /// Whether two words alone tell questions of two entries apart.
    pub(super) fn tells_apart(&self, a: &str, b: &str) -> bool {
        self.telling_pairs.contains(&pair(a, b))
    }

    /// Whether some question differs from another entry's in this word alone.
    pub(super) fn is_slot(&self, word: &str) -> bool {
        self.slots.contains(&hash_all([word].into_iter()))
    }
}

fn is_particle(word: &str) -> bool {
    matches!(word, "的" | "吗" | "呢" | "了")
}

fn pair(a: &str, b: &str) -> u64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    hash_all([low, high].into_iter())
}

fn hash_all<'a>(words: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    words.for_each(|word| word.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn learns_which_words_tell_entries_apart() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let questions = [(0, of("护照怎么补办")), (1, of("居住证怎么补办")), (1, of("居住证丢了怎么办"))];
        let words = CorpusWords::build(questions.iter().map(|(entry, reading)| (*entry, reading)));
        assert!(words.tells_apart("居住证", "护照") && words.is_slot("护照") && !words.is_slot("补办"));
        assert_eq!((words.entries_with("居住证"), words.entries_with("补办"), words.entries_with("海关")), (1, 2, 0));
    }
}
