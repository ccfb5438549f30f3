//! How normalised text came about: which rules changed it, and where in the text as typed each of its characters
//! stands.
//!
//! For explanations and for people; answering a question needs [`normalize`](super::normalize) alone. Decides nothing.

use serde::Serialize;

use super::align::{align, one};
pub use super::span::Span;

/// One change on the way to the normalised text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Name of the rule, one of [`RULES`](super::RULES).
    pub rule: &'static str,
    pub after: String,
}

/// A normalised text with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    pub normalized: String,
    /// In the order applied; empty where nothing changed.
    pub steps: Vec<Step>,
    /// For each character of the normalised text, the characters as typed that it stands for.
    origins: Vec<Option<Span>>,
}

impl Traced {
    /// The characters as typed behind a stretch of the normalised text, what was removed between them included.
    /// `None` where a rule rewrote the stretch as a whole, as the repair of a wrong decoding does.
    #[must_use]
    pub fn origin(&self, span: Span) -> Option<Span> {
        joined(self.origins.get(span.start..span.end)?)
    }
}

/// Cells compared at most, for each character as typed, to find which character became which; fewer for each beyond the
/// first so many, since a long text as a whole must not cost more than a request may.
const BUDGET: usize = 256;
const FIRST: usize = 1_000;
const BUDGET_BEYOND: usize = 32;

/// Normalises a text and keeps the history, in time linear in its length. [`normalize`](super::normalize) gives the same text.
#[must_use]
pub fn trace(text: &str) -> Traced {
    let mut origins: Vec<Option<Span>> = (0..text.chars().count()).map(one).collect();
    let mut steps = Vec::new();
    let beyond = origins.len().saturating_sub(FIRST);
    let mut budget = BUDGET * origins.len().min(FIRST) + BUDGET_BEYOND * beyond;
    let normalized = super::rewrite(text, |rule, before, after| {
        let moved = align(before, after, &mut budget);
        origins = moved.into_iter().map(|span| span.and_then(|span| joined(&origins[span.start..span.end]))).collect();
        steps.push(Step { rule: rule.name, after: after.to_owned() });
    });
    Traced { normalized, steps, origins }
}

/// From the first to the last of the spans; `None` where one of them is unknown.
fn joined(spans: &[Option<Span>]) -> Option<Span> {
    let first = (*spans.first()?)?;
    let last = (*spans.last()?)?;
    spans.iter().all(Option::is_some).then_some(Span { start: first.start, end: last.end })
}

#[cfg(test)]
mod tests {
    use super::super::normalize;
    use super::*;
    use proptest::prelude::*;

    /// What was typed where the normalised text says `term`.
    fn typed<'a>(text: &'a str, term: &str) -> Option<&'a str> {
        let traced = trace(text);
        let byte = traced.normalized.find(term).unwrap();
        let start = traced.normalized[..byte].chars().count();
        let origin = traced.origin(Span { start, end: start + term.chars().count() })?;
        let byte_at = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        Some(&text[byte_at(origin.start)..byte_at(origin.end)])
    }

    #[test]
    fn finds_what_was_typed() {
        let mojibake: String = "怎么退款".bytes().map(char::from).collect();
        let rows = [
            ("您好，在吗？請問運費怎麼算", "运费", Some("運費")), // greeting gone, traditional
            ("  退 款多久", "退款", Some("退 款")),               // a blank inside the word
            ("<p>我的&nbsp;订单<br>呢</p>", "订单", Some("订单")), // copied HTML
            ("退\u{200b}款吗", "退款", Some("退\u{200b}款")),     // zero width
            ("我手机13800001234收不到码", "⌁", Some("13800001234")), // a placeholder stands for all it hides
            ("ＩＰｈｏｎｅ能用吗", "iphone", Some("ＩＰｈｏｎｅ")), // full width and capitals
            ("怎么退款", "退款", Some("退款")),                   // nothing changed
            (&mojibake, "退款", None),                            // no character stands where it stood
        ];
        for (text, term, expected) in rows {
            assert_eq!(typed(text, term), expected, "{term} in {text:?}");
        }
    }

    #[test]
    fn names_the_rules_that_changed_something() {
        let names = |text| trace(text).steps.iter().map(|step| step.rule).collect::<Vec<_>>();
        assert_eq!(names("怎么退款"), [""; 0]);
        assert_eq!(names("您好，運 費怎么算"), ["width", "script", "greeting", "spacing"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn tells_the_same_as_normalising(text in "(你好|請問|，|<br>|&nbsp;|ａ|退款|運費| |😀|[0-9]{1,12}|\u{200b}|.){0,12}") {
            let traced = trace(&text);
            prop_assert_eq!(&traced.normalized, &normalize(&text));
            let (length, typed) = (traced.normalized.chars().count(), text.chars().count());
            prop_assert_eq!(traced.origins.len(), length);
            let known: Vec<Span> = traced.origins.iter().flatten().copied().collect();
            prop_assert!(known.iter().all(|span| span.start < span.end && span.end <= typed));
            prop_assert!(known.windows(2).all(|pair| pair[0].start <= pair[1].start));
        }
    }
}
