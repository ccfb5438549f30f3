//! The named, bounded signals by which a stored question is compared with the one asked.

use rapidfuzz::distance::indel;

use super::question::Compared;

/// Number of signals.
pub const SIGNALS: usize = 17;
/// The first so many need no encoder.
pub const LEXICAL_SIGNALS: usize = 14;
/// Positions of those that other parts look at.
pub const GRAM_COSINE: usize = 1;
pub const SENSE_COSINE: usize = 14;
pub const CROWDING: usize = 15;
pub const ANSWER_EXPLAINS: usize = 16;

/// Names in the order of [`Signals::values`]; part of the model format and of explanations.
pub const SIGNAL_NAMES: [&str; SIGNALS] = [
    "exact",
    "gram_cosine",
    "word_cosine",
    "gram_bm25",
    "word_bm25",
    "asked_grams_found",
    "stored_grams_found",
    "asked_words_found",
    "stored_words_found",
    "edit_similarity",
    "length_ratio",
    "codes_missing",
    "codes_extra",
    "negation_mismatch",
    "sense_cosine",
    "crowding",
    "answer_explains",
];

/// One value per name, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signals {
    pub values: [f32; SIGNALS],
}

/// What the semantic stage says of a stored question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sense {
    /// Cosine of the two meanings; `None` where the encoder was not asked because the very words are stored.
    pub cosine: Option<f32>,
    /// Mean cosine of the stored question with its nearest neighbours.
    pub crowding: f32,
}

impl Signals {
    /// Compares two profiles. Symmetric but for the `asked_…`/`stored_…` pairs. What the answer explains stays 0: it
    /// concerns the entry, not the question.
    #[must_use]
    pub fn compare(pair: Compared<'_>, sense: Sense) -> Self {
        let Compared { asked, stored } = pair;
        let grams = asked.grams.overlap(&stored.grams);
        let words = asked.words.overlap(&stored.words);
        let exact = flag(asked.key == stored.key);
        let values = [
            exact,
            grams.cosine,
            words.cosine,
            share(grams.bm25, asked.grams.total_idf),
            share(words.bm25, asked.words.total_idf),
            share(grams.idf, asked.grams.total_idf),
            share(grams.idf, stored.grams.total_idf),
            share(words.idf, asked.words.total_idf),
            share(words.idf, stored.words.total_idf),
            edit_similarity(&asked.chars, &stored.chars),
            length_ratio(asked.chars.len(), stored.chars.len()),
            missing(&asked.codes, &stored.codes),
            missing(&stored.codes, &asked.codes),
            flag(asked.negated != stored.negated),
            // The same words mean the same; of the others the overlap is a fair guess.
            sense.cosine.unwrap_or(exact.max(grams.cosine)),
            sense.crowding,
            0.0,
        ];
        Self { values: values.map(|value| value.clamp(0.0, 1.0)) }
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
        signals.values[SIGNAL_NAMES.iter().position(|n| *n == name).unwrap()]
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
            Signals::compare(Compared { asked, stored }, unasked).values[SENSE_COSINE]
        };
        assert!((sense(&a, &a) - 1.0).abs() < 1e-6);
        assert!(sense(&a, &b) < 0.1);
    }
}
