//! Bytes of a corpus file → text, in the encodings that spreadsheets and editors in China leave behind.
//!
//! Guesses no further than UTF-8, UTF-16 with a mark, GB18030 (which includes GBK and GB2312), and Big5.

use std::borrow::Cow;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text without a byte order mark; `None` where the bytes are in none of the encodings.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark..)?;
        return match encoding {
            e if e == UTF_8 || e == UTF_16LE || e == UTF_16BE => strict(e, body),
            _ => None,
        };
    }
    if let Some(text) = strict(UTF_8, bytes) {
        return Some(text);
    }
    let plausible = |text: &Cow<'_, str>| !text.chars().any(is_implausible);
    let big5 = || strict(BIG5, bytes).filter(plausible);
    if looks_like_big5(bytes)
        && let Some(text) = big5()
    {
        return Some(text);
    }
    strict(GB18030, bytes).filter(plausible)
}

/// Whether the bytes are UTF-8 that ends within a character, as a file does that is still being copied.
pub(crate) fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| {
        error.error_len().is_none() && !bytes.get(..error.valid_up_to()).is_none_or(<[u8]>::is_ascii)
    })
}

/// Second bytes below 0x7f, in per cent of all pairs, from which on a text is Big5: there they are two in five, in
/// simplified text of GB18030 hardly any.
const LOW_PER_CENT: usize = 15;
/// First bytes of the common half of Big5, in per cent of all pairs.
const COMMON_PER_CENT: usize = 70;

/// Tells Big5 from GB18030, which can read nearly all of the other's bytes too.
fn looks_like_big5(bytes: &[u8]) -> bool {
    let (mut pairs, mut low, mut common) = (0, 0, 0);
    let mut rest = bytes.iter();
    while let Some(first) = rest.next() {
        if first.is_ascii() {
            continue;
        }
        let Some(second) = rest.next() else { return false };
        match second {
            0x40..=0x7e => low += 1,
            0xa1..=0xfe => {}
            // Nothing Big5 has.
            _ => return false,
        }
        pairs += 1;
        common += usize::from((0xa1..=0xc6).contains(first));
    }
    pairs > 0 && low * 100 >= pairs * LOW_PER_CENT && common * 100 >= pairs * COMMON_PER_CENT
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
            (BIG5.encode("退款").0.into_owned(), "Big5 as spreadsheets in Taiwan and Hong Kong save it"),
            (utf16le, "UTF-16, Excel's Unicode text"),
            (utf16be, "UTF-16, big end first"),
        ];
        for (bytes, reason) in rows {
            assert_eq!(decode(&bytes).as_deref(), Some("退款"), "{reason}");
        }
    }

    #[test]
    fn big5_and_gb18030_are_told_apart() {
        let traditional =
            "問題,答案\n退款多久到帳,原路退回，一到三個工作日到帳。\n怎麼開發票,請在訂單裡點選申請開立發票。\n";
        let simplified = "问题,答案\n退款多久到账,原路退回，一到三个工作日到账。\n怎么开发票,请在订单里点申请开票。\n";
        assert_eq!(decode(&BIG5.encode(traditional).0).as_deref(), Some(traditional));
        assert_eq!(decode(&GB18030.encode(traditional).0).as_deref(), Some(traditional)); // traditional script on the mainland
        assert_eq!(decode(&GB18030.encode(simplified).0).as_deref(), Some(simplified));
    }

    #[test]
    fn text_cut_within_a_character_is_told() {
        let text = "问题,答案\n退款,三天".as_bytes();
        assert!(is_cut(&text[..text.len() - 1]));
        assert!(!is_cut(text) && !is_cut(&GB18030.encode("退款").0) && !is_cut(b"caf\xc3"));
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
