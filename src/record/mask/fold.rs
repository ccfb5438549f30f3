//! One character for one character: width, case and odd digits folded, so that places in the folded text are places in
//! the text as typed. The normalisation of `text` may change lengths and is not used here.

/// Folds each character by itself.
pub(super) fn fold(typed: &[char]) -> Vec<char> {
    typed.iter().map(|c| one(*c)).collect()
}

fn one(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => ascii(u32::from(c) - 0xff01 + 0x21),
        'A'..='Z' => c.to_ascii_lowercase(),
        '①'..='⑨' => ascii(u32::from(c) - u32::from('①') + u32::from('1')),
        c if c.is_whitespace() || c.is_control() || is_invisible(c) => ' ',
        '‐' | '‑' | '–' | '—' | '−' => '-',
        c if c.is_numeric() && !c.is_ascii_digit() => '0',
        c => c,
    }
}

fn ascii(code: u32) -> char {
    char::from_u32(code).map_or(' ', |c| c.to_ascii_lowercase())
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// The digit a character stands for, also where it is written as a word.
pub(super) fn digit(c: char) -> Option<u32> {
    const WORDS: [&str; 10] = ["零〇", "一幺壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"];
    if let Some(value) = c.to_digit(10) {
        return Some(value);
    }
    let at = WORDS.iter().position(|words| words.contains(c))?;
    u32::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_in_place() {
        let folded: String = fold(&"ＡＢ１２：①　X\u{200b}—".chars().collect::<Vec<_>>()).into_iter().collect();
        assert_eq!(folded, "ab12:1 x -");
        assert_eq!(digit('幺'), Some(1));
        assert_eq!(digit('十'), None);
    }
}
