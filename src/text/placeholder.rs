//! Replaces personal numbers and addresses by one placeholder character each.
//!
//! Placeholders are characters nobody types, survive every other rule, and count as terms: "我的订单⌗到哪了"
//! matches whatever the number was, and what is stored or trained on holds no number.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A mobile or fixed-line phone number, also when partly starred out.
pub const PHONE: char = '⌁';
/// An order, parcel, card or other number of nine or more digits.
pub const NUMBER: char = '⌗';
/// A resident identity number.
pub const IDENTITY: char = '⌖';
/// An e-mail address.
pub const EMAIL: char = '⍾';
/// A web address.
pub const URL: char = '⌰';

/// Whether the character stands for something removed.
#[must_use]
pub fn is_placeholder(c: char) -> bool {
    matches!(c, PHONE | NUMBER | IDENTITY | EMAIL | URL)
}

#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<url>(?:https?://|www\.)[!-~]+)",
        r"|(?P<email>[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)",
        r"|(?P<identity>\b[1-9]\d{16}[\dx]\b)",
        r"|(?P<phone>(?:\+?86[ -]?)?\b1\d{2}[ -]?(?:\d{4}|\*{4})[ -]?\d{4}\b|\b0\d{2,3}[ -]?\d{7,8}\b)",
        r"|(?P<number>\b[a-z]{0,4}\d[a-z0-9-]{7,}\d\b)",
    ))
    .unwrap()
});

/// Text with every personal number replaced by its placeholder.
pub(super) fn substitute(text: &str) -> Cow<'_, str> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < 7 && !text.contains('@') && !text.contains("://") && !text.contains("www.") {
        return Cow::Borrowed(text);
    }
    // ASCII-only word boundaries: a number written against Han characters is still a number.
    let spaced = separate_scripts(text);
    let replaced = PATTERN.replace_all(&spaced, |found: &Captures<'_>| {
        let kind = if found.name("url").is_some() {
            URL
        } else if found.name("email").is_some() {
            EMAIL
        } else if found.name("identity").is_some() {
            IDENTITY
        } else if found.name("phone").is_some() {
            PHONE
        } else if found[0].bytes().filter(u8::is_ascii_digit).count() >= 9 {
            NUMBER
        } else {
            return found[0].to_owned();
        };
        kind.to_string()
    });
    match replaced {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(replaced) => Cow::Owned(replaced.replace(JOINT, "")),
    }
}

/// A private-use mark put between Han and ASCII for the time of the match; the controls rule lets none in.
const JOINT: char = '\u{e000}';

fn separate_scripts(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut previous: Option<char> = None;
    for c in text.chars() {
        if previous.is_some_and(|p| p.is_ascii() != c.is_ascii()) {
            out.push(JOINT);
        }
        out.push(c);
        previous = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_personal_numbers_and_keeps_model_numbers() {
        let rows = [
            ("打13800001234或138****1234", "打⌁或⌁"),
            ("订单md20261101000123到哪了", "订单⌗到哪了"),
            ("单号 sf1234567890123", "单号 ⌗"),
            ("身份证11010519491231002x", "身份证⌖"),
            ("写信到a.b@example.com谢谢", "写信到⍾谢谢"),
            ("看https://example.com/a?b=1吧", "看⌰吧"),
            ("i9300和2040002能用吗", "i9300和2040002能用吗"),
            ("2026-11-11几点开始", "2026-11-11几点开始"),
            ("拨打10086充值100元", "拨打10086充值100元"),
        ];
        for (input, expected) in rows {
            assert_eq!(substitute(input), expected, "input {input:?}");
        }
    }
}
