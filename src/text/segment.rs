//! Cuts normalised text into terms: jieba words with their sub-words, and character n-grams.
//!
//! The only place that names jieba. A segmenter is immutable; a corpus with its own dictionary gets its own.

use std::sync::{Arc, LazyLock};

use jieba_rs::Jieba;
use rustc_hash::{FxHashMap, FxHashSet};

use super::trace::Span;

/// The dictionary jieba ships with: read once per process, never changed, cloned when a corpus adds words.
static BASE: LazyLock<Arc<Jieba>> = LazyLock::new(|| Arc::new(Jieba::new()));

/// Words with their synonyms folded, stop words removed.
#[derive(Debug, Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
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

impl Default for Segmenter {
    fn default() -> Self {
        Self { jieba: Arc::clone(&BASE), canonical: FxHashMap::default(), stopwords: FxHashSet::default() }
    }
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
        let added: Vec<&str> = dictionary
            .iter()
            .chain(synonyms.iter().flatten())
            .map(String::as_str)
            .filter(|word| word.chars().count() > 1 && !BASE.has_word(word))
            .collect();
        let jieba = if added.is_empty() {
            Arc::clone(&BASE)
        } else {
            let mut own = Jieba::clone(&BASE);
            for word in added {
                own.add_word(word, None, None);
            }
            Arc::new(own)
        };
        Self { jieba, canonical, stopwords: stopwords.iter().cloned().collect() }
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
        let cut = self.jieba.cut_for_search(normalized, true);
        let words = cut.iter().filter(|token| token.word.chars().any(super::is_term_char));
        let words: Vec<Token<'a>> =
            words.map(|token| Token { word: token.word, span: Span { start: token.start, end: token.end } }).collect();
        let kept: Vec<Token<'a>> = words.iter().copied().filter(|token| !self.stopwords.contains(token.word)).collect();
        if kept.is_empty() { words } else { kept }
    }

    /// Every piece of the text once, from its beginning to its end, stop words and marks included.
    #[must_use]
    pub fn pieces<'a>(&self, normalized: &'a str) -> Vec<&'a str> {
        self.jieba.cut(normalized, true).into_iter().map(|token| token.word).collect()
    }

    /// Whether a word has no meaning for matching in this corpus.
    #[must_use]
    pub fn is_stopword(&self, word: &str) -> bool {
        self.stopwords.contains(word)
    }

    /// How often the dictionary counted a word; 0 for one it lacks.
    #[must_use]
    pub fn frequency(&self, word: &str) -> usize {
        if self.jieba.has_word(word) { self.jieba.suggest_freq(word) } else { 0 }
    }

    /// The word that stands for `word` in its synonym group; itself when it has none.
    #[must_use]
    pub fn canonical<'a>(&'a self, word: &'a str) -> &'a str {
        self.canonical.get(word).map_or(word, AsRef::as_ref)
    }
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
