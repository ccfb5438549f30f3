//! What two questions have in common, word by word and character by character, with the places in both texts.
//!
//! Words as the segmenter cuts and folds them, so that what is shown is what the ranking compares; characters in
//! common outside those words stand by themselves. Weighs nothing.

use rustc_hash::FxHashMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::is_han;
use crate::text::segment::{Segmenter, Token};
use crate::text::trace::{Span, Traced};

/// Shared and missing terms of the asked and the matched question. Places count characters of the texts given here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermOverlap {
    pub asked_text: String,
    pub asked_form: TextForm,
    pub matched_text: String,
    pub matched_form: TextForm,
    pub shared: Vec<SharedTerm>,
    pub missing: Vec<MissingTerm>,
}

/// Which form of a question a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextForm {
    /// As the customer or the corpus wrote it.
    Typed,
    /// Normalised, because normalising rewrote it beyond saying which character became which.
    Normalized,
}

/// A term that both questions have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SharedTerm {
    /// The word that stands for its synonyms, or the characters.
    pub term: String,
    pub kind: TermKind,
    /// In the asked text.
    pub asked: Vec<Span>,
    /// In the matched text.
    pub matched: Vec<Span>,
}

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TermKind {
    /// A word of the segmenter, possibly inside a longer one.
    Word,
    /// Characters in common outside the words in common.
    Characters,
}

/// A word that only one of the questions has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingTerm {
    pub term: String,
    /// The question that has it.
    pub only_in: Which,
    /// In the text of that question.
    pub spans: Vec<Span>,
}

/// One of the two questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    Asked,
    Matched,
}

/// Two words taken for one because the corpus calls them synonyms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SynonymUsed {
    pub asked: String,
    pub matched: String,
    /// The word that stands for both.
    pub stands_for_both: String,
}

/// The comparison of two questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) terms: TermOverlap,
    pub(super) synonyms: Vec<SynonymUsed>,
}

/// Compares two questions, each as written and with the history of its normalisation.
pub(super) fn compare(asked: (&str, &Traced), matched: (&str, &Traced), segmenter: &Segmenter) -> Compared {
    let asked = Side::new(asked.0, asked.1, segmenter);
    let matched = Side::new(matched.0, matched.1, segmenter);
    let mut shared = Vec::new();
    let mut synonyms = Vec::new();
    let mut missing = Vec::new();
    for group in &asked.groups {
        let Some(other) = matched.group(group.name) else {
            missing.push(asked.missing(group, Which::Asked));
            continue;
        };
        if group.words() != other.words() {
            synonyms.push(SynonymUsed {
                asked: group.words().join("、"),
                matched: other.words().join("、"),
                stands_for_both: group.name.to_owned(),
            });
        }
        shared.push(SharedTerm {
            term: group.name.to_owned(),
            kind: TermKind::Word,
            asked: asked.places(&group.spans()),
            matched: matched.places(&other.spans()),
        });
    }
    let only_matched = matched.groups.iter().filter(|group| asked.group(group.name).is_none());
    missing.extend(only_matched.map(|group| matched.missing(group, Which::Matched)));
    shared.extend(shared_characters(&asked, &matched));
    let terms = TermOverlap {
        asked_text: asked.shown.to_owned(),
        asked_form: asked.form,
        matched_text: matched.shown.to_owned(),
        matched_form: matched.form,
        shared,
        missing,
    };
    Compared { terms, synonyms }
}

/// The occurrences of one word and its synonyms in one text.
#[derive(Debug)]
struct Group<'a> {
    /// The word that stands for all.
    name: &'a str,
    tokens: Vec<Token<'a>>,
}

impl Group<'_> {
    fn spans(&self) -> Vec<Span> {
        self.tokens.iter().map(|token| token.span).collect()
    }

    /// The distinct words, sorted.
    fn words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.tokens.iter().map(|token| token.word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// One of the two questions, cut into words.
#[derive(Debug)]
struct Side<'a> {
    /// The text that places refer to.
    shown: &'a str,
    form: TextForm,
    traced: &'a Traced,
    chars: Vec<char>,
    /// By the first occurrence.
    groups: Vec<Group<'a>>,
    /// Where the group of each name stands among them.
    positions: FxHashMap<&'a str, usize>,
}

impl<'a> Side<'a> {
    fn new(typed: &'a str, traced: &'a Traced, segmenter: &'a Segmenter) -> Self {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut positions: FxHashMap<&str, usize> = FxHashMap::default();
        let mut mapped = true;
        for token in segmenter.tokens(&traced.normalized) {
            mapped &= traced.origin(token.span).is_some();
            let name = segmenter.canonical(token.word);
            let at = *positions.entry(name).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.tokens.push(token),
                None => groups.push(Group { name, tokens: vec![token] }),
            }
        }
        let (shown, form) =
            if mapped { (typed, TextForm::Typed) } else { (traced.normalized.as_str(), TextForm::Normalized) };
        Self { shown, form, traced, chars: traced.normalized.chars().collect(), groups, positions }
    }

    fn group(&self, name: &str) -> Option<&Group<'a>> {
        self.positions.get(name).and_then(|at| self.groups.get(*at))
    }

    /// Places in the shown text of stretches of the normalised one; what cannot be placed is left out.
    fn places(&self, spans: &[Span]) -> Vec<Span> {
        match self.form {
            TextForm::Typed => spans.iter().filter_map(|span| self.traced.origin(*span)).collect(),
            TextForm::Normalized => spans.to_vec(),
        }
    }

    fn missing(&self, group: &Group<'_>, only_in: Which) -> MissingTerm {
        MissingTerm { term: group.name.to_owned(), only_in, spans: self.places(&group.spans()) }
    }

    /// Han characters outside the words that `other` has as well.
    fn loose(&self, other: &Self) -> Vec<bool> {
        let mut loose: Vec<bool> = self.chars.iter().map(|c| is_han(*c)).collect();
        for group in self.groups.iter().filter(|group| other.group(group.name).is_some()) {
            for span in group.spans() {
                loose[span.start..span.end].fill(false);
            }
        }
        loose
    }
}

