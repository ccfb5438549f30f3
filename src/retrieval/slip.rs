//! Matches that forgive one slip: a character or letter that is wrong, missing, doubled, or swapped with the next.
//!
//! A text with one slip has one half without; that half is looked up, the other compared.

use super::spelling::{Found, Spelling};

/// Fewer characters are too little to guess from, and of more a longer beginning was seen already.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=32;
/// Latin letters from which a slip is forgiven; of fewer nearly everything is one slip away.
const LATIN: usize = 5;
/// Places compared at most.
const TRIES: usize = 2_000;

/// Where questions hold what was typed but for one slip.
pub(super) fn matches(spelling: &Spelling, typed: &str) -> Vec<Found> {
    let chars: Vec<char> = typed.chars().collect();
    let latin = chars.iter().all(char::is_ascii);
    if !LETTERS.contains(&chars.len()) || (latin && chars.len() < LATIN) {
        return Vec::new();
    }
    let mut tries = TRIES;
    let mut found = Vec::new();
    let least = if latin { 2 } else { 1 };
    // From the middle outwards: the longer the half, the fewer places hold it.
    let mut cuts: Vec<usize> = (least..=chars.len() - least).collect();
    cuts.sort_by_key(|cut| cut.abs_diff(chars.len() / 2));
    for cut in cuts {
        let (first, second): (String, String) = (chars[..cut].iter().collect(), chars[cut..].iter().collect());
        for start in spelling.matches(&first).take(tries) {
            tries -= 1;
            let text = spelling.text(start.question);
            let behind = text.get(start.end..).unwrap_or("");
            found.extend(beginning(behind, &chars[cut..]).map(|bytes| Found { end: start.end + bytes, ..start }));
        }
        for end in spelling.matches(&second).take(tries) {
            tries -= 1;
            let before = spelling.text(end.question).get(..end.start).unwrap_or("");
            let starts = ending(before, &chars[..cut]).filter(|start| spelling.begins_unit(end.question, *start));
            found.extend(starts.map(|start| Found { start, ..end }));
        }
        if tries == 0 {
            break;
        }
    }
    found
}

/// Bytes of the beginning of a text that is `wanted` but for one slip.
fn beginning(text: &str, wanted: &[char]) -> Option<usize> {
    let chars: Vec<char> = text.chars().take(wanted.len() + 1).collect();
    let lengths = [wanted.len(), wanted.len() + 1, wanted.len() - 1].into_iter().filter(|n| *n <= chars.len());
    let fits = lengths.into_iter().find(|length| is_one_slip(&chars[..*length], wanted))?;
    Some(chars[..fits].iter().map(|c| c.len_utf8()).sum())
}

/// Where the ends of a text begin that are `wanted` but for one slip.
fn ending<'a>(text: &'a str, wanted: &'a [char]) -> impl Iterator<Item = usize> + 'a {
    let mut reversed: Vec<(usize, char)> = text.char_indices().rev().take(wanted.len() + 1).collect();
    reversed.reverse();
    let chars: Vec<char> = reversed.iter().map(|(_, c)| *c).collect();
    let lengths = [wanted.len(), wanted.len() + 1, wanted.len() - 1].into_iter();
    lengths.filter_map(move |length| {
        let from = chars.len().checked_sub(length).filter(|from| *from < chars.len())?;
        is_one_slip(&chars[from..], wanted).then(|| reversed[from].0)
    })
}

/// Whether two texts differ by exactly one character more, less, other or swapped with the next: optimal string
/// alignment distance 1.
fn is_one_slip(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => false,
        ([], [_]) | ([_], []) => true,
        ([x, a_rest @ ..], [y, b_rest @ ..]) => {
            let swapped = matches!((a_rest, b_rest), ([x2, a2 @ ..], [y2, b2 @ ..])
                if x == y2 && x2 == y && a2 == b2);
            a_rest == b_rest || a_rest == b || a == b_rest || swapped
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_character_wrong_missing_more_or_swapped() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let rows = [
            ("kuan", "kaun", true),
            ("kuan", "kua", true),
            ("kuan", "kuann", true),
            ("kuan", "kuen", true),
            ("kuan", "kuan", false), // no slip
            ("kuan", "kean", true),
            ("kuan", "aukn", false),
            ("", "k", true),
            ("ab", "", false),
        ];
        for (a, b, expected) in rows {
            assert_eq!(is_one_slip(&chars(a), &chars(b)), expected, "{a} {b}");
        }
    }
}
