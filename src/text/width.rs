//! Folds width, compatibility forms and letter case: Unicode NFKC (UAX #15) followed by lower-casing.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Text in NFKC and lower case; applied again because lower-casing may decompose.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    let composed = is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    if composed && !text.chars().any(|c| c.is_uppercase() || !c.to_lowercase().eq(std::iter::once(c))) {
        return Cow::Borrowed(text);
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
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
}