/// Stretches of characters that both texts have outside the words in common, each as long as it can be.
fn shared_characters(asked: &Side<'_>, matched: &Side<'_>) -> Vec<SharedTerm> {
    let (here, mut there) = (asked.loose(matched), matched.loose(asked));
    let mut found = Vec::new();
    let mut at = 0;
    while at < here.len() {
        if !here[at] {
            at += 1;
            continue;
        }
        let run = |from: usize, there: &[bool]| {
            let mine = asked.chars[at..].iter().zip(&here[at..]);
            let theirs = matched.chars[from..].iter().zip(&there[from..]);
            mine.zip(theirs).take_while(|((a, mine), (b, theirs))| a == b && **mine && **theirs).count()
        };
        let longest = (0..there.len())
            .map(|from| (run(from, &there), from))
            .max_by_key(|(length, from)| (*length, std::cmp::Reverse(*from)));
        let Some((length, from)) = longest.filter(|(length, _)| *length > 0) else {
            at += 1;
            continue;
        };
        there[from..from + length].fill(false);
        found.push(SharedTerm {
            term: asked.chars[at..at + length].iter().collect(),
            kind: TermKind::Characters,
            asked: asked.places(&[Span { start: at, end: at + length }]),
            matched: matched.places(&[Span { start: from, end: from + length }]),
        });
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::trace::trace;

    fn compared(asked: &str, matched: &str) -> Compared {
        let groups = vec![vec!["运费".to_owned(), "邮费".to_owned()]];
        let segmenter = Segmenter::new(&[], &groups, &["的".to_owned(), "吗".to_owned()]);
        compare((asked, &trace(asked)), (matched, &trace(matched)), &segmenter)
    }

    fn at(text: &str, span: &Span) -> String {
        text.chars().skip(span.start).take(span.end - span.start).collect()
    }

    #[test]
    fn places_point_at_the_words_as_typed() {
        let Compared { terms, synonyms } = compared("您好，請問郵費怎麼算", "运费 怎么算？");
        assert_eq!((terms.asked_form, terms.matched_form), (TextForm::Typed, TextForm::Typed));
        let shown: Vec<(String, String, String)> = terms
            .shared
            .iter()
            .map(|term| {
                assert_eq!((term.asked.len(), term.matched.len()), (1, 1), "{term:?}");
                let (asked, matched) =
                    (at(&terms.asked_text, &term.asked[0]), at(&terms.matched_text, &term.matched[0]));
                (term.term.clone(), asked, matched)
            })
            .collect();
        assert!(shown.contains(&("运费".to_owned(), "郵費".to_owned(), "运费".to_owned())), "{shown:?}");
        assert!(shown.contains(&("怎么".to_owned(), "怎麼".to_owned(), "怎么".to_owned())), "{shown:?}");
        let expected =
            SynonymUsed {
                asked: "邮费".to_owned(), matched: "运费".to_owned(), stands_for_both: "运费".to_owned()
            };
        assert_eq!(synonyms, [expected]);
        assert_eq!(terms.missing, []);
    }

    #[test]
    fn missing_words_say_whose_they_are_and_loose_characters_are_named() {
        let Compared { terms, synonyms } = compared("怎么退钱", "退款怎么申请");
        assert_eq!(synonyms, []);
        let missing: Vec<(&str, Which, String)> = terms
            .missing
            .iter()
            .map(|term| {
                let text = if term.only_in == Which::Asked { &terms.asked_text } else { &terms.matched_text };
                (term.term.as_str(), term.only_in, at(text, &term.spans[0]))
            })
            .collect();
        assert!(missing.contains(&("退款", Which::Matched, "退款".to_owned())), "{missing:?}");
        assert!(missing.contains(&("申请", Which::Matched, "申请".to_owned())), "{missing:?}");
        assert!(missing.iter().any(|(_, whose, _)| *whose == Which::Asked), "{missing:?}");
        let loose: Vec<&SharedTerm> = terms.shared.iter().filter(|term| term.kind == TermKind::Characters).collect();
        assert_eq!(loose.len(), 1, "{loose:?}");
        assert_eq!((loose[0].term.as_str(), at(&terms.asked_text, &loose[0].asked[0])), ("退", "退".to_owned()));
    }

    #[test]
    fn a_text_rewritten_as_a_whole_is_shown_normalised() {
        let mojibake: String = "运费怎么算".bytes().map(char::from).collect();
        let Compared { terms, .. } = compared(&mojibake, "运费怎么算");
        assert_eq!((terms.asked_form, terms.asked_text.as_str()), (TextForm::Normalized, "运费怎么算"));
        for term in &terms.shared {
            assert_eq!(at(&terms.asked_text, &term.asked[0]), term.term);
        }
    }
}
