//! One text read for comparing: its values, codes, symbols, words, characters and logic.

mod canonical;
pub(in crate::difference) mod class;
pub(in crate::difference) mod logic;
pub(in crate::difference) mod marks;
mod numerals;
pub(in crate::difference) mod values;

use canonical::canonical;
use logic::{Logic, logic};
use marks::Marks;
use values::{Value, values};

use super::tables::{Facts, tables};
use crate::text::is_han;
use crate::text::marks::marks as symbols_of;
use crate::text::segment::Segmenter;

/// Characters of the longest listed words that are looked for beside the dictionary's.
const LONGEST_LISTED: usize = 6;

/// A word with what the lists know of it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// The word that stands for its synonyms in the corpus.
    pub(super) text: Box<str>,
    pub(super) facts: &'static Facts,
    /// How much it says, 0..=1: rare words say more.
    pub(super) weight: f32,
    /// Characters of the text, from and up to.
    pub(super) span: (u16, u16),
}

/// A text as it is compared.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Canonical spelling.
    pub(super) text: Box<str>,
    pub(super) values: Vec<Value>,
    pub(super) marks: Marks,
    /// Symbols, emoji of things among them.
    pub(super) symbols: Vec<char>,
    /// All words in order.
    pub(super) words: Vec<Word>,
    /// Han characters, sorted.
    pub(super) han: Vec<char>,
    pub(super) logic: Logic,
    /// Characters of the text.
    pub(super) length: usize,
}

impl Reading {
    /// Reads normalised text; `symbols` are those of the text as written, which normalising removes in part.
    #[must_use]
    pub fn new(normalized: &str, symbols: &str, segmenter: &Segmenter) -> Self {
        let text = canonical(normalized);
        let chars: Vec<char> = text.chars().collect();
        let mut taken = vec![false; chars.len()];
        let mut words: Vec<Word> = Vec::new();
        campaigns(&chars, &mut taken, &mut words, segmenter);
        let mut read = Vec::new();
        let marks = marks::read(&chars, &mut taken, &mut read);
        for (latin, span) in &marks.latin {
            words.push(word(latin, *span, segmenter));
        }
        read.extend(values(&chars, &mut taken));
        read.sort_by_key(|value| value.span);
        let cut = outer_words(&text, segmenter);
        listed_words(&chars, &cut, &mut taken, &mut words, segmenter);
        for (cut, from, end) in cut {
            if !taken[from..end].iter().any(|taken| *taken) {
                words.push(word(cut, (place(from), place(end)), segmenter));
                continue;
            }
            // What the dictionary joined to a value (7 天无 理由) still stands on its own.
            for at in (from..end).filter(|at| !taken[*at]) {
                let left: String = chars[at..=at].iter().collect();
                words.push(word(&left, (place(at), place(at + 1)), segmenter));
            }
        }
        words.sort_by_key(|word| word.span);
        let mut han: Vec<char> = chars.iter().copied().filter(|c| is_han(*c)).collect();
        han.sort_unstable();
        let mut symbols: Vec<char> = symbols.chars().chain(symbols_of(&text).chars()).collect();
        symbols.sort_unstable();
        symbols.dedup();
        let logic = logic(&text);
        Self { values: read, marks, symbols, words, han, logic, length: chars.len(), text: text.into() }
    }

    /// Reads a text as written, stored or asked.
    #[cfg(test)]
    pub(super) fn of(written: &str, segmenter: &Segmenter) -> Self {
        Self::new(&crate::text::normalize(written), &symbols_of(written), segmenter)
    }

    /// Words that carry a subject.
    pub(super) fn content(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|word| !word.facts.stop)
    }

    /// How many subjects, values and codes it names.
    #[must_use]
    pub fn content_count(&self) -> usize {
        let mut seen: Vec<&str> = self.content().map(|word| &*word.text).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len() + self.values.len() + self.marks.codes.len()
    }

    /// Whether nothing at all differs, whatever the punctuation.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let words = |of: &Self| of.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
        let amounts =
            |of: &Self| of.values.iter().map(|value| (value.class, value.amount.to_bits())).collect::<Vec<_>>();
        self.symbols == other.symbols
            && self.marks.codes == other.marks.codes
            && amounts(self) == amounts(other)
            && words(self) == words(other)
    }

    /// The part of the text at a span.
    pub(super) fn part(&self, (from, end): (u16, u16)) -> String {
        self.text.chars().skip(from.into()).take(usize::from(end.saturating_sub(from))).collect()
    }
}

fn word(text: &str, span: (u16, u16), segmenter: &Segmenter) -> Word {
    let own = tables().facts(text);
    let name = segmenter.canonical(text);
    let facts = if own.lists == 0 && own.synonyms.is_empty() && !own.stop { tables().facts(name) } else { own };
    Word { text: name.into(), facts, weight: weight(text, segmenter), span }
}

