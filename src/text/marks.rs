//! Symbols that change what is asked and that normalising removes: emoji of things, ★ ▲ + # %.

/// Symbols of a text as written, in order and once each. Faces, hands and hearts say how, not what, and are none.
#[must_use]
pub fn marks(written: &str) -> String {
    let mut found = String::new();
    for c in written.chars().map(narrow).filter(|c| is_mark(*c)) {
        if !found.contains(c) {
            found.push(c);
        }
    }
    found
}

fn narrow(c: char) -> char {
    match c {
        '＋' => '+',
        '＃' => '#',
        '％' => '%',
        other => other,
    }
}

fn is_mark(c: char) -> bool {
    match c {
        '+' | '#' | '%' | '@' | '&' | '*' => true,
        '\u{1f440}'..='\u{1f450}'
        | '\u{1f600}'..='\u{1f64f}'
        | '\u{1f910}'..='\u{1f92f}'
        | '\u{1f970}'..='\u{1f97a}'
        | '\u{2764}' => false,
        '\u{2190}'..='\u{2bff}' | '\u{1f300}'..='\u{1faff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_things_count_and_faces_do_not() {
        assert_eq!(marks("🍎怎么退😭🙏"), "🍎");
        assert_eq!(marks("★是什么＋"), "★+");
        assert_eq!(marks("怎么退，谢谢！"), "");
    }
}
