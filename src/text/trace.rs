//! How normalised text came about: which rules changed it, and where in the text as typed each of its characters
//! stands.
//!
//! For explanations and for people; answering a question needs [`normalize`](super::normalize) alone. Decides nothing.

use serde::Serialize;
use utoipa::ToSchema;

/// Characters `start..end` of a text, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

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

/// Normalises a text and keeps the history. [`normalize`](super::normalize) gives the same text.
#[must_use]
pub fn trace(text: &str) -> Traced {
    let mut origins: Vec<Option<Span>> = (0..text.chars().count()).map(one).collect();
    let mut steps = Vec::new();
    let normalized = super::rewrite(text, |rule, before, after| {
        let moved = align(before, after);
        origins = moved.into_iter().map(|span| span.and_then(|span| joined(&origins[span.start..span.end]))).collect();
        steps.push(Step { rule: rule.name, after: after.to_owned() });
    });
    Traced { normalized, steps, origins }
}

fn one(at: usize) -> Option<Span> {
    Some(Span { start: at, end: at + 1 })
}

/// From the first to the last of the spans; `None` where one of them is unknown.
fn joined(spans: &[Option<Span>]) -> Option<Span> {
    let first = (*spans.first()?)?;
    let last = (*spans.last()?)?;
    spans.iter().all(Option::is_some).then_some(Span { start: first.start, end: last.end })
}

/// Cells of the comparison beyond which a changed stretch is not looked into.
const MOST_CELLS: usize = 1 << 22;

/// For each character of `after`, where it stood in `before`: by the longest common subsequence, and between its
/// matches by position where as many characters left as came.
fn align(before: &str, after: &str) -> Vec<Option<Span>> {
    let before: Vec<char> = before.chars().collect();
    let after: Vec<char> = after.chars().collect();
    let prefix = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before[prefix..].iter().rev().zip(after[prefix..].iter().rev());
    let suffix = rest.take_while(|(a, b)| a == b).count();
    let (from, to) = (&before[prefix..before.len() - suffix], &after[prefix..after.len() - suffix]);
    let mut matches = common_subsequence(from, to);
    matches.push((from.len(), to.len()));
    let mut origins: Vec<Option<Span>> = (0..prefix).map(one).collect();
    let (mut left, mut right) = (0, 0);
    for (i, j) in matches {
        origins.extend(replaced(Span { start: prefix + left, end: prefix + i }, j - right));
        if j < to.len() {
            origins.push(one(prefix + i));
        }
        (left, right) = (i + 1, j + 1);
    }
    origins.extend((before.len() - suffix..before.len()).map(one));
    origins
}

/// Origins of `count` characters that took the place of `gone`.
fn replaced(gone: Span, count: usize) -> Vec<Option<Span>> {
    let length = gone.end - gone.start;
    if length == count {
        (gone.start..gone.end).map(one).collect()
    } else if count == 1 && length > 0 {
        vec![Some(gone)]
    } else {
        vec![None; count]
    }
}

/// Pairs of positions of a longest common subsequence, the earliest where several are as long.
fn common_subsequence(a: &[char], b: &[char]) -> Vec<(usize, usize)> {
    if a.is_empty() || b.is_empty() || a.len().saturating_mul(b.len()) > MOST_CELLS {
        return Vec::new();
    }
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
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
