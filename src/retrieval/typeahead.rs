//! Completes what is being typed, in the corpus's own questions: by characters, by full pinyin, by pinyin initials.
//!
//! Each spelling is a sorted table of suffixes that begin where a character begins, so that a completion is a binary
//! search whatever the size of the corpus.

use std::cmp::Ordering;

use crate::text::pinyin::syllables;
use crate::text::{is_han, match_key, normalize};

/// Suffixes looked at per spelling and keystroke; beyond that a longer input narrows the choice.
const SCAN: usize = 400;

/// A completion: which question, and how it matched (smaller is better).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    spelling: usize,
    /// Characters before the match.
    start: u16,
    /// Characters of the whole question.
    length: u16,
    question: u32,
}

/// One way of writing every question, as sorted suffixes.
#[derive(Debug, Default)]
struct Spelling {
    texts: Vec<String>,
    /// (question, byte offset, character offset), sorted by the text from the byte offset on.
    suffixes: Vec<(u32, u16, u16)>,
}

impl Spelling {
    /// `units` are what a suffix may begin with: characters or syllables.
    fn build(questions: impl Iterator<Item = Vec<String>>) -> Self {
        let mut table = Self::default();
        for (question, units) in (0_u32..).zip(questions) {
            let mut offset = 0_usize;
            for (position, unit) in (0_u16..).zip(&units) {
                let Ok(byte) = u16::try_from(offset) else { break };
                table.suffixes.push((question, byte, position));
                offset += unit.len();
            }
            table.texts.push(units.concat());
        }
        let texts = &table.texts;
        table.suffixes.sort_by(|a, b| suffix(texts, *a).cmp(suffix(texts, *b)).then(a.cmp(b)));
        table
    }

    fn matches<'a>(&'a self, typed: &'a str) -> impl Iterator<Item = (u32, u16)> + 'a {
        let from = self.suffixes.partition_point(|s| suffix(&self.texts, *s).cmp(typed) == Ordering::Less);
        self.suffixes[from..]
            .iter()
            .take_while(move |s| suffix(&self.texts, **s).starts_with(typed))
            .take(SCAN)
            .map(|(question, _, position)| (*question, *position))
    }
}

fn suffix(texts: &[String], (question, byte, _): (u32, u16, u16)) -> &str {
    let text = texts.get(question as usize).map_or("", String::as_str);
    text.get(usize::from(byte)..).unwrap_or("")
}

/// Typeahead over all question texts of a corpus.
#[derive(Debug, Default)]
pub struct Typeahead {
    /// Characters, full pinyin, initials: in the order preferred.
    spellings: [Spelling; 3],
    lengths: Vec<u16>,
}

impl Typeahead {
    /// Builds the tables; positions in `questions` come back from [`Typeahead::complete`].
    #[must_use]
    pub fn build(questions: &[&str]) -> Self {
        let keys: Vec<String> = questions.iter().map(|q| match_key(&normalize(q))).collect();
        let characters = keys.iter().map(|key| key.chars().map(String::from).collect());
        let pinyin = keys.iter().map(|key| syllables(key));
        let initials = keys.iter().map(|key| syllables(key).iter().map(|s| s.chars().take(1).collect()).collect());
        let lengths = keys.iter().map(|key| u16::try_from(key.chars().count()).unwrap_or(u16::MAX)).collect();
        Self { spellings: [Spelling::build(characters), Spelling::build(pinyin), Spelling::build(initials)], lengths }
    }

    /// Positions of matching questions, best first: characters before pinyin before initials, matches at the start
    /// before matches inside, short questions before long ones. Empty input completes nothing.
    #[must_use]
    pub fn complete(&self, typed: &str) -> Vec<u32> {
        let key = match_key(&normalize(typed));
        if key.is_empty() {
            return Vec::new();
        }
        // Han typed so far may be followed by letters of the next syllable: 退kuan.
        let as_pinyin = syllables(&key).concat();
        let all_letters = !key.chars().any(is_han);
        let mut found: Vec<Match> = Vec::new();
        for (spelling, typed) in [(0, &key), (1, &as_pinyin), (2, &key)] {
            if spelling == 2 && !all_letters {
                continue;
            }
            for (question, start) in self.spellings[spelling].matches(typed) {
                let length = self.lengths.get(question as usize).copied().unwrap_or(u16::MAX);
                found.push(Match { spelling, start, length, question });
            }
        }
        found.sort_unstable();
        let mut seen = rustc_hash::FxHashSet::default();
        found.into_iter().map(|m| m.question).filter(|question| seen.insert(*question)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completes_from_characters_pinyin_initials_and_a_mixture() {
        let typeahead = Typeahead::build(&["怎么申请退款", "退款多久到账", "运费怎么算"]);
        let rows: [(&str, &[u32]); 8] = [
            ("退款", &[1, 0]),    // at the start before inside
            ("tuikuan", &[1, 0]), // full pinyin
            ("tuik", &[1, 0]),    // a syllable not finished
            ("tkdj", &[1]),       // initials
            ("退kuan", &[1, 0]),  // a mixture
            ("推款", &[1, 0]),    // a homophone typo
            ("發票", &[]),        // nothing like it
            ("", &[]),
        ];
        for (typed, expected) in rows {
            assert_eq!(typeahead.complete(typed), expected, "typed {typed:?}");
        }
    }
}
