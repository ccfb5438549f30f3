//! Replaces personal numbers and addresses by one placeholder character each.
//!
//! Placeholders are characters nobody types, survive every other rule, and count as terms: "我的订单⌗到哪了"
//! matches whatever the number was, and what is stored or trained on holds no number. A scan by hand: a regular
//! expression reads on to the end of a run of letters and digits for each number that it finds in it.

use std::borrow::Cow;

use crate::text::cost::steps;

pub use crate::text::letters::{EMAIL, IDENTITY, NUMBER, PHONE, URL, is_placeholder};

/// Digits a number without a shape of its own needs to be personal; shorter ones are models, dates and hotlines.
const NUMBER_DIGITS: usize = 9;

/// Text with every personal number replaced by its placeholder.
pub(super) fn substitute(text: &str) -> Cow<'_, str> {
    steps(text.len());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < 7 && !text.contains('@') && !text.contains("://") && !text.contains("www.") {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    // Only ASCII is looked at, so that a number written against Han characters is still a number.
    while let Some(start) = text[at..].find(|c: char| c.is_ascii()).map(|found| at + found) {
        let end = text[start..].find(|c: char| !c.is_ascii()).map_or(text.len(), |found| start + found);
        let mut run = Run::new(&text.as_bytes()[start..end]);
        while let Some((from, to, placeholder)) = run.next_personal() {
            out.push_str(&text[copied..start + from]);
            out.push(placeholder);
            copied = start + to;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// A stretch of ASCII, read once from left to right. What is known of the longer runs of characters inside it is kept
/// until they end.
struct Run<'a> {
    bytes: &'a [u8],
    at: usize,
    /// End of the run of address characters read last, and where the e-mail address ends that it begins.
    address: (usize, Option<usize>),
    /// End of the run of number characters read last, and after its last digit that ends a word.
    number: (usize, usize),
}

impl<'a> Run<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, address: (0, None), number: (0, 0) }
    }

    /// The next thing to replace: where it stands and what stands for it.
    fn next_personal(&mut self) -> Option<(usize, usize, char)> {
        while self.at < self.bytes.len() {
            steps(1);
            let start = self.at;
            let Some((end, placeholder)) = self.personal_at(start) else {
                self.at += 1;
                continue;
            };
            self.at = end;
            let digits = self.bytes[start..end].iter().filter(|byte| byte.is_ascii_digit()).count();
            steps(end - start);
            if placeholder != NUMBER || digits >= NUMBER_DIGITS {
                return Some((start, end, placeholder));
            }
        }
        None
    }

    /// What begins at a place: the more telling shape first.
    fn personal_at(&mut self, at: usize) -> Option<(usize, char)> {
        let found = |end: Option<usize>, placeholder| end.map(|end| (end, placeholder));
        found(self.url(at), URL)
            .or_else(|| found(self.email(at), EMAIL))
            .or_else(|| found(self.identity(at), IDENTITY))
            .or_else(|| found(self.phone(at), PHONE))
            .or_else(|| found(self.number(at), NUMBER))
    }

    fn is(&self, at: usize, class: impl Fn(u8) -> bool) -> bool {
        self.bytes.get(at).is_some_and(|byte| class(*byte))
    }

    /// Where the run of a class of characters from `at` on ends.
    fn end_of(&self, at: usize, class: impl Fn(u8) -> bool) -> usize {
        let length = self.bytes[at.min(self.bytes.len())..].iter().take_while(|byte| class(**byte)).count();
        steps(length);
        at + length
    }

    /// Whether a word begins or ends at a place.
    fn is_edge(&self, at: usize) -> bool {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (at > 0 && self.is(at - 1, word)) != self.is(at, word)
    }

    /// The place after exactly `count` digits.
    fn digits(&self, at: usize, count: usize) -> Option<usize> {
        (at..at + count).all(|at| self.is(at, |byte| byte.is_ascii_digit())).then_some(at + count)
    }

    fn url(&self, at: usize) -> Option<usize> {
        let starts =
            ["https://", "http://", "www."].iter().find(|start| self.bytes[at..].starts_with(start.as_bytes()))?;
        let from = at + starts.len();
        let end = self.end_of(from, |byte| byte.is_ascii_graphic());
        (end > from).then_some(end)
    }

    fn email(&mut self, at: usize) -> Option<usize> {
        let local = |byte: u8| is_address(byte) || matches!(byte, b'.' | b'_' | b'%' | b'+');
        if !self.is(at, local) {
            return None;
        }
        if at >= self.address.0 {
            let end = self.end_of(at, local);
            let domain = self.is(end, |byte| byte == b'@').then(|| self.domain(end + 1)).flatten();
            self.address = (end, domain);
        }
        self.address.1
    }

    /// The end of two or more labels joined by dots.
    fn domain(&self, at: usize) -> Option<usize> {
        let mut end = self.end_of(at, is_address);
        let mut labels = usize::from(end > at);
        while labels > 0 && self.is(end, |byte| byte == b'.') && self.is(end + 1, is_address) {
            end = self.end_of(end + 1, is_address);
            labels += 1;
        }
        (labels >= 2).then_some(end)
    }

    fn identity(&self, at: usize) -> Option<usize> {
        let begins = self.is_edge(at) && self.is(at, |byte| matches!(byte, b'1'..=b'9'));
        let end = begins.then(|| self.digits(at + 1, 16)).flatten()?;
        let closes = self.is(end, |byte| byte.is_ascii_digit() || byte == b'x') && self.is_edge(end + 1);
        closes.then_some(end + 1)
    }

    fn phone(&self, at: usize) -> Option<usize> {
        let country = at + usize::from(self.is(at, |byte| byte == b'+'));
        if self.bytes[country.min(self.bytes.len())..].starts_with(b"86") {
            let after = country + 2;
            let found = self.joints(after).into_iter().flatten().find_map(|from| self.mobile(from));
            if found.is_some() {
                return found;
            }
        }
        self.mobile(at).or_else(|| self.fixed_line(at))
    }

    /// The places at which a number may go on: after a blank or hyphen, or at once.
    fn joints(&self, at: usize) -> [Option<usize>; 2] {
        [self.is(at, |byte| matches!(byte, b' ' | b'-')).then_some(at + 1), Some(at)]
    }

    fn mobile(&self, at: usize) -> Option<usize> {
        if !self.is_edge(at) || !self.is(at, |byte| byte == b'1') {
            return None;
        }
        let middle = self.digits(at + 1, 2)?;
        let starred = |at: usize| self.bytes.get(at..at + 4).is_some_and(|four| four == b"****").then_some(at + 4);
        let ends = |at: usize| self.digits(at, 4).filter(|end| self.is_edge(*end));
        self.joints(middle).into_iter().flatten().find_map(|from| {
            let after = self.digits(from, 4).or_else(|| starred(from))?;
            self.joints(after).into_iter().flatten().find_map(ends)
        })
    }

    fn fixed_line(&self, at: usize) -> Option<usize> {
        if !self.is_edge(at) || !self.is(at, |byte| byte == b'0') {
            return None;
        }
        [3, 2].into_iter().find_map(|area| {
            let after = self.digits(at + 1, area)?;
            self.joints(after).into_iter().flatten().find_map(|from| {
                [8, 7].into_iter().find_map(|count| self.digits(from, count).filter(|end| self.is_edge(*end)))
            })
        })
    }

    /// Up to four letters, then a digit, at least seven letters, digits or hyphens, and a digit that ends a word.
    fn number(&mut self, at: usize) -> Option<usize> {
        let letters = self.bytes[at..].iter().take(5).take_while(|byte| byte.is_ascii_lowercase()).count();
        let first = at + letters;
        if !self.is_edge(at) || letters > 4 || !self.is(first, |byte| byte.is_ascii_digit()) {
            return None;
        }
        if first >= self.number.0 {
            let end = self.end_of(first, is_address);
            let last = (first..end).rev().find(|at| self.bytes[*at].is_ascii_digit() && self.is_edge(at + 1));
            steps(end - first);
            self.number = (end, last.map_or(0, |at| at + 1));
        }
        (self.number.1 >= first + 9).then_some(self.number.1)
    }
}

