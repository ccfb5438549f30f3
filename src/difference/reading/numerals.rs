//! Numbers in Arabic and Chinese numerals, without their units.

const NUMERALS: &str = "零〇一二两俩三仨四五六七八九十百千万半";

/// What a number written in text looks like.
pub(super) struct Numeral {
    pub(super) amount: f64,
    pub(super) arabic: bool,
    pub(super) text: String,
    pub(super) end: usize,
}

/// The number that begins at `from`, in Arabic or Chinese numerals.
pub(super) fn numeral(chars: &[char], taken: &[bool], from: usize) -> Option<Numeral> {
    let free = |at: usize| at < chars.len() && !taken[at];
    let mut end = from;
    if free(end) && chars[end].is_ascii_digit() {
        while free(end) && chars[end].is_ascii_digit() {
            end += 1;
        }
        if free(end) && chars[end] == '.' && free(end + 1) && chars[end + 1].is_ascii_digit() {
            end += 1;
            while free(end) && chars[end].is_ascii_digit() {
                end += 1;
            }
        }
        let text: String = chars[from..end].iter().collect();
        return Some(Numeral { amount: text.parse().ok()?, arabic: true, text, end });
    }
    while free(end) && NUMERALS.contains(chars[end]) {
        end += 1;
    }
    let text: String = chars[from..end].iter().collect();
    (end > from).then(|| Some(Numeral { amount: chinese(&text)?, arabic: false, text, end }))?
}

/// The number that Chinese numerals write; `None` for none.
fn chinese(text: &str) -> Option<f64> {
    if text == "半" {
        return Some(0.5);
    }
    let digit = |c: char| match c {
        '零' | '〇' => Some(0.0),
        '两' | '俩' => Some(2.0),
        '仨' => Some(3.0),
        _ => "一二三四五六七八九".chars().zip(1_u8..).find(|(own, _)| *own == c).map(|(_, n)| f64::from(n)),
    };
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > 1 && chars.iter().all(|c| digit(*c).is_some()) {
        return Some(chars.iter().fold(0.0, |sum, c| sum * 10.0 + digit(*c).unwrap_or(0.0)));
    }
    let (mut total, mut current, mut large, mut last) = (0.0, 0.0, 0.0, 0.0);
    for c in &chars {
        let step = match c {
            '十' => 10.0,
            '百' => 100.0,
            '千' => 1_000.0,
            '万' => {
                large += (total + current) * 10_000.0;
                (total, current, last) = (0.0, 0.0, 10_000.0);
                continue;
            }
            _ => {
                current = digit(*c)?;
                if *c == '零' || *c == '〇' {
                    last = 10.0;
                }
                continue;
            }
        };
        total += if current > 0.0 { current * step } else { step };
        (current, last) = (0.0, step);
    }
    // 一百二 is 120, 一百零二 is 102.
    if current > 0.0 && last >= 100.0 {
        current *= last / 10.0;
    }
    Some(large + total + current)
}
