//! Completes what is being typed, in the corpus's own questions: by characters, by full pinyin, by pinyin initials; where
//! nothing begins so, by several words apart and by forgiving one slip.
//!
//! Each spelling is a sorted table of suffixes that begin where a character begins, so that a completion is a binary
//! search whatever the size of the corpus.

use std::collections::BTreeMap;

use super::slip;
use super::spelling::{Found, Spelling};
use crate::text::pinyin::syllables;
use crate::text::trace::Span;
use crate::text::{is_han, match_key, normalize};

/// Words apart from one another that are looked for, at most.
const WORDS: usize = 4;

/// How a question completes what was typed, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    Characters,
    Pinyin,
    Initials,
    /// Every word of it, apart from one another.
    Words,
    /// All but one character or letter.
    Slip,
}

/// A question that completes what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Position of the question in the list that the tables were built from.
    pub question: u32,
    pub closeness: Closeness,
    /// What matched, in characters of the question's [`match_key`]; the first is the first that was typed.
    pub matched: Vec<Span>,
    /// Characters of the question's key.
    pub length: usize,
}

/// Typeahead over all question texts of a corpus.
#[derive(Debug, Default)]
pub struct Typeahead {
    characters: Spelling,
    pinyin: Spelling,
    initials: Spelling,
}

/// A match in one of the spellings.
#[derive(Debug, Clone, Copy)]
struct Match<'a> {
    spelling: &'a Spelling,
    /// Whether the spelling is that of the characters themselves.
    written: bool,
    closeness: Closeness,
    found: Found,
}

impl Typeahead {
    /// Builds the tables; positions in `questions` come back from [`Typeahead::complete`].
    #[must_use]
    pub fn build(questions: &[&str]) -> Self {
        let keys: Vec<String> = questions.iter().map(|q| match_key(&normalize(q))).collect();
        let sounds: Vec<Vec<String>> = keys.iter().map(|key| syllables(key)).collect();
        let first_letter = |units: &Vec<String>| units.iter().map(|unit| unit.chars().take(1).collect()).collect();
        Self {
            characters: Spelling::build(keys.iter().map(|key| key.chars().map(String::from).collect())),
            initials: Spelling::build(sounds.iter().map(first_letter)),
            pinyin: Spelling::build(sounds.into_iter()),
        }
    }

    /// The questions that what was typed may become, each once, in no order that means anything to people. Empty input
    /// completes nothing. Takes time linear in what was typed and a bounded number of comparisons.
    #[must_use]
    pub fn complete(&self, typed: &str) -> Vec<Completion> {
        let typed_key = match_key(&normalize(typed));
        if typed_key.is_empty() {
            return Vec::new();
        }
        let whole = self.matches(&typed_key);
        if !whole.is_empty() {
            return self.completions(whole.into_iter().map(|one| (one.found.question, one.closeness, vec![one])));
        }
        let apart = self.words_apart(typed);
        if !apart.is_empty() {
            return self.completions(apart.into_iter().map(|(question, all)| (question, Closeness::Words, all)));
        }
        let forgiven = self.with_a_slip(&typed_key);
        self.completions(forgiven.into_iter().map(|one| (one.found.question, Closeness::Slip, vec![one])))
    }

