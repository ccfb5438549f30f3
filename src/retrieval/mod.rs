//! Finds the stored questions worth ranking: tantivy over words and character grams, typeahead, and the corpus's words by
//! how they sound.
//!
//! Only here tantivy is named. Customer text never meets a query parser: `怎么(退款`, `*` and `-退款` would break or
//! match everything; queries are built from terms.

mod index;
mod respell;
mod slip;
mod spelling;
mod typeahead;

pub use index::{IndexError, QuestionIndex};
pub use respell::Respeller;
pub use typeahead::{Closeness, Completion, Typeahead};

use crate::text::marks::marks;
use crate::text::segment::{Segmenter, character_grams};
use crate::text::{match_key, normalize, question_key};

/// One question text in every form that retrieval and ranking need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Normalised text.
    pub normalized: String,
    /// What makes it this question: [`question_key`].
    pub key: String,
    /// jieba words and sub-words, synonyms folded.
    pub words: Vec<String>,
    /// Characters and character pairs of its letters, digits and placeholders.
    pub grams: Vec<String>,
    /// Symbols of the text as written that change what is asked, as far as they are known.
    pub marks: String,
}

impl Terms {
    /// Analyses any text, stored or asked.
    #[must_use]
    pub fn of(text: &str, segmenter: &Segmenter) -> Self {
        Self { marks: marks(text), ..Self::of_normalized(normalize(text), segmenter) }
    }

    /// The same terms with the symbols of the text as written, which normalising removes in part.
    #[must_use]
    pub fn with_marks_of(self, written: &str) -> Self {
        Self { marks: marks(written), ..self }
    }

    /// Analyses text that [`normalize`] has seen already.
    #[must_use]
    pub fn of_normalized(normalized: String, segmenter: &Segmenter) -> Self {
        let key = question_key(&normalized);
        let words = segmenter.words(&normalized);
        let grams = character_grams(&match_key(&normalized));
        let marks = marks(&normalized);
        Self { normalized, key, words, grams, marks }
    }
}
