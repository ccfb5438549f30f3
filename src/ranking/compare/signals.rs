//! The named, bounded signals by which a stored question is compared with the one asked.

use rapidfuzz::distance::indel;

use super::question::Compared;

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        /// One way in which a stored question, or its entry, is like the question asked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Signal { $($(#[$doc])* $name,)* }

        impl Signal {
            /// All signals in the order of a model's weights.
            pub const ALL: [Self; SIGNALS] = [$(Self::$name,)*];

            /// The name in a model file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        /// Number of signals.
        pub const SIGNALS: usize = [$($text,)*].len();
    };
}

signals! {
    /// The very same words in the same order.
    Exact "exact",
    /// Cosine of the TF-IDF vectors of character pairs.
    GramCosine "gram_cosine",
    /// The same of words.
    WordCosine "word_cosine",
    /// BM25 of the stored characters, as a share of the most it can be.
    GramBm25 "gram_bm25",
    /// The same of words.
    WordBm25 "word_bm25",
    /// Share by weight of one side's terms that the other has.
    AskedGramsFound "asked_grams_found",
    StoredGramsFound "stored_grams_found",
    AskedWordsFound "asked_words_found",
    StoredWordsFound "stored_words_found",
    EditSimilarity "edit_similarity",
    LengthRatio "length_ratio",
    /// Share of numbers and codes that the other side lacks.
    CodesMissing "codes_missing",
    CodesExtra "codes_extra",
    NegationMismatch "negation_mismatch",
    /// Cosine of the two meanings.
    SenseCosine "sense_cosine",
    /// Mean cosine of the stored question with its nearest neighbours of other entries.
    Crowding "crowding",
    /// Share of what was asked that the entry's answer has and the stored question has not.
    AnswerExplains "answer_explains",
    /// Share of what was asked that no question of the entry has.
    AskedMissing "asked_missing",
    /// Share of the stored question's words that were not asked.
    StoredExtra "stored_extra",
    /// Mean cosine of the entry's best questions.
    EntryCosine "entry_cosine",
}

/// The first so many need no encoder.
const LEXICAL_SIGNALS: usize = Signal::SenseCosine as usize;

impl Signal {
    /// Whether it comes from letters and words alone.
    #[must_use]
    pub fn is_lexical(self) -> bool {
        (self as usize) < LEXICAL_SIGNALS
    }
}

/// One value per signal, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signals([f32; SIGNALS]);

/// What the semantic stage says of a stored question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sense {
    /// Cosine of the two meanings; `None` where the encoder was not asked because the very words are stored.
    pub cosine: Option<f32>,
    /// Mean cosine of the stored question with its nearest neighbours.
    pub crowding: f32,
}

impl Signals {
    /// Compares two profiles. Symmetric but for the `asked_…`/`stored_…` pairs. What concerns the entry rather than the
    /// question stays 0.
    #[must_use]
    pub fn compare(pair: Compared<'_>, sense: Sense) -> Self {
        let Compared { asked, stored } = pair;
        let grams = asked.grams.overlap(&stored.grams);
        let words = asked.words.overlap(&stored.words);
        let exact = flag(asked.key == stored.key);
        let mut signals = Self::default();
        for (signal, value) in [
            (Signal::Exact, exact),
            (Signal::GramCosine, grams.cosine),
            (Signal::WordCosine, words.cosine),
            (Signal::GramBm25, share(grams.bm25, asked.grams.total_idf)),
            (Signal::WordBm25, share(words.bm25, asked.words.total_idf)),
            (Signal::AskedGramsFound, share(grams.idf, asked.grams.total_idf)),
            (Signal::StoredGramsFound, share(grams.idf, stored.grams.total_idf)),
            (Signal::AskedWordsFound, share(words.idf, asked.words.total_idf)),
            (Signal::StoredWordsFound, share(words.idf, stored.words.total_idf)),
            (Signal::EditSimilarity, edit_similarity(&asked.chars, &stored.chars)),
            (Signal::LengthRatio, length_ratio(asked.chars.len(), stored.chars.len())),
            (Signal::CodesMissing, missing(&asked.codes, &stored.codes)),
            (Signal::CodesExtra, missing(&stored.codes, &asked.codes)),
            (Signal::NegationMismatch, flag(asked.negated != stored.negated)),
            // The same words mean the same; of the others the overlap is a fair guess.
            (Signal::SenseCosine, sense.cosine.unwrap_or(exact.max(grams.cosine))),
            (Signal::Crowding, sense.crowding),
        ] {
            signals.set(signal, value);
        }
        signals
    }

