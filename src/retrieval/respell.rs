//! Reads what was typed in pinyin, or in characters that only sound right, as the corpus writes it: `tuikuan`, 退kuan and
//! 推款 as 退款. A guess at what was meant; what is made of it is decided elsewhere.
//!
//! The words are those of the corpus's own questions; of words of one sound the corpus's commonest counts, and letters
//! are cut into the likeliest words (a unigram model, Viterbi).

use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::is_han;
use crate::text::pinyin::readings;
use crate::text::segment::Segmenter;

/// Characters of a text that is read by its sound; longer ones were not typed by somebody without an input method.
const LONGEST_TEXT: usize = 120;
/// Letters that one word can take, 24 for four syllables.
const LONGEST_SOUND: usize = 24;
/// Characters of a word.
const LONGEST_WORD: usize = 4;
/// Ways to pronounce one word that are known.
const READINGS: usize = 4;

/// The words of a corpus by how they sound. Immutable.
#[derive(Debug, Default)]
pub struct Respeller {
    /// Toneless pinyin without gaps → words, the commonest first.
    sounds: FxHashMap<String, Vec<Word>>,
    /// Every Han word of two or more characters.
    words: FxHashSet<String>,
    /// Words of Latin letters, which are not pinyin.
    latin: FxHashSet<String>,
    total: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    characters: usize,
    count: u32,
}

impl Respeller {
    /// Learns the words of normalised questions.
    #[must_use]
    pub fn build<'a>(questions: impl Iterator<Item = &'a str>, segmenter: &Segmenter) -> Self {
        let mut counts: FxHashMap<String, u32> = FxHashMap::default();
        let mut speller = Self::default();
        for question in questions {
            for word in segmenter.pieces(question) {
                if word.chars().all(is_han) {
                    *counts.entry(word.to_owned()).or_default() += 1;
                    // A character inside a word is seldom meant alone, and must be known all the same.
                    for c in word.chars() {
                        counts.entry(c.to_string()).or_default();
                    }
                } else if word.chars().all(|c| c.is_ascii_alphabetic()) {
                    speller.latin.insert(word.to_owned());
                }
            }
        }
        let mut counted: Vec<(String, u32)> = counts.into_iter().map(|(word, count)| (word, count + 1)).collect();
        counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (text, count) in counted {
            speller.add(text, count);
        }
        speller
    }

    fn add(&mut self, text: String, count: u32) {
        let characters = text.chars().count();
        self.total = self.total.saturating_add(count);
        for sound in sounds(&text) {
            self.sounds.entry(sound).or_default().push(Word { text: text.clone(), characters, count });
        }
        if characters > 1 {
            self.words.insert(text);
        }
    }

    /// A normalised text as the corpus writes what it sounds like; `None` where that is nothing else than what is
    /// written. Takes time linear in the text.
    #[must_use]
    pub fn respell(&self, normalized: &str, segmenter: &Segmenter) -> Option<Respelled> {
        if normalized.chars().nth(LONGEST_TEXT).is_some() {
            return None;
        }
        let read = self.read_letters(normalized);
        let text = read.as_deref().unwrap_or(normalized);
        let heard = self.hear_characters(text, segmenter);
        let from_letters = read.is_some();
        heard.or(read).map(|text| Respelled { text, from_letters })
    }

    /// Runs of pinyin as characters.
    fn read_letters(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut changed = false;
        let mut run = String::new();
        let flush = |run: &mut String, out: &mut String, changed: &mut bool| {
            let read = self.read_run(run);
            *changed |= read.is_some();
            out.push_str(read.as_deref().unwrap_or(run));
            run.clear();
        };
        for c in text.chars() {
            let goes_on = c.is_ascii_lowercase() || (matches!(c, ' ' | '\'') && !run.is_empty());
            if goes_on {
                run.push(c);
            } else {
                flush(&mut run, &mut out, &mut changed);
                out.push(c);
            }
        }
        flush(&mut run, &mut out, &mut changed);
        changed.then_some(out)
    }

    /// Letters with gaps as characters; words that the corpus writes in letters stay.
    fn read_run(&self, run: &str) -> Option<String> {
        let mut out = String::new();
        let mut letters = String::new();
        let mut changed = false;
        for part in run.split([' ', '\'']).map(Some).chain([None]) {
            if let Some(part) = part.filter(|part| !self.latin.contains(*part)) {
                letters.push_str(part);
                continue;
            }
            if !letters.is_empty() {
                out.push_str(&self.cut(&letters)?);
                letters.clear();
                changed = true;
            }
            out.push_str(part.unwrap_or_default());
        }
        changed.then_some(out)
    }

    /// The likeliest words whose sounds make up the letters.
    fn cut(&self, letters: &str) -> Option<String> {
        let mut best: Vec<Option<(f64, usize, &str)>> = vec![None; letters.len() + 1];
        best[0] = Some((0.0, 0, ""));
        for from in 0..letters.len() {
            let Some((cost, ..)) = best[from] else { continue };
            for to in from + 1..=letters.len().min(from + LONGEST_SOUND) {
                let Some(word) = self.sounds.get(&letters[from..to]).and_then(|words| words.first()) else { continue };
                let with = cost + (f64::from(self.total) / f64::from(word.count)).ln();
                if best[to].is_none_or(|(held, ..)| with < held) {
                    best[to] = Some((with, from, &word.text));
                }
            }
        }
        let mut words = Vec::new();
        let mut at = letters.len();
        while at > 0 {
            let (_, from, word) = best[at]?;
            words.push(word);
            at = from;
        }
        words.reverse();
        Some(words.concat())
    }

    /// Words that nobody writes so, as the corpus's words of the same sound.
    fn hear_characters(&self, text: &str, segmenter: &Segmenter) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let known = self.known_characters(text, segmenter);
        let mut out = String::with_capacity(text.len());
        let mut changed = false;
        let mut at = 0;
        while at < chars.len() {
            let lengths = (2..=LONGEST_WORD.min(chars.len() - at)).rev();
            let mut heard = lengths.filter_map(|length| {
                let free = !known[at..at + length].contains(&true);
                let window: String = chars[at..at + length].iter().collect();
                let strange = free && window.chars().all(is_han) && segmenter.frequency(&window) == 0;
                strange.then(|| self.of_sound(&window)).flatten().map(|word| (length, word))
            });
            if let Some((length, word)) = heard.next() {
                out.push_str(word);
                changed = true;
                at += length;
            } else {
                out.push(chars[at]);
                at += 1;
            }
        }
        changed.then_some(out)
    }

    /// Which characters belong to words, of the corpus or of the language; stop words say what they say.
    fn known_characters(&self, text: &str, segmenter: &Segmenter) -> Vec<bool> {
        let mut known = Vec::with_capacity(text.len());
        for word in segmenter.pieces(text) {
            let is_word = word.chars().nth(1).is_some() && segmenter.frequency(word) > 0;
            let is_known = is_word || self.words.contains(word) || segmenter.is_stopword(word);
            known.extend(word.chars().map(|_| is_known));
        }
        known.resize(text.chars().count(), false);
        known
    }

    /// The commonest word of as many characters that sounds the same and is another.
    fn of_sound(&self, window: &str) -> Option<&str> {
        let sound = sounds(window).into_iter().next()?;
        let length = window.chars().count();
        let mut words = self.sounds.get(&sound)?.iter();
        let found = words.find(|word| word.characters == length)?;
        (found.text != window).then_some(found.text.as_str())
    }
}

