//! Cuts normalised text into terms: jieba words with their sub-words, and character n-grams.
//!
//! A segmenter is immutable; all share the dictionary jieba ships with, and a corpus with words of its own adds only
//! those.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use jieba_rs::Jieba;
use rustc_hash::{FxHashMap, FxHashSet};

use super::own_words::OwnWords;
use super::trace::Span;

/// The dictionary jieba ships with: read once per process, never changed.
static BASE: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Words with their synonyms folded, stop words removed.
#[derive(Debug, Clone, Default)]
pub struct Segmenter {
    own: OwnWords,
    /// Word → the first word of its synonym group.
    canonical: FxHashMap<String, Arc<str>>,
    stopwords: FxHashSet<String>,
}

/// A word as it stands in a text, and its characters there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub word: &'a str,
    pub span: Span,
}

impl Segmenter {
    /// A segmenter that also knows `dictionary` words, folds each synonym group onto its first word, and drops
    /// `stopwords`. All words are expected in normalised form.
    #[must_use]
    pub fn new(dictionary: &[String], synonyms: &[Vec<String>], stopwords: &[String]) -> Self {
        let mut canonical = FxHashMap::default();
        for group in synonyms {
            let Some(first) = group.first() else { continue };
            let name: Arc<str> = Arc::from(first.as_str());
            for word in group {
                canonical.entry(word.clone()).or_insert_with(|| Arc::clone(&name));
            }
        }
        let added = dictionary.iter().chain(synonyms.iter().flatten()).map(String::as_str);
        let own = OwnWords::new(added, &BASE);
        Self { own, canonical, stopwords: stopwords.iter().cloned().collect() }
    }

    /// Words of normalised text in order, longer words preceded by the shorter words inside them (jieba's search
    /// mode); synonyms folded, stop words and marks left out. When everything is a stop word, nothing is.
    #[must_use]
    pub fn words(&self, normalized: &str) -> Vec<String> {
        self.tokens(normalized).into_iter().map(|token| self.canonical(token.word).to_owned()).collect()
    }

    /// The same words as they stand in the text, and where.
    #[must_use]
    pub fn tokens<'a>(&self, normalized: &'a str) -> Vec<Token<'a>> {
        let mut words = Vec::new();
        let mut before = 0;
        for (part, is_own) in self.parts(normalized) {
            if is_own {
                words.extend(self.search_inside(part, before));
            } else if !self.own.occur_in(part) {
                words.extend(search(part, before));
            } else {
                for cut in BASE.cut(part, true) {
                    let at = before + cut.start;
                    let is_plain = cut.word.chars().all(super::is_han);
                    words.extend(if is_plain { self.search_inside(cut.word, at) } else { search(cut.word, at) });
                }
            }
            before += part.chars().count();
        }
        words.retain(|token| token.word.chars().any(super::is_term_char));
        let kept: Vec<Token<'a>> = words.iter().copied().filter(|token| !self.stopwords.contains(token.word)).collect();
        if kept.is_empty() { words } else { kept }
    }

    /// Every piece of the text once, from its beginning to its end, stop words and marks included.
    #[must_use]
    pub fn pieces<'a>(&self, normalized: &'a str) -> Vec<&'a str> {
        let cut = |(part, is_own)| {
            if is_own { vec![part] } else { BASE.cut(part, true).into_iter().map(|token| token.word).collect() }
        };
        self.parts(normalized).into_iter().flat_map(cut).collect()
    }

    /// The text in order, and which parts of it are words that this corpus adds.
    fn parts<'a>(&self, normalized: &'a str) -> Vec<(&'a str, bool)> {
        let mut parts = Vec::new();
        let mut at = 0;
        for Range { start, end } in self.own.places(normalized, &BASE) {
            parts.extend([(&normalized[at..start], false), (&normalized[start..end], true)]);
            at = end;
        }
        parts.push((&normalized[at..], false));
        parts.retain(|(part, _)| !part.is_empty());
        parts
    }

    /// A word with those of two and three characters inside it before it, as jieba's search mode has them.
    fn search_inside<'a>(&self, word: &'a str, before: usize) -> Vec<Token<'a>> {
        let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let count = ends.len() - 1;
        let inside = [2, 3].into_iter().filter(|length| *length < count);
        let all = inside
            .flat_map(|length| (0..=count - length).map(move |from| from..from + length))
            .chain(std::iter::once(0..count));
        all.map(|span| (&word[ends[span.start]..ends[span.end]], span))
            .filter(|(part, span)| span.len() == count || BASE.has_word(part) || self.own.frequency(part).is_some())
            .map(|(word, span)| Token { word, span: Span { start: before + span.start, end: before + span.end } })
            .collect()
    }

    /// Whether a word has no meaning for matching in this corpus.
    #[must_use]
    pub fn is_stopword(&self, word: &str) -> bool {
        self.stopwords.contains(word)
    }

    /// How often the dictionary counted a word; 0 for one it lacks.
    #[must_use]
    pub fn frequency(&self, word: &str) -> usize {
        let of_base = || if BASE.has_word(word) { BASE.suggest_freq(word) } else { 0 };
        self.own.frequency(word).unwrap_or_else(of_base)
    }

    /// The word that stands for `word` in its synonym group; itself when it has none.
    #[must_use]
    pub fn canonical<'a>(&'a self, word: &'a str) -> &'a str {
        self.canonical.get(word).map_or(word, AsRef::as_ref)
    }
}

