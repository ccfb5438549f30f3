//! Numbers that lead to a person: phones, identity numbers, cards, orders; with and without blanks between the digits.
//!
//! Dates, prices, hotlines and model numbers stay: a number is hidden for its length and shape, not for being one.

use super::fold::digit;
use super::{HiddenSpan, PersonalKind};

/// Least digits hidden whatever surrounds them: written together, with blanks or dashes between, after letters.
const TOGETHER: usize = 9;
const APART: usize = 11;
const AFTER_LETTERS: usize = 8;
/// Least digits hidden after a word that announces a number.
const ANNOUNCED: usize = 7;
/// Characters before a number in which the announcement is looked for.
const CUE_REACH: usize = 6;
const CUES: [&str; 12] = ["电话", "電話", "手机", "座机", "号码", "联系", "致电", "qq", "微信", "账号", "卡号", "固话"];
/// Blanks or dashes between two digits of one number.
const MOST_JOINTS: usize = 2;

/// Digits that may belong together.
struct Run {
    /// First character and the one behind the last.
    start: usize,
    end: usize,
    digits: Vec<u32>,
    /// Lengths of its parts, where something stands between digits.
    parts: Vec<usize>,
    /// Whether the last place is the X of an identity number.
    ends_with_x: bool,
}

/// Every number of a person in folded text.
pub(super) fn find(folded: &[char]) -> Vec<HiddenSpan> {
    let mut found = codes(folded);
    let mut at = 0;
    while at < folded.len() {
        if digit(folded[at]).is_none() {
            at += 1;
            continue;
        }
        let run = Run::read(folded, at);
        if let Some(kind) = run.kind(folded) {
            found.push(HiddenSpan { start: letters_before(folded, run.start), end: run.end, kind });
        }
        at = run.end.max(at + 1);
    }
    found
}

impl Run {
    fn read(folded: &[char], start: usize) -> Self {
        let mut run = Self { start, end: start, digits: Vec::new(), parts: vec![0], ends_with_x: false };
        let mut at = start;
        while at < folded.len() {
            if let Some(value) = digit(folded[at]) {
                run.push(value);
                at += 1;
                run.end = at;
                continue;
            }
            let stars = folded[at..].iter().take_while(|c| **c == '*').count();
            let crosses = folded[at..].iter().take_while(|c| **c == 'x').count();
            if crosses == 1 && run.digits.len() == 17 {
                run.ends_with_x = true;
                run.end = at + 1;
                break;
            }
            let starred = if crosses >= 4 { crosses } else { stars };
            if starred >= 3 && folded.get(at + starred).copied().and_then(digit).is_some() {
                (0..starred).for_each(|_| run.push(0));
                at += starred;
                continue;
            }
            let joints = folded[at..].iter().take_while(|c| is_joint(**c)).count();
            let goes_on = folded.get(at + joints).copied().and_then(digit).is_some();
            let closes = run.digits.len() == 17 && folded.get(at + joints) == Some(&'x');
            if joints == 0 || joints > MOST_JOINTS || !(goes_on || closes) {
                break;
            }
            at += joints;
            run.parts.push(0);
        }
        run
    }

    fn push(&mut self, value: u32) {
        self.digits.push(value);
        if let Some(part) = self.parts.last_mut() {
            *part += 1;
        }
    }

    fn kind(&self, folded: &[char]) -> Option<PersonalKind> {
        let count = self.digits.len();
        if self.is_identity() {
            return Some(PersonalKind::Identity);
        }
        if self.is_dates() {
            return None;
        }
        let together = self.parts.len() == 1;
        let lettered = self.start > 0 && folded[self.start - 1].is_ascii_alphabetic();
        let area = self.digits.first() == Some(&0) && (10..=12).contains(&count);
        let least = match () {
            () if lettered && together => AFTER_LETTERS,
            () if is_announced(folded, self.start) && together => ANNOUNCED,
            () if together => TOGETHER,
            () if area => 10,
            () => APART,
        };
        if count < least {
            return None;
        }
        let mobile = count == 11 && self.digits[0] == 1 || count == 13 && self.digits.starts_with(&[8, 6, 1]);
        Some(match count {
            _ if mobile || area || count < TOGETHER && !lettered => PersonalKind::Phone,
            15..=19 if !lettered => PersonalKind::Card,
            _ => PersonalKind::Number,
        })
    }

    /// Eighteen places with a date of birth from the seventh on. The check digit is not asked for: a mistyped number
    /// still leads to its person.
    fn is_identity(&self) -> bool {
        let count = self.digits.len() + usize::from(self.ends_with_x);
        if count != 18 {
            return false;
        }
        let value = |from: usize, to: usize| self.digits[from..to].iter().fold(0, |sum, digit| sum * 10 + digit);
        (1900..2100).contains(&value(6, 10)) && (1..=12).contains(&value(10, 12)) && (1..=31).contains(&value(12, 14))
    }

    /// Years, months and days with something between them, also two dates in a row.
    fn is_dates(&self) -> bool {
        let mut start = 0;
        let mut parts = Vec::with_capacity(self.parts.len());
        for length in &self.parts {
            let value = self.digits[start..start + length]
                .iter()
                .fold(0, |sum: u32, digit| sum.saturating_mul(10).saturating_add(*digit));
            parts.push((*length, value));
            start += length;
        }
        let is_date = |date: &[(usize, u32)]| matches!(date, [(4, 1900..=2099), (1..=2, 1..=12), (1..=2, 1..=31)]);
        parts.len() > 1 && parts.len() % 3 == 0 && parts.chunks(3).all(is_date)
    }
}

fn is_joint(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '·' | '_')
}

fn is_announced(folded: &[char], start: usize) -> bool {
    let before: String = folded[start.saturating_sub(CUE_REACH)..start].iter().collect();
    CUES.iter().any(|cue| before.contains(cue))
}

/// The start of a number with the letters written against it, at most six.
fn letters_before(folded: &[char], start: usize) -> usize {
    start - folded[..start].iter().rev().take(6).take_while(|c| c.is_ascii_alphabetic()).count()
}

/// Long codes of letters and digits mixed: tax numbers, serial numbers.
fn codes(folded: &[char]) -> Vec<HiddenSpan> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let length = folded[at..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        let digits = folded[at..at + length].iter().filter(|c| c.is_ascii_digit()).count();
        if digits >= TOGETHER && digits < length || (length >= 15 && digits >= AFTER_LETTERS) {
            found.push(HiddenSpan { start: at, end: at + length, kind: PersonalKind::Number });
        }
        at += length.max(1);
    }
    found
}