    /// The value of one signal.
    #[must_use]
    pub fn get(&self, signal: Signal) -> f32 {
        self.0[signal as usize]
    }

    /// Sets the value of one signal within its bounds.
    pub fn set(&mut self, signal: Signal, value: f32) {
        self.0[signal as usize] = value.clamp(0.0, 1.0);
    }

    /// All values in the order of [`Signal::ALL`].
    #[must_use]
    pub fn values(&self) -> &[f32; SIGNALS] {
        &self.0
    }
}

impl Default for Signals {
    fn default() -> Self {
        Self([0.0; SIGNALS])
    }
}

fn flag(set: bool) -> f32 {
    if set { 1.0 } else { 0.0 }
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Insertions and deletions only: 1 − distance / (length + length).
#[expect(clippy::cast_possible_truncation, reason = "a ratio needs no more than f32")]
fn edit_similarity(a: &[char], b: &[char]) -> f32 {
    indel::normalized_similarity(a.iter().copied(), b.iter().copied()) as f32
}

#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn length_ratio(a: usize, b: usize) -> f32 {
    if a.max(b) == 0 { 0.0 } else { a.min(b) as f32 / a.max(b) as f32 }
}

/// Share of the codes in `of` that `from` lacks; 0 where there are none.
#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn missing(of: &[String], from: &[String]) -> f32 {
    if of.is_empty() {
        return 0.0;
    }
    let absent = of.iter().filter(|code| from.binary_search(code).is_err()).count();
    absent as f32 / of.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::lexicon::Lexicon;
    use crate::ranking::compare::question::{Lexicons, QuestionProfile};
    use crate::retrieval::Terms;
    use crate::text::segment::Segmenter;

    fn signal(name: &str, asked: &str, stored: &str) -> f32 {
        let segmenter = Segmenter::default();
        let [asked, stored] = [asked, stored].map(|text| Terms::of(text, &segmenter));
        let lexicons = Lexicons {
            grams: Lexicon::build([vec![stored.grams.as_slice()]].into_iter()),
            words: Lexicon::build([vec![stored.words.as_slice()]].into_iter()),
        };
        let [asked, stored] = [&asked, &stored].map(|terms| QuestionProfile::new(terms, &lexicons));
        let sense = Sense { cosine: Some(0.5), crowding: 0.25 };
        let signals = Signals::compare(Compared { asked: &asked, stored: &stored }, sense);
        signals.get(Signal::ALL.into_iter().find(|signal| signal.name() == name).unwrap())
    }

    #[test]
    fn signals_say_what_their_names_promise() {
        let rows = [
            ("exact", "怎么退款？", "怎么退款", 1.0),
            ("exact", "怎么退货", "怎么退款", 0.0),
            ("gram_cosine", "怎么退款", "怎么退款", 1.0),
            ("gram_cosine", "你们", "怎么退款", 0.0),
            ("codes_missing", "7天能退吗", "30天能退吗", 1.0),
            ("codes_missing", "七天能退吗", "7天能退吗", 0.0),
            ("codes_extra", "能退吗", "30天能退吗", 1.0),
            ("negation_mismatch", "拆封能退吗", "拆封不能退吗", 1.0),
            ("length_ratio", "退款", "怎么退款", 0.5),
            ("sense_cosine", "退款", "怎么退款", 0.5),
            ("crowding", "退款", "怎么退款", 0.25),
            ("answer_explains", "退款", "怎么退款", 0.0),
        ];
        for (name, asked, stored, expected) in rows {
            let got = signal(name, asked, stored);
            assert!((got - expected).abs() < 1e-5, "{name}({asked}, {stored}) = {got}, expected {expected}");
        }
    }

    #[test]
    fn without_the_encoder_the_same_words_mean_the_same() {
        let segmenter = Segmenter::default();
        let [a, b] = ["怎么退款", "你们在哪"]
            .map(|text| QuestionProfile::new(&Terms::of(text, &segmenter), &Lexicons::default()));
        let sense = |asked, stored| {
            let unasked = Sense { cosine: None, crowding: 0.0 };
            Signals::compare(Compared { asked, stored }, unasked).get(Signal::SenseCosine)
        };
        assert!((sense(&a, &a) - 1.0).abs() < 1e-6);
        assert!(sense(&a, &b) < 0.1);
    }
}