    /// Whatever begins with a key in one of the spellings. Han typed so far may be followed by letters of the next
    /// syllable: 退kuan.
    fn matches(&self, key: &str) -> Vec<Match<'_>> {
        let sound = syllables(key).concat();
        let mut all = Vec::new();
        let mut add = |spelling, closeness, typed: &str| {
            let written = closeness == Closeness::Characters;
            all.extend(Spelling::matches(spelling, typed).map(|found| Match { spelling, written, closeness, found }));
        };
        add(&self.characters, Closeness::Characters, key);
        add(&self.pinyin, Closeness::Pinyin, &sound);
        if !key.chars().any(is_han) {
            add(&self.initials, Closeness::Initials, key);
        }
        all
    }

    /// Questions that hold every one of several words.
    fn words_apart(&self, typed: &str) -> BTreeMap<u32, Vec<Match<'_>>> {
        let words: Vec<String> =
            typed.split_whitespace().map(|word| match_key(&normalize(word))).filter(|word| !word.is_empty()).collect();
        if !(2..=WORDS).contains(&words.len()) {
            return BTreeMap::new();
        }
        let mut held: Option<BTreeMap<u32, Vec<Match<'_>>>> = None;
        for word in &words {
            let mut of_word: BTreeMap<u32, Match<'_>> = BTreeMap::new();
            for one in self.matches(word) {
                of_word.entry(one.found.question).or_insert(one);
            }
            held = Some(match held {
                None => of_word.into_iter().map(|(question, one)| (question, vec![one])).collect(),
                Some(mut earlier) => {
                    earlier.retain(|question, all| of_word.get(question).map(|one| all.push(*one)).is_some());
                    earlier
                }
            });
        }
        held.unwrap_or_default()
    }

    fn with_a_slip(&self, key: &str) -> Vec<Match<'_>> {
        let sound = syllables(key).concat();
        let found = |spelling, written, typed: &str| {
            let forgiven = slip::matches(spelling, typed);
            forgiven.into_iter().map(move |found| Match { spelling, written, closeness: Closeness::Slip, found })
        };
        let mut all: Vec<Match<'_>> = found(&self.characters, true, key).collect();
        all.extend(found(&self.pinyin, false, &sound));
        all
    }

    /// The closest completion of each question, then the one that begins first.
    fn completions<'a>(&self, all: impl Iterator<Item = (u32, Closeness, Vec<Match<'a>>)>) -> Vec<Completion> {
        let mut best: BTreeMap<u32, Completion> = BTreeMap::new();
        for (question, closeness, matches) in all {
            let matched: Vec<Span> = matches.iter().map(|one| self.place(one)).collect();
            let start = |spans: &[Span]| spans.first().map_or(0, |first| first.start);
            let closer = best
                .get(&question)
                .is_none_or(|held| (closeness, start(&matched)) < (held.closeness, start(&held.matched)));
            if closer {
                let length = self.characters.text(question).chars().count();
                best.insert(question, Completion { question, closeness, matched, length });
            }
        }
        best.into_values().collect()
    }

    /// Where a match stands in the question's key. A run of Latin letters is one unit of a sound and several characters.
    fn place(&self, one: &Match<'_>) -> Span {
        let units = one.spelling.units(one.found);
        if one.written {
            return units;
        }
        let key = self.characters.text(one.found.question);
        let sounds = syllables(key);
        let width = |sound: &String| {
            let is_run = sound.chars().all(|c| c.is_ascii_alphanumeric()) && key.contains(sound.as_str());
            if is_run { sound.chars().count() } else { 1 }
        };
        let before: usize = sounds.iter().take(units.start).map(width).sum();
        let inside: usize = sounds.iter().take(units.end).skip(units.start).map(width).sum();
        Span { start: before, end: before + inside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typeahead() -> Typeahead {
        Typeahead::build(&["怎么申请退款", "退款多久到账", "运费怎么算", "奶粉喝了过敏怎么办", "iphone保修多久"])
    }

    fn found(typed: &str) -> Vec<u32> {
        typeahead().complete(typed).into_iter().map(|one| one.question).collect()
    }

    #[test]
    fn completes_from_characters_pinyin_initials_and_a_mixture() {
        let rows: [(&str, &[u32]); 8] = [
            ("退款", &[0, 1]),
            ("tuikuan", &[0, 1]), // full pinyin
            ("tuik", &[0, 1]),    // a syllable not finished
            ("tkdj", &[1]),       // initials
            ("退kuan", &[0, 1]),  // a mixture
            ("推款", &[0, 1]),    // a homophone typo
            ("發票", &[]),        // nothing like it
            ("", &[]),
        ];
        for (typed, expected) in rows {
            assert_eq!(found(typed), expected, "typed {typed:?}");
        }
    }

    #[test]
    fn forgives_a_slip_and_finds_words_apart() {
        let rows: [(&str, &[u32]); 8] = [
            ("tuikaun", &[0, 1]),   // two letters swapped
            ("yunfie", &[2]),       // the same at the end
            ("yufeizenme", &[2]),   // a letter missing
            ("退款多就到账", &[1]), // sounds right
            ("退款很久到账", &[1]), // a wrong character
            ("退款多到账", &[1]),   // a character missing
            ("奶粉 过敏", &[3]),    // words apart
            ("奶粉 退款", &[]),     // not in one question
        ];
        for (typed, expected) in rows {
            assert_eq!(found(typed), expected, "typed {typed:?}");
        }
    }

    #[test]
    fn says_what_matched() {
        let rows = [
            ("退款", 0, Closeness::Characters, vec![Span { start: 4, end: 6 }]),
            ("shenqing", 0, Closeness::Pinyin, vec![Span { start: 2, end: 4 }]),
            ("tkdj", 1, Closeness::Initials, vec![Span { start: 0, end: 4 }]),
            ("baoxiu", 4, Closeness::Pinyin, vec![Span { start: 6, end: 8 }]), // behind letters
            ("奶粉 过敏", 3, Closeness::Words, vec![Span { start: 0, end: 2 }, Span { start: 4, end: 6 }]),
            ("yunfie", 2, Closeness::Slip, vec![Span { start: 0, end: 2 }]),
        ];
        for (typed, question, closeness, matched) in rows {
            let all = typeahead().complete(typed);
            let one = all.iter().find(|one| one.question == question);
            assert_eq!(one.map(|one| (one.closeness, one.matched.clone())), Some((closeness, matched)), "{typed}");
        }
    }
}