/// Characters of a label of an address, and of a number after its first digit.
fn is_address(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::{Captures, Regex};

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

    /// The shapes as one expression.
    const SHAPES: &str = concat!(
        r"(?P<url>(?:https?://|www\.)[!-~]+)",
        r"|(?P<email>[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)",
        r"|(?P<identity>(?-u:\b)[1-9][0-9]{16}[0-9x](?-u:\b))",
        r"|(?P<phone>(?:\+?86[ -]?)?(?-u:\b)1[0-9]{2}[ -]?(?:[0-9]{4}|\*{4})[ -]?[0-9]{4}(?-u:\b)",
        r"|(?-u:\b)0[0-9]{2,3}[ -]?[0-9]{7,8}(?-u:\b))",
        r"|(?P<number>(?-u:\b)[a-z]{0,4}[0-9][a-z0-9-]{7,}[0-9](?-u:\b))",
    );

    fn by_expression(text: &str) -> String {
        let kinds = [("url", URL), ("email", EMAIL), ("identity", IDENTITY), ("phone", PHONE)];
        let replaced = Regex::new(SHAPES).unwrap().replace_all(text, |found: &Captures<'_>| {
            match kinds.iter().find(|(name, _)| found.name(name).is_some()) {
                Some((_, placeholder)) => placeholder.to_string(),
                None if found[0].bytes().filter(u8::is_ascii_digit).count() >= 9 => NUMBER.to_string(),
                None => found[0].to_owned(),
            }
        });
        replaced.into_owned()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn finds_what_the_expression_finds(
            text in "([0-9]{1,12}|1[0-9]{10}|0[0-9]{2,3}[ -]?[0-9]{7,8}|[a-z]{1,5}|[-.@_%+* ]|\\*{4}|\\+?86|1380000|https?://|www\\.|款|⌁|A){0,12}"
        ) {
            prop_assert_eq!(substitute(&text).into_owned(), by_expression(&text));
        }
    }
}
