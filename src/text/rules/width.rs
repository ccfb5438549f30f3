//! Folds width, compatibility forms and letter case: Unicode NFKC (UAX #15) followed by lower-casing.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::text::cost::steps;

/// Longest folded text: a character more for each of so many characters, and [`ALLOWANCE`] more. A few compatibility
/// forms stand for up to 18 characters each (\u{fdfa}); a text of nothing else is no text of a customer, and its end is
/// cut off, for all that reads it costs by its length.
const CHARACTERS_A_GROWTH: usize = 4;
/// Lets a short text hold some of those forms whole, and the 64 ellipses of somebody who waits.
const ALLOWANCE: usize = 128;

/// Text in NFKC and lower case; applied again because lower-casing may decompose.
pub(in crate::text) fn fold(text: &str) -> Cow<'_, str> {
    steps(text.len());
    let composed = is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    if composed && !text.chars().any(|c| c.is_uppercase() || !c.to_lowercase().eq(std::iter::once(c))) {
        return Cow::Borrowed(text);
    }
    let length = text.chars().count();
    let longest = length + length / CHARACTERS_A_GROWTH + ALLOWANCE;
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().take(longest).collect();
    steps(folded.len());
    if folded == text { Cow::Borrowed(text) } else { Cow::Owned(folded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_and_case() {
        assert_eq!(fold("ＡＢＣ１２３，①㎡"), "abc123,1m2");
        assert!(matches!(fold("退款 abc"), Cow::Borrowed(_)));
    }

    #[test]
    fn text_grows_by_no_more_than_the_limit() {
        assert_eq!(fold("\u{fdfa}吗").chars().count(), 19); // in a short text it stays whole
        let waiting = format!("{}快递到哪了", "…".repeat(64));
        assert!(fold(&waiting).ends_with("快递到哪了"));
        assert_eq!(fold(&"\u{fdfa}".repeat(20_000)).chars().count(), 25_128);
    }
}