/// A text as it sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respelled {
    pub text: String,
    /// Whether letters were read, and not only characters of the same sound.
    pub from_letters: bool,
}

/// How a word may sound, the usual way first, at most [`READINGS`].
fn sounds(word: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in word.chars() {
        let of_character = readings(c);
        if of_character.is_empty() {
            return Vec::new();
        }
        let longer = of_character.iter().flat_map(|reading| all.iter().map(move |held| format!("{held}{reading}")));
        all = longer.take(READINGS).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pinyin_and_homophones_as_the_corpus_writes_them() {
        let segmenter = Segmenter::default();
        let questions = [
            "退款多久到账",
            "退款几天到账",
            "怎么退款",
            "发票怎么开",
            "运费怎么算",
            "会员费能退吗",
            "银行卡怎么绑定",
            "iphone有货吗",
            "经典项目有哪些",
        ];
        let speller = Respeller::build(questions.into_iter(), &segmenter);
        let rows = [
            ("tui kuan ji tian dao zhang", Some("退款几天到账")),
            ("tuikuanduojiudaozhang", Some("退款多久到账")),
            ("退款jitian到账", Some("退款几天到账")),
            ("yinhangka zenme bangding", Some("银行卡怎么绑定")), // 行 has two readings
            ("iphone zenme tuikuan", Some("iphone怎么退款")),     // letters of the corpus stay
            ("推款几天到账", Some("退款几天到账")),
            ("法票怎么开", Some("发票怎么开")),
            ("有哪些景点", None),         // a word in its own right
            ("房贷利率现在多少", None),   // nor parts of two words
            ("退款几天到账", None),       // as it is written
            ("where is my parcel", None), // no pinyin
            ("", None),
        ];
        for (typed, expected) in rows {
            let found = speller.respell(typed, &segmenter).map(|found| found.text);
            assert_eq!(found.as_deref(), expected, "{typed}");
        }
    }
}
