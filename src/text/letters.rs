//! Classes of characters that the whole room tells apart: Han, placeholders, and what carries meaning.

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

/// Whether a character carries meaning for matching: letters, digits, Han, placeholders.
#[must_use]
pub fn is_term_char(c: char) -> bool {
    c.is_alphanumeric() || is_placeholder(c)
}

/// Whether a character is a Han ideograph.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}
