//! Removes what copying from a web page leaves behind: tags, comments and character entities.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    // Only what is shaped like a tag goes, so that "a < b" stays.
    Regex::new(r"(?is)<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
        .unwrap()
});

/// Text without tags (each becomes a blank) and with entities decoded.
pub(super) fn strip(text: &str) -> Cow<'_, str> {
    let without_tags = if text.contains('<') { MARKUP.replace_all(text, " ") } else { Cow::Borrowed(text) };
    if !without_tags.contains('&') {
        return without_tags;
    }
    match html_escape::decode_html_entities(&without_tags) {
        Cow::Borrowed(_) => without_tags,
        Cow::Owned(decoded) => Cow::Owned(decoded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_tags_and_entities_but_not_comparisons() {
        assert_eq!(strip("<p style=\"a\">退款</p>"), " 退款 ");
        assert_eq!(strip("a&nbsp;b&gt;"), "a\u{a0}b>");
        assert_eq!(strip("满 300<400 可以吗"), "满 300<400 可以吗");
        assert_eq!(strip("<script>alert(1)</script>你好"), " 你好");
    }
}
