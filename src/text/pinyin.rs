//! Romanisation for typeahead and homophone typos. No polyphone context: 银行 reads "yin xing", on both sides alike.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Syllables of the text without tones, each beginning a new string; other letters and digits stand for themselves.
#[must_use]
pub fn syllables(key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut in_run = false;
    for c in key.chars() {
        if let Some(reading) = c.to_pinyin() {
            out.push(plain(reading.plain()));
            in_run = false;
        } else if c.is_ascii_alphanumeric() && in_run {
            if let Some(run) = out.last_mut() {
                run.push(c);
            }
        } else {
            out.push(c.to_string());
            in_run = c.is_ascii_alphanumeric();
        }
    }
    out
}

/// Every way to read a character, without tones, the usual one first; none for what is not Han.
#[must_use]
pub fn readings(c: char) -> Vec<String> {
    let mut all: Vec<String> = c.to_pinyin().map(|usual| plain(usual.plain())).into_iter().collect();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let reading = plain(reading.plain());
        if !all.contains(&reading) {
            all.push(reading);
        }
    }
    all
}

/// ü is typed as v on every Chinese keyboard.
fn plain(reading: &str) -> String {
    reading.replace('ü', "v")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_han_and_keeps_runs_whole() {
        assert_eq!(syllables("退款iphone15绿"), ["tui", "kuan", "iphone15", "lv"]);
    }

    #[test]
    fn a_character_may_be_read_in_several_ways() {
        assert_eq!(readings('款').first().map(String::as_str), Some("kuan")); // the usual one first
        assert!(readings('行').contains(&"hang".to_owned()) && readings('x').is_empty());
    }
}