/// The words of a text in jieba's search mode.
fn search(text: &str, before: usize) -> Vec<Token<'_>> {
    let cut = BASE.cut_for_search(text, true).into_iter();
    cut.map(|token| Token { word: token.word, span: Span { start: before + token.start, end: before + token.end } })
        .collect()
}

/// Every character and every pair of neighbouring characters of a match key, in order of appearance.
#[must_use]
pub fn character_grams(key: &str) -> Vec<String> {
    let chars: Vec<char> = key.chars().collect();
    let mut grams = Vec::with_capacity(chars.len() * 2);
    for (at, c) in chars.iter().enumerate() {
        grams.push(c.to_string());
        if let Some(next) = chars.get(at + 1) {
            grams.push([*c, *next].iter().collect());
        }
    }
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_sub_words_and_own_words() {
        let plain = Segmenter::default();
        assert!(plain.words("中华人民共和国").contains(&"共和国".to_owned()));
        let own = Segmenter::new(&["朵会员".to_owned()], &[], &[]);
        assert!(own.words("朵会员怎么开").contains(&"朵会员".to_owned()));
    }

    /// A copy of jieba's dictionary with the words added to it is what a segmenter stands for.
    #[test]
    fn own_words_are_cut_as_by_a_dictionary_that_holds_them() {
        let words = |file: &str| -> Vec<String> {
            let lines = file.lines().filter(|line| !line.starts_with('#'));
            lines.flat_map(str::split_whitespace).map(crate::text::normalize).collect()
        };
        let [dictionary, synonyms] =
            [include_str!("../../corpus/dictionary.txt"), include_str!("../../corpus/synonyms.txt")];
        let added = [words(dictionary), words(synonyms)].concat();
        let segmenter = Segmenter::new(&added, &[], &[]);
        let mut whole = BASE.clone();
        for word in added.iter().filter(|word| word.chars().count() > 1 && !BASE.has_word(word)) {
            whole.add_word(word, None, None);
        }
        let entries = [
            include_str!("../../corpus/account.toml"),
            include_str!("../../corpus/returns.toml"),
            include_str!("../../corpus/plan.toml"),
            include_str!("../../corpus/order.toml"),
            include_str!("../../corpus/golden.jsonl"),
            include_str!("../../corpus/calibration.jsonl"),
        ];
        let mut texts: Vec<String> = entries.iter().flat_map(|file| file.lines()).map(crate::text::normalize).collect();
        texts.extend(added.windows(3).map(|words| words.concat()));
        let own = texts.iter().filter(|text| !segmenter.own.places(text, &BASE).is_empty()).count();
        assert!(own > 500 && texts.len() > 2 * own, "{own} of {}", texts.len());
        for text in &texts {
            let cut: Vec<&str> = whole.cut(text, true).into_iter().map(|token| token.word).collect();
            assert_eq!(segmenter.pieces(text), cut, "{text}");
            let searched = whole.cut_for_search(text, true);
            let searched = searched.iter().filter(|token| token.word.chars().any(crate::text::is_term_char));
            let searched: Vec<_> = searched.map(|token| (token.word, token.start, token.end)).collect();
            let tokens = segmenter.tokens(text);
            let tokens: Vec<_> = tokens.iter().map(|token| (token.word, token.span.start, token.span.end)).collect();
            assert_eq!(tokens, searched, "{text}");
        }
    }

    #[test]
    fn tokens_say_where_each_word_stands() {
        let segmenter = Segmenter::default();
        let text = "iphone 15 的手机号码怎么换,换绑⌁呢";
        let tokens = segmenter.tokens(text);
        assert!(tokens.iter().any(|token| token.word == "号码"), "{tokens:?}");
        for token in tokens {
            let there: String = text.chars().skip(token.span.start).take(token.span.end - token.span.start).collect();
            assert_eq!(there, token.word);
        }
    }

    #[test]
    fn folds_synonyms_and_drops_stop_words_unless_nothing_remains() {
        let groups = vec![vec!["运费".to_owned(), "邮费".to_owned(), "快递费".to_owned()]];
        let segmenter = Segmenter::new(&[], &groups, &["的".to_owned(), "吗".to_owned()]);
        assert_eq!(segmenter.words("邮费"), segmenter.words("运费"));
        assert!(!segmenter.words("我的邮费").contains(&"的".to_owned()));
        assert_eq!(segmenter.words("的吗"), ["的", "吗"]);
    }

    #[test]
    fn grams_cover_characters_and_pairs() {
        assert_eq!(character_grams("退款a"), ["退", "退款", "款", "款a", "a"]);
    }
}
