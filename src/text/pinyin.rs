//! Romanisation for typeahead and homophone typos. No polyphone context: 银行 reads "yin xing", on both sides alike.

use pinyin::ToPinyin;

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
}
