//! Dates as people write them in corpus files → moments.
//!
//! Reads no clock: relative dates (明天, 下周一) are refused.

use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Which end of a validity window a text stands for; it decides what a date without a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// A bare date means its first moment.
    From,
    /// A bare date means through the end of that day.
    Until,
}

/// Ways to say that an end of the window is open.
const OPEN: [&str; 9] = ["", "-", "/", "无", "不限", "长期", "永久", "长期有效", "永久有效"];

/// Spreadsheets use the last year there is for "never ends"; no moment that late can be represented everywhere.
const NEVER_YEAR: i16 = 9999;

/// Days of a spreadsheet's own calendar taken for a date: 1954 to 2146, so that years and counts are not.
const SERIAL_DAYS: std::ops::RangeInclusive<i32> = 20_000..=90_000;

/// A validity window as a file gives it, with what could not be read of it.
#[derive(Debug, Default)]
pub(in crate::corpus) struct Window {
    pub(in crate::corpus) from: Option<Timestamp>,
    pub(in crate::corpus) until: Option<Timestamp>,
    pub(in crate::corpus) messages: Vec<String>,
}

/// Reads both ends of a validity window.
pub(in crate::corpus) fn window(from: &str, until: &str, zone: &TimeZone) -> Window {
    let mut window = Window::default();
    match parse(from, zone, Edge::From) {
        Ok(moment) => window.from = moment,
        Err(message) => window.messages.push(format!("生效时间：{message}")),
    }
    match parse(until, zone, Edge::Until) {
        Ok(moment) => window.until = moment,
        Err(message) => window.messages.push(format!("失效时间：{message}")),
    }
    window
}

/// The moment a text names in `zone`; `None` where it says that the window is open at this end.
///
/// # Errors
/// What is wrong and the forms that are accepted, in Chinese.
fn parse(text: &str, zone: &TimeZone, edge: Edge) -> Result<Option<Timestamp>, String> {
    let trimmed = text.trim();
    if OPEN.contains(&trimmed) {
        return Ok(None);
    }
    if let Ok(moment) = trimmed.parse::<Timestamp>() {
        return Ok(Some(moment));
    }
    let (day, clock) = split(trimmed).ok_or_else(|| unreadable(trimmed))?;
    if edge == Edge::Until && day.year() == NEVER_YEAR {
        return Ok(None);
    }
    let wall = match (clock, edge) {
        (Some(Clock::At(time)), _) => Some(day.to_datetime(time)),
        (None, Edge::From) => Some(day.to_datetime(Time::midnight())),
        (Some(Clock::EndOfDay), _) | (None, Edge::Until) => next_midnight(day),
    };
    wall.and_then(|wall| zone.to_ambiguous_zoned(wall).compatible().ok())
        .map(|zoned| Some(zoned.timestamp()))
        .ok_or_else(|| unreadable(trimmed))
}

/// A moment in the notation staff write, which [`window`] reads back as the same moment in `zone`, or in RFC 3339 where that would lose something (fractions of a second, the
/// hour that a change to winter time repeats).
pub(in crate::corpus) fn date_text(moment: Timestamp, zone: &TimeZone) -> String {
    let wall = moment.to_zoned(zone.clone());
    let plain = wall.strftime("%Y-%m-%d %H:%M:%S").to_string();
    if wall.year() != NEVER_YEAR && parse(&plain, zone, Edge::From) == Ok(Some(moment)) {
        plain
    } else {
        moment.to_string()
    }
}

enum Clock {
    At(Time),
    EndOfDay,
}

fn next_midnight(day: Date) -> Option<DateTime> {
    day.checked_add(1.day()).ok().map(|next| next.to_datetime(Time::midnight()))
}

fn unreadable(text: &str) -> String {
    format!("读不懂日期“{text}”，请写成 2026-11-11、2026-11-11 20:00 或 2026-11-11T20:00:00+08:00")
}

/// Day and time of day; `None` where the text is no date.
fn split(text: &str) -> Option<(Date, Option<Clock>)> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some((digits_only(text)?, None));
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '年' | '月' | '/' | '.' => '-',
            '日' | '号' | 'T' | '分' => ' ',
            '时' | '点' | '：' => ':',
            other => other,
        })
        .collect();
    let mut parts = plain.split_whitespace();
    let day = calendar_day(parts.next()?)?;
    let clock = match parts.next() {
        Some(time) => Some(time_of_day(time.trim_end_matches([':', '秒']))?),
        None => None,
    };
    parts.next().is_none().then_some((day, clock))
}

