//! Numbers with their units as values: 七天, 7天 and 一周 are one, 1.5升 and 15升 are two.

use super::class::Class;
use super::numerals::{Numeral, numeral};
use crate::difference::tables::tables;

/// A number as read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::difference) struct Value {
    pub(in crate::difference) class: Class,
    /// In the class's own unit.
    pub(in crate::difference) amount: f64,
    /// Upper end of a range.
    pub(in crate::difference) upto: Option<f64>,
    /// Characters of the text, from and up to.
    pub(in crate::difference) span: (u16, u16),
}

/// Words that only look like a unit after a number.
const NO_UNIT: [&str; 9] = ["期间", "号码", "分期", "天猫", "段时间", "口价", "人工", "级别", "度假"];
/// A single numeral before one of these is part of a word more often than an amount.
const LOOSE: &str = "点次分级位人号回月日期口名度平";

impl Value {
    /// Whether both are the same amount, however written.
    pub(in crate::difference) fn equals(&self, other: &Self) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(1.0);
        let same_end = match (self.upto, other.upto) {
            (Some(a), Some(b)) => near(a, b),
            (None, None) => true,
            _ => false,
        };
        near(self.amount, other.amount) && same_end && self.may_equal(other)
    }

    fn may_equal(&self, other: &Self) -> bool {
        let any = |class: Class| matches!(class, Class::Bare | Class::Count);
        self.class == other.class
            || any(self.class)
            || any(other.class)
            || (self.class.is_order() && other.class.is_order())
    }

    /// Whether they count the same thing, so that different amounts contradict.
    pub(in crate::difference) fn rivals(&self, other: &Self) -> bool {
        let (a, b) = (self.class, other.class);
        let order = |class: Class| {
            class.is_order() && !matches!(class, Class::Star | Class::Person | Class::Score | Class::Floor)
        };
        a == b
            || a == Class::Bare
            || b == Class::Bare
            || (order(a) && order(b))
            || matches!((a, b), (Class::Data, Class::Mega) | (Class::Mega, Class::Data))
    }

    /// Whether the amount lies within the other's range.
    pub(in crate::difference) fn within(&self, range: &Self) -> bool {
        range.upto.is_some_and(|upto| range.amount <= self.amount && self.amount <= upto)
    }
}