/// Log of the dictionary's rarity, scaled to 0.15..=1; single characters say less.
#[expect(clippy::cast_precision_loss, reason = "dictionary counts are far below 2^52")]
#[expect(clippy::cast_possible_truncation, reason = "a weight needs no more than f32")]
fn weight(word: &str, segmenter: &Segmenter) -> f32 {
    /// Words counted in the dictionary.
    const TOTAL: f64 = 6.0e7;
    let rarity = (TOTAL / (segmenter.frequency(word) as f64 + 5.0)).ln();
    let weight = ((rarity - 5.0) / 11.0).clamp(0.15, 1.0) as f32;
    if word.chars().nth(1).is_some() { weight } else { weight * 0.6 }
}

/// Weekdays and campaigns whose names hold numerals.
fn campaigns(chars: &[char], taken: &mut [bool], words: &mut Vec<Word>, segmenter: &Segmenter) {
    let mut add = |taken: &mut [bool], text: &str, from: usize, end: usize| {
        words.push(word(text, (place(from), place(end)), segmenter));
        taken[from..end].fill(true);
    };
    for at in 0..chars.len() {
        let rest = &chars[at..];
        let free = |length: usize| rest.len() >= length && !taken[at..at + length].iter().any(|taken| *taken);
        match rest {
            ['周', day, ..] if free(2) && "一二三四五六日末1234567".contains(*day) => {
                let name = match day {
                    '1' => '一',
                    '2' => '二',
                    '3' => '三',
                    '4' => '四',
                    '5' => '五',
                    '6' => '六',
                    '7' => '日',
                    other => *other,
                };
                add(taken, &format!("周{name}"), at, at + 2);
            }
            ['双', '十', day @ ('一' | '二'), ..] if free(3) => add(taken, &format!("双十{day}"), at, at + 3),
            ['6', '1', '8', ..] if free(3) => {
                let inside = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.');
                if !inside(rest.get(3)) && !inside(at.checked_sub(1).and_then(|before| chars.get(before))) {
                    add(taken, "618", at, at + 3);
                }
            }
            _ => {}
        }
    }
}

/// Words of the lists that the dictionary cuts in pieces: 电炖锅, 副卡, 录播. Not those inside a longer word.
fn listed_words(
    chars: &[char],
    cut: &[(&str, usize, usize)],
    taken: &mut [bool],
    words: &mut Vec<Word>,
    segmenter: &Segmenter,
) {
    let mut at = 0;
    while at < chars.len() {
        let found = (2..=LONGEST_LISTED).rev().filter(|length| at + length <= chars.len()).find_map(|length| {
            let end = at + length;
            let spelling: String = chars[at..end].iter().collect();
            let listed = tables().facts(&spelling).lists != 0 && !taken[at..end].iter().any(|taken| *taken);
            // Of outer words, none of which lies in another, only the first that reaches as far can hold it.
            let holds = |(_, from, to): &(&str, usize, usize)| *from <= at && to - from > length;
            let inside = || cut.get(cut.partition_point(|(_, _, to)| *to < end)).is_some_and(holds);
            (listed && !inside()).then_some((spelling, end))
        });
        match found {
            Some((spelling, end)) => {
                words.push(word(&spelling, (place(at), place(end)), segmenter));
                taken[at..end].fill(true);
                at = end;
            }
            None => at += 1,
        }
    }
}

/// The words of a text without those inside longer ones, with their characters.
fn outer_words<'a>(text: &'a str, segmenter: &Segmenter) -> Vec<(&'a str, usize, usize)> {
    let mut tokens: Vec<(&str, usize, usize)> =
        segmenter.tokens(text).into_iter().map(|token| (token.word, token.span.start, token.span.end)).collect();
    // Longer words first at each place, so that what lies within comes after.
    tokens.sort_by_key(|(_, from, end)| (*from, std::cmp::Reverse(*end)));
    let mut reached = 0;
    tokens.retain(|(_, _, end)| {
        let outer = *end > reached;
        reached = reached.max(*end);
        outer
    });
    tokens
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_beside_values_and_codes() {
        let reading = Reading::of("双11买的X3.8吸尘器，周六7天内能退吗🍎", &Segmenter::default());
        let words: Vec<&str> = reading.words.iter().map(|word| &*word.text).collect();
        assert!(words.contains(&"双十一") && words.contains(&"周六") && words.contains(&"吸尘器"), "{words:?}");
        assert_eq!(reading.marks.codes, ["x3.8".into()]);
        assert_eq!((reading.values.len(), reading.symbols.as_slice()), (1, ['🍎'].as_slice()));
        assert_eq!(reading.part(reading.values[0].span), "7天内");
    }

    #[test]
    fn spelling_alone_is_no_difference() {
        let of = |text| Reading::of(text, &Segmenter::default());
        assert!(of("运费怎么算").says_the_same(&of("运费怎么算？")));
        assert!(of("7天无理由").says_the_same(&of("七天无理由")));
        assert!(!of("1.5升水壶").says_the_same(&of("15升水壶")));
        assert!(!of("C课程").says_the_same(&of("C#课程")));
        assert!(!of("🍎怎么退").says_the_same(&of("🍌怎么退")));
    }
}