/// 20261111, or the day count spreadsheets keep dates in.
fn digits_only(text: &str) -> Option<Date> {
    let number: i32 = text.parse().ok()?;
    if text.len() == 8 {
        let year = i16::try_from(number / 10_000).ok()?;
        return Date::new(year, i8::try_from(number / 100 % 100).ok()?, i8::try_from(number % 100).ok()?).ok();
    }
    if !SERIAL_DAYS.contains(&number) {
        return None;
    }
    date(1899, 12, 30).checked_add(number.days()).ok()
}

fn calendar_day(text: &str) -> Option<Date> {
    let mut numbers = text.trim_end_matches('-').split('-');
    let year: i16 = numbers.next()?.parse().ok()?;
    let month: i8 = numbers.next()?.parse().ok()?;
    let day: i8 = numbers.next()?.parse().ok()?;
    if numbers.next().is_some() || year < 1_000 {
        return None;
    }
    Date::new(year, month, day).ok()
}

fn time_of_day(text: &str) -> Option<Clock> {
    let mut numbers = text.split(':').map(str::parse::<i8>);
    let hour = numbers.next()?.ok()?;
    let minute = numbers.next().transpose().ok()?.unwrap_or(0);
    let second = numbers.next().transpose().ok()?.unwrap_or(0);
    if numbers.next().is_some() {
        return None;
    }
    if (hour, minute, second) == (24, 0, 0) {
        return Some(Clock::EndOfDay);
    }
    Time::new(hour, minute, second, 0).ok().map(Clock::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn reads_dates_as_staff_write_them() {
        let rows = [
            ("2026-11-11", Edge::From, "2026-11-10T16:00:00Z"), // first moment of the day in Shanghai
            ("2026-11-11", Edge::Until, "2026-11-11T16:00:00Z"), // the whole day counts
            ("2026-11-11 20:00", Edge::From, "2026-11-11T12:00:00Z"),
            ("2026-11-11 24:00", Edge::Until, "2026-11-11T16:00:00Z"), // end of day as shops write it
            ("2026-11-11 00:00", Edge::Until, "2026-11-10T16:00:00Z"), // a written midnight is meant
            ("2026/11/11", Edge::From, "2026-11-10T16:00:00Z"),
            ("2026/1/5 8:30", Edge::From, "2026-01-05T00:30:00Z"), // no leading zeros
            ("2026.11.11", Edge::From, "2026-11-10T16:00:00Z"),
            ("2026年11月11日", Edge::Until, "2026-11-11T16:00:00Z"),
            ("2026年11月11日20时30分", Edge::From, "2026-11-11T12:30:00Z"),
            ("2026年11月11日 20点", Edge::From, "2026-11-11T12:00:00Z"),
            ("2026-11-11T20:00:00+08:00", Edge::From, "2026-11-11T12:00:00Z"),
            ("2026-11-11T20:00:00Z", Edge::From, "2026-11-11T20:00:00Z"),
            ("2026-11-11T20:00:00", Edge::From, "2026-11-11T12:00:00Z"), // TOML's local form
            ("20261111", Edge::From, "2026-11-10T16:00:00Z"),
            ("46337", Edge::From, "2026-11-10T16:00:00Z"), // a spreadsheet's day count
        ];
        for (text, edge, expected) in rows {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(parse(text, &shanghai(), edge), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn open_ends_are_no_date() {
        for text in ["", "长期", "永久有效", "9999-12-31", "9999/12/31 23:59:59"] {
            assert_eq!(parse(text, &shanghai(), Edge::Until), Ok(None), "{text}");
        }
    }

    #[test]
    fn written_dates_are_read_back() {
        let new_york = TimeZone::get("America/New_York").unwrap();
        // a plain moment, a fraction of a second, both hours that winter time makes of one
        for text in ["2026-11-11T12:00:00Z", "2026-11-11T12:00:00.5Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"] {
            let moment: Timestamp = text.parse().unwrap();
            for zone in [&shanghai(), &new_york] {
                assert_eq!(parse(&date_text(moment, zone), zone, Edge::Until), Ok(Some(moment)), "{text}");
            }
        }
        assert_eq!(date_text("2026-11-11T12:00:00Z".parse().unwrap(), &shanghai()), "2026-11-11 20:00:00");
    }

    #[test]
    fn refuses_what_is_no_date() {
        // a day that does not exist, a month, a relative day, two-digit year, an hour too many, leftovers
        for text in ["2026-02-30", "2026-13-01", "明天", "26-11-11", "2026-11-11 25:00", "2026-11-11 20:00 起", "123"]
        {
            let message = parse(text, &shanghai(), Edge::From).unwrap_err();
            assert!(message.contains(text) && message.contains("2026-11-11 20:00"), "{message}");
        }
    }
}
