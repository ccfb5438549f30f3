//! Removes characters nobody sees: controls, zero-width marks, direction marks, variation selectors.

use std::borrow::Cow;

use crate::text::cost::steps;

/// Text without invisible characters; line breaks and tabs become blanks.
pub(super) fn remove(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    steps(text.len());
    let visible = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ if is_invisible(c) => None,
        _ => Some(c),
    });
    Cow::Owned(visible.collect())
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_only_what_is_invisible() {
        assert_eq!(remove("退\u{200b}款\u{feff}\u{7}"), "退款");
        assert_eq!(remove("一行\n二行"), "一行 二行");
        assert!(matches!(remove("普通文字 abc"), Cow::Borrowed(_)));
    }
}
