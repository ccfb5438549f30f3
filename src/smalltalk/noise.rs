//! Texts that look as if nobody meant anything by them: no letter at all, a digit or two, keys hit at random.

use super::HeardBy;

/// Latin letters that may be keys hit at random; longer ones are words of some language.
const LONGEST_MASH: usize = 14;

/// How a text looks empty; `key` as [`spoken_key`](crate::text::spoken_key) gives it.
pub(super) fn looks_empty(key: &str) -> Option<HeardBy> {
    if !key.chars().any(char::is_alphanumeric) {
        return Some(HeardBy::Wording);
    }
    let chars: Vec<char> = key.chars().filter(|c| c.is_alphanumeric()).collect();
    if chars.iter().all(char::is_ascii_digit) {
        return (chars.len() <= 3 || is_run(&chars)).then_some(HeardBy::Looks);
    }
    let one_character = chars.len() > 1 && chars.iter().all(|c| *c == chars[0]);
    let cries = chars.iter().all(|c| "啊哈嗯呃额哦呵嘻嘿呜唉哎诶".contains(*c));
    if one_character || cries {
        return Some(HeardBy::Looks);
    }
    let single = chars.len() == 1;
    let mash = chars.len() <= LONGEST_MASH && chars.iter().all(char::is_ascii_alphabetic) && !is_pinyin(key);
    (single || mash).then_some(HeardBy::Looks)
}

/// Whether each digit is the one before, or its neighbour in the same direction.
fn is_run(digits: &[char]) -> bool {
    let steps: Vec<i64> =
        digits.windows(2).map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]))).collect();
    steps.first().is_some_and(|first| first.abs() <= 1 && steps.iter().all(|step| step == first))
}

const INITIALS: [&str; 23] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y",
    "w",
];

const FINALS: [&str; 35] = [
    "iang", "iong", "uang", "ang", "eng", "ing", "ong", "ian", "iao", "uai", "uan", "ai", "ei", "ao", "ou", "an", "en",
    "in", "un", "ia", "ie", "iu", "ua", "uo", "ui", "ue", "ve", "vn", "er", "a", "o", "e", "i", "u", "v",
];

/// Whether Latin letters read as two or more syllables of pinyin: somebody without an input method asks that way.
fn is_pinyin(letters: &str) -> bool {
    let mut syllables_from = vec![usize::MAX; letters.len() + 1];
    syllables_from[letters.len()] = 0;
    for at in (0..letters.len()).rev() {
        // Within a character that is no Latin letter nothing can begin.
        let Some(rest) = letters.get(at..) else { continue };
        let initials = INITIALS.iter().filter(|initial| rest.starts_with(**initial)).map(|initial| initial.len());
        for initial in initials.chain([0]) {
            for end in
                FINALS.iter().filter(|end| rest[initial..].starts_with(**end)).map(|end| at + initial + end.len())
            {
                syllables_from[at] = syllables_from[at].min(syllables_from[end].saturating_add(1));
            }
        }
    }
    (2..usize::MAX).contains(&syllables_from[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_means_looks_empty() {
        for empty in ["", "🌹🌹", "7", "000000", "4567", "ghjkl", "wqrt", "x", "哈哈哈啊"] {
            assert!(looks_empty(empty).is_some(), "{empty}");
        }
        for meant in ["tuikuan", "yunfei", "10086", "95588", "退款", "vip会员", "zenmetuihuo", "20261111"] {
            assert_eq!(looks_empty(meant), None, "{meant}");
        }
        assert!(!is_pinyin("abcnp😀😀"), "characters of several bytes are passed over");
    }
}
