//! The difference in words: what the question names and what the entry names instead.

use serde::Serialize;
use utoipa::ToSchema;

use super::align::{SAME, align};
use super::features::opposite;
use super::lists::listed;
use super::names::names;
use super::numbers::numbers;
use super::reading::Reading;
use super::reading::values::Value;

/// What kind of thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Another amount, duration, date or rank.
    Number,
    /// Another model, version or code.
    Code,
    /// Another symbol.
    Symbol,
    /// The opposite.
    Opposite,
    /// Another member of a list of like things.
    LikeThing,
    /// One denies what the other does not.
    Negation,
    /// Another word.
    Word,
    /// The question names no subject.
    NoSubject,
}

/// The most telling difference between a question and a stored one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    pub kind: FindingKind,
    /// What the question has; empty where it lacks what the stored one names.
    pub asked: String,
    /// What the stored question has; empty where it lacks what is asked.
    pub matched: String,
    /// One sentence in Chinese.
    pub text: String,
}

/// The most telling difference; `None` where every part has its counterpart.
#[must_use]
pub fn find(asked: &Reading, stored: &Reading) -> Option<Finding> {
    in_numbers(asked, stored)
        .or_else(|| in_symbols(asked, stored))
        .or_else(|| in_words(asked, stored))
        .or_else(|| in_logic(asked, stored))
        .or_else(|| (asked.content_count() <= 1).then(|| no_subject(stored)))
        .or_else(|| left_over(asked, stored))
}

fn finding(kind: FindingKind, asked: &str, matched: &str) -> Finding {
    let text = match (asked.is_empty(), matched.is_empty()) {
        (false, false) => format!("您问的是 {asked}，这一条说的是 {matched}"),
        (false, true) => format!("您提到 {asked}，这一条没有说"),
        (true, _) => format!("这一条说的是 {matched}，您没有提到"),
    };
    Finding { kind, asked: asked.to_owned(), matched: matched.to_owned(), text }
}

fn in_numbers(asked: &Reading, stored: &Reading) -> Option<Finding> {
    let found = numbers(asked, stored);
    let shown = |reading: &Reading, value: &Value| reading.part(value.span).trim().to_owned();
    if let (Some(own), Some(theirs)) = (found.codes_new.first(), found.codes_missing.first()) {
        return Some(finding(FindingKind::Code, &own.to_uppercase(), &theirs.to_uppercase()));
    }
    if let Some((own, theirs)) = found.rivals.first() {
        return Some(finding(FindingKind::Number, &shown(asked, own), &shown(stored, theirs)));
    }
    if let Some(code) = found.codes_new.first() {
        return Some(finding(FindingKind::Code, &code.to_uppercase(), ""));
    }
    if let Some(code) = found.codes_missing.first() {
        return Some(finding(FindingKind::Code, "", &code.to_uppercase()));
    }
    let singled = found.new.iter().find(|value| value.class.singles_out());
    singled.map(|value| finding(FindingKind::Number, &shown(asked, value), ""))
}

fn in_symbols(asked: &Reading, stored: &Reading) -> Option<Finding> {
    let only =
        |own: &Reading, other: &Reading| own.symbols.iter().find(|symbol| !other.symbols.contains(symbol)).copied();
    match (only(asked, stored), only(stored, asked)) {
        (Some(own), Some(theirs)) => Some(finding(FindingKind::Symbol, &own.to_string(), &theirs.to_string())),
        _ => None,
    }
}

fn in_words(asked: &Reading, stored: &Reading) -> Option<Finding> {
    let (_, rivals) = listed(asked, stored);
    if let Some((own, theirs)) = rivals.first() {
        return Some(finding(FindingKind::LikeThing, &own.text, &theirs.text));
    }
    if let (Some((own, theirs)), _) = names(asked, stored) {
        return Some(finding(FindingKind::LikeThing, &own, &theirs));
    }
    opposite(asked, stored).map(|(own, theirs)| finding(FindingKind::Opposite, &own.text, &theirs.text))
}

fn in_logic(asked: &Reading, stored: &Reading) -> Option<Finding> {
    let (ours, theirs) = (asked.logic.negations > 0, stored.logic.negations > 0);
    (ours != theirs).then(|| {
        let side = if ours { "您的问题" } else { "这一条" };
        Finding {
            kind: FindingKind::Negation,
            asked: String::new(),
            matched: String::new(),
            text: format!("只有{side}带有否定"),
        }
    })
}

fn no_subject(stored: &Reading) -> Finding {
    let subject = stored.content().map(|word| word.text.to_string()).next().unwrap_or_default();
    Finding {
        kind: FindingKind::NoSubject,
        asked: String::new(),
        text: format!("您没有说明问的是什么，这一条说的是 {subject}"),
        matched: subject,
    }
}

fn left_over(asked: &Reading, stored: &Reading) -> Option<Finding> {
    let alignment = align(asked, stored);
    let pair = alignment
        .pairs
        .iter()
        .filter(|pair| pair.similarity < SAME)
        .max_by(|a, b| (a.asked.weight * (1.0 - a.similarity)).total_cmp(&(b.asked.weight * (1.0 - b.similarity))));
    let new = alignment.new.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).filter(|left| left.weight > 0.15);
    let missing =
        alignment.missing.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).filter(|left| left.weight > 0.15);
    match (pair, new, missing) {
        (Some(pair), None, None) => Some(finding(FindingKind::Word, &pair.asked.text, &pair.stored.text)),
        (_, Some(new), Some(missing)) => Some(finding(FindingKind::Word, &new.word.text, &missing.word.text)),
        (_, Some(new), None) => Some(finding(FindingKind::Word, &new.word.text, "")),
        (_, None, Some(missing)) => Some(finding(FindingKind::Word, "", &missing.word.text)),
        (None, None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn names_the_difference_in_words() {
        let of = |text| Reading::of(text, &Segmenter::default());
        for (asked, stored, expected) in [
            ("X3.8吸尘器怎么充电", "X3.6吸尘器怎么充电", "您问的是 X3.8，这一条说的是 X3.6"),
            ("30天内能退吗", "7天内能退吗", "您问的是 30天内，这一条说的是 7天内"),
            ("护照怎么补办", "身份证怎么补办", "您问的是 护照，这一条说的是 身份证"),
            ("🍌怎么退", "🍎怎么退", "您问的是 🍌，这一条说的是 🍎"),
            ("手机怎么解绑", "手机怎么绑定", "您问的是 解绑，这一条说的是 绑定"),
        ] {
            assert_eq!(find(&of(asked), &of(stored)).unwrap().text, expected, "{asked}");
        }
        assert_eq!(find(&of("运费怎么算"), &of("邮费怎么算")), None);
    }
}
