//! When two questions are the same question: the form by which they are compared, and the form of their literal words.
//!
//! Punctuation says nothing, but some signs tell questions apart: 1.5升 and 15升, C、C# and C++, 2.5% and 25%, 1-3岁 and
//! 13岁. Keys keep exactly these.

use super::marks::marks;
use super::{is_term_char, normalize, rules};

/// Signs that join digits to another number when they stand between them.
const BETWEEN_DIGITS: [char; 6] = ['.', '-', '/', ':', '*', '~'];
/// Signs that belong to the Latin letter or digit before them.
const BEHIND_LETTERS: [char; 5] = ['+', '#', '%', '‰', '°'];

/// The letters, digits, placeholders and telling signs of normalised text: two questions with the same key are the same
/// question.
#[must_use]
pub fn question_key(normalized: &str) -> String {
    key(normalized, is_term_char)
}

/// Whether two texts as written are one question: their keys are equal, and so are the symbols that normalising removes.
#[must_use]
pub fn same_question(one: &str, other: &str) -> bool {
    marks(one) == marks(other) && question_key(&normalize(one)) == question_key(&normalize(other))
}

/// The letters, digits, pictures and telling signs of raw text, whatever their width and case: two questions with the
/// same literal key are the same words. Unlike [`question_key`] it keeps courtesy, script, numbers and emoji, so nothing
/// a person would tell apart is lost.
#[must_use]
pub fn literal_key(text: &str) -> String {
    key(&rules::fold(text), |c| c.is_alphanumeric() || rules::is_emoji(c))
}

fn key(text: &str, keeps: fn(char) -> bool) -> String {
    let mut key = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        let joins = BETWEEN_DIGITS.contains(&c) && before.is_ascii_digit() && after.is_ascii_digit();
        let belongs =
            BEHIND_LETTERS.contains(&c) && (before.is_ascii_alphanumeric() || BEHIND_LETTERS.contains(&before));
        if keeps(c) || joins || belongs {
            key.push(c);
            before = c;
        } else {
            before = ' ';
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    #[test]
    fn signs_that_tell_questions_apart_stay() {
        let rows = [
            ("1.5升水壶多少钱", "15升水壶多少钱"),
            ("C课程", "C#课程"),
            ("C课程", "C++课程"),
            ("C#课程", "C++课程"),
            ("利率2.5%", "利率25%"),
            ("利率25%", "利率25"),
            ("适合1-3岁的奶粉", "适合13岁的奶粉"),
            ("A+级证书", "A级证书"),
            ("比例1:1", "比例11"),
        ];
        for (one, other) in rows {
            assert_ne!(question_key(&normalize(one)), question_key(&normalize(other)), "{one} and {other}");
            assert_ne!(literal_key(one), literal_key(other), "{one} and {other}");
            assert!(!same_question(one, other), "{one} and {other}");
        }
        assert!(!same_question("🍎怎么退", "🍌怎么退") && same_question("🍎怎么退？", "🍎怎么退😭"));
        assert_ne!(literal_key("🍎怎么退"), literal_key("🍌怎么退"));
    }

    #[test]
    fn other_marks_say_nothing() {
        let rows = [
            ("怎么退款？", "怎么退款"),
            ("怎么退款...", "怎么退款"),
            ("退款-怎么办", "退款怎么办"),
            ("「退款」要几天+", "退款要几天"),
            ("1. 怎么退款", "1怎么退款"),
            ("Ｃ＋＋课程", "c++课程"),
            ("满100，减10", "满100减10"),
        ];
        for (one, other) in rows {
            assert_eq!(question_key(&normalize(one)), question_key(&normalize(other)), "{one} and {other}");
            assert_eq!(literal_key(one), literal_key(other), "{one} and {other}");
        }
    }
}
