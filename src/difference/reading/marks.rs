//! Codes and symbols: X3.8 is not X3.6, C++ not C, A+ not A-, one emoji not another.

use super::class::Class;
use super::values::Value;
use crate::difference::tables::tables;

/// Codes and other Latin words of a text.
#[derive(Debug, Clone, Default)]
pub(in crate::difference) struct Marks {
    /// Letters with digits, with `+` or `#`, or of one or two letters: model numbers, versions, grades. Sorted.
    pub(in crate::difference) codes: Vec<Box<str>>,
    /// Longer Latin words with their characters.
    pub(in crate::difference) latin: Vec<(Box<str>, (u16, u16))>,
    /// Runs of letters and digits with `+` and `#` kept. Sorted.
    pub(in crate::difference) chunks: Vec<Box<str>>,
}

/// Reads codes, and values whose unit is written in letters; marks the characters in `taken`.
pub(in crate::difference) fn read(chars: &[char], taken: &mut [bool], values: &mut Vec<Value>) -> Marks {
    let mut found = Marks { chunks: chunks(chars), ..Marks::default() };
    let mut at = 0;
    while at < chars.len() {
        if taken[at] || !chars[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let Some(end) = code_end(chars, at) else {
            while at < chars.len() && (chars[at].is_ascii_digit() || chars[at] == '.') {
                at += 1;
            }
            at = at.max(1);
            continue;
        };
        let text: String = chars[at..end].iter().collect();
        let span = (place(at), place(end));
        if let Some(value) = measured(&text, span) {
            values.push(value);
            taken[at..end].fill(true);
        } else {
            let word = text.trim_matches(['-', '.']);
            let length = word.chars().count();
            if word.contains(|c: char| c.is_ascii_digit()) || word.ends_with(['+', '#']) || length <= 2 {
                found.codes.push(word.into());
            } else {
                found.latin.push((word.into(), span));
            }
            taken[at..end].fill(true);
        }
        at = end;
    }
    found.codes.retain(|code| !code.is_empty());
    found.codes.sort_unstable();
    found
}

/// Where the code that begins at `at` ends; `None` for a bare number.
fn code_end(chars: &[char], at: usize) -> Option<usize> {
    let get = |at: usize| chars.get(at).copied().unwrap_or(' ');
    let mut end = at;
    if chars[at].is_ascii_digit() {
        while get(end).is_ascii_digit() {
            end += 1;
        }
        if get(end) == '.' && get(end + 1).is_ascii_digit() {
            end += 1;
            while get(end).is_ascii_digit() {
                end += 1;
            }
        }
        if !get(end).is_ascii_lowercase() {
            return None;
        }
        while get(end).is_ascii_alphanumeric() {
            end += 1;
        }
    } else {
        while get(end).is_ascii_alphanumeric() || matches!(get(end), '.' | '-') {
            end += 1;
        }
    }
    while matches!(get(end), '+' | '#') {
        end += 1;
    }
    Some(end)
}

/// 10g, 1.5l, 300m as values.
fn measured(text: &str, span: (u16, u16)) -> Option<Value> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let amount: f64 = number.parse().ok()?;
    let (class, factor) = tables().unit(unit)?;
    Some(Value { class, amount: amount * factor, upto: None, span })
}

fn chunks(chars: &[char]) -> Vec<Box<str>> {
    let mut found: Vec<Box<str>> = Vec::new();
    let mut current = String::new();
    for c in chars.iter().copied().chain([' ']) {
        let letter = c.is_ascii_alphanumeric() || c == '.';
        let sign = matches!(c, '+' | '#') && !current.is_empty();
        if (letter && !current.ends_with(['+', '#'])) || sign {
            current.push(c);
        } else if !current.is_empty() {
            found.push(std::mem::take(&mut current).trim_matches('.').into());
        }
    }
    found.retain(|chunk| !chunk.is_empty());
    found.sort_unstable();
    found.dedup();
    found
}

/// The first number in a code: 2.0 of v2.0.
pub(in crate::difference) fn number_in(code: &str) -> Option<f64> {
    let from = code.find(|c: char| c.is_ascii_digit())?;
    let digits: String = code[from..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.trim_end_matches('.').parse().ok()
}

/// Whether a bare number may be the one in a code: V2 is 2.0版.
pub(in crate::difference) fn may_stand_in_code(value: &Value) -> bool {
    !matches!(value.class, Class::Time | Class::Money | Class::Age | Class::Percent | Class::Fold)
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> (Vec<String>, usize) {
        let chars: Vec<char> = text.chars().collect();
        let (mut taken, mut values) = (vec![false; chars.len()], Vec::new());
        let found = read(&chars, &mut taken, &mut values);
        (found.codes.iter().map(ToString::to_string).collect(), values.len())
    }

    #[test]
    fn signs_belong_to_their_code() {
        for (text, expected, values) in [
            ("x3.8怎么连", vec!["x3.8"], 0),
            ("c++和c#课程", vec!["c#", "c++"], 0),
            ("a座", vec!["a"], 0),
            ("评上a+的", vec!["a+"], 0),
            ("10g流量", vec![], 1),
            ("1.5l水壶", vec![], 1),
            ("5g+套餐", vec!["5g+"], 0),
            ("wifi怎么连", vec![], 0),
            ("2024年", vec![], 0),
        ] {
            assert_eq!(codes(text), (expected.into_iter().map(str::to_owned).collect(), values), "{text}");
        }
    }
}
