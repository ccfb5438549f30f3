//! Removes what copying from a web page leaves behind: tags, comments and character entities.
//!
//! Scans by hand rather than by a regular expression: an expression looks for the end of every unclosed comment up to
//! the end of the text, which a customer can make as slow as they like.

use std::borrow::Cow;

use crate::text::cost::steps;

/// Text without tags (each becomes a blank) and with entities decoded.
pub(in crate::text) fn strip(text: &str) -> Cow<'_, str> {
    let without_tags = if text.contains('<') { without_markup(text) } else { Cow::Borrowed(text) };
    if !without_tags.contains('&') {
        return without_tags;
    }
    match decoded(&without_tags) {
        Some(decoded) => Cow::Owned(decoded),
        None => without_tags,
    }
}

/// Only what is shaped like a tag goes, so that "a < b" stays.
fn without_markup(text: &str) -> Cow<'_, str> {
    let mut markup = Markup::default();
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = text[at..].find('<') {
        steps(found + 1);
        let open = at + found;
        at = match markup.end(text, open) {
            Some(end) => {
                out.push_str(&text[kept..open]);
                out.push(' ');
                kept = end;
                end
            }
            None => open + 1,
        };
    }
    steps(text.len() - at);
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// Where the next comment, script and style end; remembered so that a text of unclosed ones is searched once.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    comment: Ending,
    script: Ending,
    style: Ending,
}

/// The next ending found: where it begins and ends.
#[derive(Debug, Default, Clone, Copy)]
enum Ending {
    #[default]
    Unknown,
    At(usize, usize),
    Nowhere,
}

impl Ending {
    /// The end of the first ending that begins at or after `from`, which only rises from call to call.
    fn from(&mut self, from: usize, search: impl FnOnce(usize) -> Option<(usize, usize)>) -> Option<usize> {
        match *self {
            Self::At(start, end) if start >= from => return Some(end),
            Self::Nowhere => return None,
            Self::At(..) | Self::Unknown => {}
        }
        let found = search(from);
        *self = found.map_or(Self::Nowhere, |(start, end)| Self::At(start, end));
        found.map(|(_, end)| end)
    }
}

impl Markup {
    /// Where the markup that begins with the `<` at `open` ends; `open` only rises from call to call.
    pub(crate) fn end(&mut self, text: &str, open: usize) -> Option<usize> {
        let inside = &text[open + 1..];
        if begins_with_word(inside, "script")
            && let Some(end) = self.script.from(open + 7, |from| closing_tag(text, from, "script"))
        {
            return Some(end);
        }
        if begins_with_word(inside, "style")
            && let Some(end) = self.style.from(open + 6, |from| closing_tag(text, from, "style"))
        {
            return Some(end);
        }
        if inside.starts_with("!--") {
            return self.comment.from(open + 4, |from| {
                let found = text[from..].find("-->");
                steps(found.unwrap_or(text.len() - from));
                found.map(|at| (from + at, from + at + 3))
            });
        }
        tag_end(text, open)
    }
}

fn begins_with_word(text: &str, word: &str) -> bool {
    let same = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    same && !text[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The first `</name>` at or after `from`: where it begins and ends.
fn closing_tag(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("</")) {
        steps(found + 2);
        let start = at + found;
        at = start + 2;
        if text.get(at..at + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            let rest = text[at + name.len()..].trim_start();
            steps(text.len() - rest.len() - at);
            if rest.starts_with('>') {
                return Some((start, text.len() - rest.len() + 1));
            }
        }
    }
    steps(text.len().saturating_sub(at));
    None
}

/// The end of `<name …>`, `</name>` or `<name/>`; attributes hold no angle brackets.
fn tag_end(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = open + 1;
    if bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
        at += 1;
    }
    steps(at - open);
    if text[at..].starts_with(char::is_whitespace) {
        let found = text[at..].find(['<', '>']);
        steps(found.unwrap_or(text.len() - at));
        let stop = at + found?;
        return (bytes[stop] == b'>').then_some(stop + 1);
    }
    if bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    (bytes.get(at) == Some(&b'>')).then_some(at + 1)
}

/// Longest entity looked at, without `&` and `;`; the longest name has 31 characters.
const LONGEST_ENTITY: usize = 32;

/// Text with entities decoded, however often they were encoded; `None` where there are none.
fn decoded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('&') {
        steps(at + 1);
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        // What `&amp;` leaves may begin another entity, as in `&amp;lt;`: the mark is written once it begins none.
        loop {
            let Some((character, length)) = entity(rest) else {
                out.push('&');
                break;
            };
            changed = true;
            rest = &rest[length..];
            if character != "&" {
                out.push_str(&character);
                break;
            }
        }
    }
    steps(rest.len());
    out.push_str(rest);
    changed.then_some(out)
}

/// What an entity stands for, given what follows its `&`, and its length with the `;`.
fn entity(after: &str) -> Option<(String, usize)> {
    let end = after.bytes().take(LONGEST_ENTITY + 1).position(|byte| matches!(byte, b';' | b'&'));
    steps(end.unwrap_or(LONGEST_ENTITY));
    let end = end.filter(|end| after.as_bytes()[*end] == b';')?;
    match html_escape::decode_html_entities(&format!("&{}", &after[..=end])) {
        Cow::Owned(character) => Some((character, end + 1)),
        Cow::Borrowed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    #[test]
    fn strips_tags_and_entities_but_not_comparisons() {
        let rows = [
            ("<p style=\"a\">退款</p>", " 退款 "),
            ("a&nbsp;b&gt;", "a\u{a0}b>"),
            ("满 300<400 可以吗", "满 300<400 可以吗"),
            ("<script>alert(1)</script>你好", " 你好"),
            ("<!-- 不看 --> 退款<br/>吗 <!-- 没完", "  退款 吗 <!-- 没完"),
            ("&amp;amp;lt; &#38;#38;gt; &unknown; &", "< > &unknown; &"), // encoded twice
        ];
        for (input, expected) in rows {
            assert_eq!(strip(input), expected, "input {input:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// The same as the expression that says what markup is.
        #[test]
        fn finds_what_the_expression_finds(
            text in "(<|>|/|<!--|-->|<script|</script|</script >|<STYLE>|</style>|<p |<br|b|款| |\n|\"|1|_){0,24}"
        ) {
            let pattern = r"(?is)<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>";
            let markup = Regex::new(pattern).unwrap();
            prop_assert_eq!(without_markup(&text), markup.replace_all(&text, " "));
        }
    }
}
