//! Repairs UTF-8 that was decoded as Latin-1/Windows-1252 or as GBK, and drops its unrepairable traces.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK, WINDOWS_1252};

use crate::text::cost::steps;
use crate::text::letters::is_han;

/// Characters left behind by a lossy conversion; they carry nothing.
const TRACES: [&str; 3] = ["锟斤拷", "\u{fffd}", "烫烫烫"];

/// The text with a wrong decoding undone where that gives sound Chinese, else unchanged.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    for encoding in [WINDOWS_1252, GBK] {
        if let Some(repaired) = undo(text, encoding) {
            return Cow::Owned(repaired);
        }
    }
    if TRACES.iter().any(|trace| text.contains(trace)) {
        return Cow::Owned(without_traces(text));
    }
    Cow::Borrowed(text)
}

/// Drops every trace, also one that stands together only once another is gone.
fn without_traces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        steps(TRACES.len());
        out.push(c);
        if let Some(trace) = TRACES.iter().find(|trace| out.ends_with(**trace)) {
            out.truncate(out.len() - trace.len());
        }
    }
    out
}

/// Encodes back with the suspected encoding; `Some` only when the bytes are UTF-8 of plausible Chinese.
fn undo(text: &str, encoding: &'static Encoding) -> Option<String> {
    steps(text.len());
    let bytes = if encoding == WINDOWS_1252 { latin_bytes(text)? } else { gbk_bytes(text)? };
    let decoded = String::from_utf8(bytes).ok()?;
    let han = decoded.chars().filter(|c| is_han(*c)).count();
    let sound = decoded.chars().all(|c| c.is_ascii() || is_han(c) || is_chinese_mark(c));
    let enough = if encoding == WINDOWS_1252 { 1 } else { 2 };
    (han >= enough && sound && decoded != text).then_some(decoded)
}

/// Bytes 0x80–0x9F arrive either as C1 controls (Latin-1) or as the marks Windows-1252 puts there.
fn latin_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Ok(byte) = u8::try_from(u32::from(c)) {
            bytes.push(byte);
            continue;
        }
        let mut buffer = [0; 4];
        let (encoded, _, unmappable) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
        if unmappable || encoded.len() != 1 {
            return None;
        }
        bytes.push(encoded[0]);
    }
    Some(bytes)
}

/// Sound Chinese gives itself away in its first characters: their GBK bytes are no UTF-8.
const TELLING_CHARS: usize = 4;

fn gbk_bytes(text: &str) -> Option<Vec<u8>> {
    let first_han = text.find(|c: char| !c.is_ascii())?;
    let telling = text[first_han..].char_indices().nth(TELLING_CHARS).map_or(text.len(), |(at, _)| first_han + at);
    let (start, _, _) = GBK.encode(&text[first_han..telling]);
    // An error of unknown length is only the end of the sample.
    if std::str::from_utf8(&start).is_err_and(|error| error.error_len().is_some()) {
        return None;
    }
    let (bytes, _, unmappable) = GBK.encode(text);
    (!unmappable).then(|| bytes.into_owned())
}

fn is_chinese_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '\u{2010}'..='\u{2027}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_both_wrong_decodings_and_leaves_sound_text_alone() {
        let (as_gbk, _, _) = GBK.decode("我的订单怎么没到".as_bytes());
        assert_eq!(repair(&as_gbk), "我的订单怎么没到");
        let (as_latin, _, _) = WINDOWS_1252.decode("怎么申请退款".as_bytes());
        assert_eq!(repair(&as_latin), "怎么申请退款");
        for sound in ["联通", "café", "怎么退款", "résumé ©", "10€"] {
            assert_eq!(repair(sound), sound);
        }
        assert_eq!(repair("我的锟斤拷订单\u{fffd}"), "我的订单");
        assert_eq!(repair("我的锟锟斤拷斤拷订单"), "我的订单"); // one inside another
    }
}
