//! Bytes of a corpus file → text, in the encodings that spreadsheets and editors in China leave behind.
//!
//! Guesses no further than UTF-8, UTF-16 with a mark, and GB18030 (which includes GBK and GB2312).

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text without a byte order mark; `None` where the bytes are in none of the encodings.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark..)?;
        return match encoding {
            e if e == UTF_8 || e == UTF_16LE || e == UTF_16BE => strict(e, body),
            _ => None,
        };
    }
    strict(UTF_8, bytes).or_else(|| strict(GB18030, bytes).filter(|text| !text.chars().any(is_implausible)))
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Characters no corpus holds: GB18030 can read almost any bytes, and these are what other bytes turn into.
fn is_implausible(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fffd}')
        || c > '\u{3ffff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_encodings_of_chinese_spreadsheets() {
        let utf16le: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("退款".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let utf16be: Vec<u8> =
            [0xfe, 0xff].into_iter().chain("退款".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let rows = [
            ("退款".as_bytes().to_vec(), "plain UTF-8"),
            ("\u{feff}退款".as_bytes().to_vec(), "UTF-8 as Excel saves it"),
            (GB18030.encode("退款").0.into_owned(), "GB18030 as older Excel saves it"),
            (utf16le, "UTF-16, Excel's Unicode text"),
            (utf16be, "UTF-16, big end first"),
        ];
        for (bytes, reason) in rows {
            assert_eq!(decode(&bytes).as_deref(), Some("退款"), "{reason}");
        }
    }

    #[test]
    fn refuses_other_bytes() {
        let rows: [(&[u8], &str); 4] = [
            (&[0x51, 0x00, 0x80, 0xff, 0x00], "UTF-16 without a mark, or a binary file"),
            (b"caf\xe9, r\xe9sum\xe9", "Latin-1"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
            (b"\xef\xbb\xbf\xc3\x28", "a UTF-8 mark before broken UTF-8"),
        ];
        for (bytes, reason) in rows {
            assert_eq!(decode(bytes), None, "{reason}");
        }
    }
}
