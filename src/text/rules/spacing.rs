//! Collapses blanks and repeated marks; blanks between Han characters go.

use std::borrow::Cow;

use crate::text::cost::steps;
use crate::text::letters::{is_han, is_term_char};

/// Trimmed text with single blanks, none beside a Han character on both sides, and no mark twice in a row.
pub(super) fn collapse(text: &str) -> Cow<'_, str> {
    steps(text.len());
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            while chars.next_if(|next| next.is_whitespace()).is_some() {}
            let before = out.chars().next_back();
            let after = chars.peek().copied();
            let needed = before.is_some_and(is_word)
                && after.is_some_and(is_word)
                && !(before.is_some_and(is_han) && after.is_some_and(is_han));
            if needed {
                out.push(' ');
            }
            continue;
        }
        let repeated_mark = !is_term_char(c) && out.ends_with(c);
        if !repeated_mark {
            out.push(c);
        }
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn is_word(c: char) -> bool {
    is_term_char(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapses_blanks_and_marks() {
        assert_eq!(collapse("  退 款 ,  iphone  15 !!! "), "退款,iphone 15!");
        assert!(matches!(collapse("怎么退款?"), Cow::Borrowed(_)));
    }
}
