//! Two stored questions that differ in a pair of rival words, and which of the two the question asked speaks for.

use super::reading::Reading;
use super::tables::tables;

/// Share of a word's characters by which one side must be better found.
const CLEARLY: f32 = 0.4;

/// Whether the question asked speaks for the second rather than the first: by words of the tables of opposites of which
/// the first has one and the second the other.
#[must_use]
pub fn prefers(asked: &Reading, first: &Reading, second: &Reading) -> bool {
    let mut balance = 0.0_f32;
    for (left, right) in tables().opposite_lines() {
        let only = |words: &[&'static str], own: &Reading, other: &Reading| -> Option<&'static str> {
            let long = words.iter().filter(|word| word.chars().nth(1).is_some());
            long.copied()
                .filter(|word| own.text.contains(word) && !other.text.contains(word))
                .max_by_key(|word| word.len())
        };
        let pair = match (only(left, first, second), only(right, second, first)) {
            (Some(of_first), Some(of_second)) => Some((of_first, of_second)),
            _ => only(right, first, second).zip(only(left, second, first)),
        };
        if let Some((of_first, of_second)) = pair {
            balance += support(asked, of_second) - support(asked, of_first);
        }
    }
    balance > CLEARLY
}

/// Share of the word's characters that the question has; the opposite where it denies one of them.
#[expect(clippy::cast_precision_loss, reason = "lengths of words")]
fn support(asked: &Reading, word: &str) -> f32 {
    let length = word.chars().count().max(1) as f32;
    let found = word.chars().filter(|c| asked.han.binary_search(c).is_ok()).count() as f32;
    let denied = word.chars().any(|c| asked.logic.denied.contains(&c));
    if denied { -found / length } else { found / length }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn the_question_speaks_for_one_of_two_rivals() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let (relet, leave) = (of("租房补贴怎么领"), of("购房补贴怎么领"));
        assert!(prefers(&of("刚购了房，补贴怎么领"), &relet, &leave));
        assert!(!prefers(&of("租的房子补贴怎么领"), &relet, &leave));
        assert!(!prefers(&of("补贴怎么领"), &relet, &leave));
    }
}
