//! A count of days → what it shows under the pieces of a section with dates or times.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday, date};

use super::Piece;

const DAY: f64 = 86_400.0;
/// The last day there is: 31 December 9999.
const LAST_DAY: f64 = 2_958_465.0;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [(&str, &str); 7] = [
    ("Monday", "一"),
    ("Tuesday", "二"),
    ("Wednesday", "三"),
    ("Thursday", "四"),
    ("Friday", "五"),
    ("Saturday", "六"),
    ("Sunday", "日"),
];

/// What the number shows; none where it is no date.
pub(super) fn show(pieces: &[Piece], value: f64, counts_from_1904: bool) -> Option<String> {
    let places = pieces.iter().find_map(|piece| if let Piece::Fraction(places) = piece { Some(*places) } else { None });
    let steps = 10_f64.powi(i32::try_from(places.unwrap_or(0).min(3)).unwrap_or(0));
    let whole = rounded(value, steps)?;
    let moment = moment(whole, steps, counts_from_1904)?;
    let half_day = pieces.iter().any(|piece| matches!(piece, Piece::Half(..)));
    let mut shown = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => shown.push_str(text),
            Piece::Fraction(places) => {
                let digits = moment.subsec_nanosecond() / 1_000_000;
                let text = format!("{digits:03}");
                shown.push('.');
                shown.push_str(text.get(..(*places).min(3)).unwrap_or_default());
            }
            Piece::Elapsed(unit, width) => {
                let seconds = (whole / steps).floor();
                let count = match unit {
                    'h' => seconds / 3_600.0,
                    'm' => seconds / 60.0,
                    _ => seconds,
                };
                shown.push_str(&format!("{:0width$.0}", count.floor()));
            }
            piece => shown.push_str(&clock(piece, moment, half_day).unwrap_or_else(|| calendar(piece, moment.date()))),
        }
    }
    Some(shown.trim().to_owned())
}

/// The day, with its time where it has one.
pub(super) fn exact(value: f64, counts_from_1904: bool) -> Option<String> {
    let moment = moment(rounded(value, 1.0)?, 1.0, counts_from_1904)?;
    let form = if moment.time() == Time::midnight() { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
    Some(moment.strftime(form).to_string())
}

/// Steps of a second since the day count began.
fn rounded(value: f64, steps: f64) -> Option<f64> {
    (0.0..=LAST_DAY + 1.0).contains(&value).then(|| (value * DAY * steps).round())
}

fn moment(whole: f64, steps: f64, counts_from_1904: bool) -> Option<DateTime> {
    let days = (whole / steps / DAY).floor();
    let within = whole - days * DAY * steps;
    #[expect(clippy::cast_possible_truncation, reason = "a count of days below three million")]
    let days = days as i64;
    // Spreadsheets believe that 1900 was a leap year, so earlier days are counted from a day later.
    let first = match (counts_from_1904, days < 60) {
        (true, _) => date(1904, 1, 1),
        (false, true) => date(1899, 12, 31),
        (false, false) => date(1899, 12, 30),
    };
    #[expect(clippy::cast_possible_truncation, reason = "less than a day in milliseconds")]
    let milliseconds = (within * 1_000.0 / steps).round() as i64;
    let day: Date = first.checked_add(days.days()).ok()?;
    day.to_datetime(Time::midnight()).checked_add(milliseconds.milliseconds()).ok()
}

fn clock(piece: &Piece, moment: DateTime, half_day: bool) -> Option<String> {
    let padded = |number: i8, count: usize| if count > 1 { format!("{number:02}") } else { number.to_string() };
    Some(match piece {
        Piece::Hour(count) => {
            let hour = moment.hour();
            let shown = match (half_day, hour % 12) {
                (false, _) => hour,
                (true, 0) => 12,
                (true, hour) => hour,
            };
            padded(shown, *count)
        }
        Piece::Minute(count) => padded(moment.minute(), *count),
        Piece::Second(count) => padded(moment.second(), *count),
        Piece::Half(before_noon, after_noon) => if moment.hour() < 12 { *before_noon } else { *after_noon }.to_owned(),
        _ => return None,
    })
}

fn calendar(piece: &Piece, day: Date) -> String {
    let month = usize::try_from(day.month()).unwrap_or(1).saturating_sub(1);
    let month_name = MONTHS.get(month).copied().unwrap_or_default();
    let (weekday, chinese) = WEEKDAYS.get(weekday(day.weekday())).copied().unwrap_or_default();
    let short = |name: &str| name.chars().take(3).collect::<String>();
    match piece {
        Piece::Year(count) if *count <= 2 => format!("{:02}", day.year() % 100),
        Piece::Year(_) => format!("{:04}", day.year()),
        Piece::Month(1) => day.month().to_string(),
        Piece::Month(2) => format!("{:02}", day.month()),
        Piece::Month(3) => short(month_name),
        Piece::Month(4) => month_name.to_owned(),
        Piece::Month(_) => month_name.chars().take(1).collect(),
        Piece::Day(1) => day.day().to_string(),
        Piece::Day(2) => format!("{:02}", day.day()),
        Piece::Day(3) => short(weekday),
        Piece::Day(_) => weekday.to_owned(),
        Piece::Weekday(3) => format!("周{chinese}"),
        Piece::Weekday(_) => format!("星期{chinese}"),
        // Marks between the parts of a date.
        Piece::Point => ".".to_owned(),
        Piece::Comma => ",".to_owned(),
        _ => String::new(),
    }
}

fn weekday(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}