/// Reads the values of canonical text; `taken` marks the characters that something else was read from and those that
/// values are read from.
pub(super) fn values(chars: &[char], taken: &mut [bool]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let next = if taken[at] { None } else { value_at(chars, taken, at) };
        match next {
            Some((value, end)) => {
                if let Some(value) = value {
                    taken[at..end].fill(true);
                    found.push(value);
                }
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

/// The value that begins at `at`, if it is one, and where reading goes on; `None` where no number begins.
fn value_at(chars: &[char], taken: &[bool], at: usize) -> Option<(Option<Value>, usize)> {
    let ordinal = chars[at] == '第';
    let percent = chars[at..].starts_with(&['百', '分', '之']);
    let from = if ordinal {
        at + 1
    } else if percent {
        at + 3
    } else {
        at
    };
    let first = numeral(chars, taken, from)?;
    let mut end = first.end;
    if percent {
        return Some((Some(value(Class::Percent, first.amount, None, (at, end))), end));
    }
    if let Some((amount, end)) = clock(chars, &first) {
        return Some((Some(value(Class::Clock, amount, None, (at, end))), end));
    }
    let blanks = |mut at: usize| {
        while chars.get(at) == Some(&' ') {
            at += 1;
        }
        at
    };
    let mut upto = None;
    let separator = blanks(end);
    if chars.get(separator).is_some_and(|c| "-~至到".contains(*c))
        && let Some(second) = numeral(chars, taken, blanks(separator + 1))
        && first.text != "半"
    {
        upto = Some(second.amount);
        end = second.end;
    }
    let unit_from = blanks(end);
    let unit = (1..=4).rev().find_map(|length| {
        let spelling: String = chars.get(unit_from..unit_from + length)?.iter().collect();
        let rest: String = chars[unit_from..].iter().take(3).collect();
        let (class, factor) =
            tables().unit(&spelling).filter(|_| !NO_UNIT.iter().any(|word| rest.starts_with(word)))?;
        Some((class, factor, spelling, unit_from + length))
    });
    if let Some((.., unit_end)) = &unit {
        end = *unit_end;
    }
    let read = classified(chars, at, &first, ordinal, unit.as_ref());
    let Some((class, factor, mut amount)) = read else { return Some((None, first.end)) };
    if unit.is_some() && chars.get(end) == Some(&'半') && !taken[end] {
        amount += 0.5;
        end += 1;
    }
    if class == Class::Fold && amount > 10.0 {
        amount /= 10.0;
    }
    // A year is twelve months is 360 days.
    let scaled = |amount: f64| {
        if class == Class::Time && (amount * factor - 8_760.0).abs() < 1.0 { 8_640.0 } else { amount * factor }
    };
    Some((Some(value(class, scaled(amount), upto.map(scaled), (at, end))), end))
}

type Unit = (Class, f64, String, usize);

/// Class, factor and amount of a number with or without unit; `None` where it is part of a word.
fn classified(
    chars: &[char],
    at: usize,
    first: &Numeral,
    ordinal: bool,
    unit: Option<&Unit>,
) -> Option<(Class, f64, f64)> {
    let text = first.text.as_str();
    let before = |count: usize| chars[at.saturating_sub(count)..at].iter().collect::<String>();
    let tens = first.text.chars().count() > 1 && text.contains(['十', '百', '千']);
    let mut amount = first.amount;
    if at > 0 && chars[at - 1] == '-' && first.arabic && !(at > 1 && chars[at - 2].is_alphanumeric()) {
        amount = -amount;
    }
    if !first.arabic && text.chars().all(|c| "百千万".contains(c)) && text.chars().count() > 1 {
        return None;
    }
    let Some((class, factor, spelling, end)) = unit else {
        if ordinal {
            return Some((Class::Ordinal, 1.0, amount));
        }
        if first.arabic {
            let year = (1990.0..=2100.0).contains(&amount);
            return Some((if year { Class::CalendarYear } else { Class::Bare }, 1.0, amount));
        }
        return tens.then_some((Class::Bare, 1.0, amount));
    };
    if !first.arabic && !ordinal {
        let article = matches!(text, "一" | "半") && *class == Class::Count;
        let loose = matches!(text, "一" | "万" | "千" | "百" | "十") && spelling.chars().all(|c| LOOSE.contains(c));
        let three_stars = text == "三"
            && spelling == "星"
            && !starts_with_any(&chars[*end..], &["用户", "客户", "级", "会员", "酒店", "饭店"]);
        let half_of_year = text == "半" && before(1).contains(['上', '下']);
        if article || loose || three_stars || half_of_year {
            return None;
        }
    }
    let (class, factor) = match (spelling.as_str(), *class) {
        (_, Class::Time | Class::Month | Class::Period) if ordinal => (Class::OrdinalTime, 1.0),
        ("年", _) if amount >= 1990.0 => (Class::CalendarYear, 1.0),
        ("年", _) if first.arabic && text.len() == 2 && (15.0..=40.0).contains(&amount) => {
            amount += 2_000.0;
            (Class::CalendarYear, 1.0)
        }
        ("日" | "号", _) if before(2).trim_end().ends_with('月') => (Class::MonthDay, 1.0),
        (_, class) => (class, *factor),
    };
    if class == Class::Clock && amount < 12.0 && before(4).contains(['晚', '夜']) | before(4).contains("下午") {
        amount += 12.0;
    }
    Some((class, factor, amount))
}

/// 18:30 as hours.
fn clock(chars: &[char], hour: &Numeral) -> Option<(f64, usize)> {
    let digits = chars.get(hour.end + 1..hour.end + 3)?;
    let colon = matches!(chars.get(hour.end), Some(':' | '：'));
    let minutes: f64 = digits.iter().collect::<String>().parse().ok()?;
    (colon && hour.arabic && hour.amount <= 24.0 && minutes < 60.0)
        .then_some((hour.amount + minutes / 60.0, hour.end + 3))
}

fn starts_with_any(chars: &[char], words: &[&str]) -> bool {
    words.iter().any(|word| word.chars().zip(chars).filter(|(a, b)| a == *b).count() == word.chars().count())
}

fn value(class: Class, amount: f64, upto: Option<f64>, (from, end): (usize, usize)) -> Value {
    let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    Value { class, amount, upto, span: (place(from), place(end)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::reading::canonical::canonical;

    fn read(text: &str) -> Vec<Value> {
        let chars: Vec<char> = canonical(text).chars().collect();
        let mut taken = vec![false; chars.len()];
        values(&chars, &mut taken)
    }

    #[test]
    fn different_spellings_are_one_value() {
        let rows = [
            ("7天", "七天"),
            ("七天", "一周"),
            ("半年", "6个月"),
            ("两年", "24个月"),
            ("1公斤", "2斤"),
            ("26年元旦", "2026年元旦"),
            ("第三版", "第3版"),
            ("三代", "第3代"),
            ("下午6点", "18点"),
            ("18:00", "晚上6点"),
            ("85折", "八五折"),
            ("一百二十块", "120元"),
            ("一百二", "120"),
            ("百分之五", "5%"),
            ("3到6个月", "3-6个月"),
        ];
        for (a, b) in rows {
            let (one, other) = (read(a), read(b));
            assert_eq!((one.len(), other.len()), (1, 1), "{a}: {one:?}, {b}: {other:?}");
            assert!(one[0].equals(&other[0]), "{a}: {one:?}, {b}: {other:?}");
        }
    }

    #[test]
    fn different_values_of_one_kind_are_rivals() {
        let rows = [
            ("1.5升", "15升"),
            ("7天", "30天"),
            ("3-6个月", "36个月"),
            ("满199", "满299"),
            ("第3代", "第4代"),
            ("早上8点", "晚上8点"),
        ];
        for (a, b) in rows {
            let (one, other) = (read(a), read(b));
            assert!(!one[0].equals(&other[0]) && one[0].rivals(&other[0]), "{a}: {one:?}, {b}: {other:?}");
        }
        assert!(!read("7天")[0].rivals(&read("7元")[0]));
        assert!(read("4个月")[0].within(&read("3-6个月")[0]));
    }

    #[test]
    fn articles_and_words_are_no_numbers() {
        for text in
            ["一个问题", "买一台", "上半年", "一下", "十分感谢", "万一坏了", "一点", "千万别", "三星手机", "一段时间"]
        {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
