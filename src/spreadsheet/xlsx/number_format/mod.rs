//! Number formats of cells: `0%`, `#,##0.00`, `m"月"d"日"` … → what a number shows under one.
//!
//! Follows ECMA-376 part 1, 18.8.31. Fractions (`# ?/?`) are shown as decimals and Chinese numerals (`[DBNum1]`) as
//! digits; colours are passed over.

mod date;
mod numeric;
mod parse;

use super::number_text::general;

/// Longest code, in characters: programs write no longer one.
const MAX_CODE: usize = 255;

/// A format with its sections.
#[derive(Debug, Clone, Default)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
}

/// What numbers of one kind show.
#[derive(Debug, Clone, Default)]
struct Section {
    /// Holds where the section says for which numbers it is.
    condition: Option<Condition>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
enum Condition {
    Less(f64),
    AtMost(f64),
    Equal(f64),
    Unequal(f64),
    AtLeast(f64),
    More(f64),
}

/// One piece of a section. Counts are how often its letter stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    General,
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// Whether a plus is shown.
    Exponent(bool),
    /// `@`: the text itself.
    Text,
    Year(usize),
    Month(usize),
    Day(usize),
    /// `aaa`: 周三, `aaaa`: 星期三.
    Weekday(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// Places behind the seconds.
    Fraction(usize),
    /// Hours, minutes or seconds in all: `h`, `m` or `s`.
    Elapsed(char, usize),
    /// Words for the halves of the day.
    Half(&'static str, &'static str),
}

impl Piece {
    fn is_of_date(&self) -> bool {
        matches!(
            self,
            Self::Year(_)
                | Self::Month(_)
                | Self::Day(_)
                | Self::Weekday(_)
                | Self::Hour(_)
                | Self::Minute(_)
                | Self::Second(_)
                | Self::Elapsed(..)
                | Self::Half(..)
        )
    }
}

impl Section {
    fn is_date(&self) -> bool {
        self.pieces.iter().any(Piece::is_of_date)
    }

    fn takes(&self, value: f64) -> Option<bool> {
        self.condition.map(|condition| match condition {
            Condition::Less(bound) => value < bound,
            Condition::AtMost(bound) => value <= bound,
            Condition::Equal(bound) => value.total_cmp(&bound).is_eq(),
            Condition::Unequal(bound) => value.total_cmp(&bound).is_ne(),
            Condition::AtLeast(bound) => value >= bound,
            Condition::More(bound) => value > bound,
        })
    }
}

impl NumberFormat {
    /// The format a code describes; what cannot be understood of it is taken for text.
    pub(super) fn parse(code: &str) -> Self {
        let readable = code.chars().nth(MAX_CODE).is_none();
        Self { sections: if readable { parse::sections(code) } else { Vec::new() } }
    }

    /// What a number shows. `counts_from_1904` says from which year days are counted.
    pub(super) fn show(&self, value: f64, counts_from_1904: bool) -> String {
        let Some((section, signed)) = self.section(value) else { return general(value) };
        if section.is_date() {
            return date::show(&section.pieces, value, counts_from_1904).unwrap_or_else(|| general(value));
        }
        let sign = if signed && value < 0.0 { "-" } else { "" };
        let shown = numeric::show(&section.pieces, value.abs());
        // Nothing is left of a small negative number: its sign goes too.
        let sign = if shown.contains(|c: char| ('1'..='9').contains(&c)) { sign } else { "" };
        format!("{sign}{shown}").trim().to_owned()
    }

    /// The day a number stands for, with its time where it has one, if the format shows a day: `2026-11-11 20:00:00`.
    pub(super) fn exact_date(&self, value: f64, counts_from_1904: bool) -> Option<String> {
        let (section, _) = self.section(value)?;
        let shows_day = section.pieces.iter().any(|piece| matches!(piece, Piece::Day(_) | Piece::Month(_)));
        if shows_day { date::exact(value, counts_from_1904) } else { None }
    }

    /// The section for a number, and whether the number's sign is still to be shown.
    fn section(&self, value: f64) -> Option<(&Section, bool)> {
        let sections = self.sections.get(..self.sections.len().min(3))?;
        if sections.iter().any(|section| section.condition.is_some()) {
            let found = sections.iter().find(|section| section.takes(value).unwrap_or(true));
            return found.or(sections.last()).map(|section| (section, true));
        }
        match sections {
            [] => None,
            [only] => Some((only, true)),
            [_, negative, ..] if value < 0.0 => Some((negative, false)),
            [_, _, zero] if value == 0.0 => Some((zero, false)),
            [positive, ..] => Some((positive, true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_as_in_the_sheet() {
        let rows = [
            ("General", 20.5, "20.5"),
            ("0%", 0.06, "6%"),
            ("0.00%", 0.0625, "6.25%"),
            ("0.0", 0.3, "0.3"),
            ("000000", 12_345.0, "012345"),                    // a postcode
            ("000-000-0000", 4_008_001_234.0, "400-800-1234"), // a phone number
            ("000\\-0000\\-0000", 13_800_001_234.0, "138-0000-1234"),
            ("\"¥\"#,##0.00", 1_299.0, "¥1,299.00"),
            ("[$¥-804]#,##0", 1_234_567.0, "¥1,234,567"),
            ("#,##0.00_ ;[Red]\\-#,##0.00\\ ", -1_299.5, "-1,299.50"),
            ("#,##0", 999.5, "1,000"),
            ("#,##0,", 12_345.0, "12"), // in thousands
            ("0\"元\"", 5.0, "5元"),
            ("General\"元/月\"", 29.9, "29.9元/月"),
            ("0.##", 2.5, "2.5"),
            ("0.0;(0.0);\"无\"", 0.0, "无"),
            ("0.0;(0.0);\"无\"", -1.5, "(1.5)"),
            ("[>=10000]0.0,\"千\";0", 12_345.0, "12.3千"),
            ("[>=10000]0.0,\"千\";0", 99.0, "99"),
            ("0.00E+00", 12_345.0, "1.23E+04"),
            ("@", 17.0, "17"),
            (";;;", 17.0, ""), // a format that hides the number
            ("0", -0.2, "0"),
            ("# ?/?", 0.5, "0.5"),
        ];
        for (code, value, shown) in rows {
            assert_eq!(NumberFormat::parse(code).show(value, false), shown, "{code} of {value}");
        }
    }

    #[test]
    fn dates_and_times_show_as_in_the_sheet() {
        let rows = [
            ("yyyy-mm-dd", 46_337.0, "2026-11-11"),
            ("m\"月\"d\"日\"", 46_337.0, "11月11日"),
            ("yyyy/m/d h:mm", 46_337.833_333_333_3, "2026/11/11 20:00"),
            ("h:mm", 0.375, "9:00"),
            ("上午/下午h\"时\"mm\"分\"", 0.875, "下午9时00分"),
            ("h:mm AM/PM", 0.0, "12:00 AM"),
            ("[h]:mm", 1.5, "36:00"),
            ("mm:ss.0", 0.000_728_009, "01:02.9"),
            ("aaaa", 46_337.0, "星期三"),
            ("yy.m.d", 46_337.0, "26.11.11"),
            ("d-mmm-yy", 46_337.0, "11-Nov-26"),
        ];
        for (code, value, shown) in rows {
            assert_eq!(NumberFormat::parse(code).show(value, false), shown, "{code} of {value}");
        }
        // A moment short of midnight rounds into the next day.
        assert_eq!(NumberFormat::parse("d hh:mm:ss").show(46_336.999_999_9, false), "11 00:00:00");
        assert_eq!(NumberFormat::parse("yyyy-mm-dd").show(44_875.0, true), "2026-11-11");
    }

    #[test]
    fn only_formats_with_a_day_tell_one() {
        let exact = |code, value| NumberFormat::parse(code).exact_date(value, false);
        assert_eq!(exact("m\"月\"d\"日\"", 46_337.0).as_deref(), Some("2026-11-11"));
        assert_eq!(exact("yyyy-mm-dd hh:mm", 46_337.5).as_deref(), Some("2026-11-11 12:00:00"));
        assert_eq!(exact("h:mm", 0.375), None);
        assert_eq!(exact("0.00", 46_337.0), None);
        assert_eq!(exact("yyyy-mm-dd", 1e300), None);
    }

    #[test]
    fn no_format_and_no_number_panics() {
        for code in
            ["", "\"", "[", "\\", "_", "*", "0.0.0", "E+", "[h", ",,,", "%", "yyyymmddhhmmss.000", "#,#0.0#?;;;@"]
        {
            for value in [0.0, -1.0, 1e300, -1e-300, 0.5, 46_337.25, f64::MAX] {
                let _ = NumberFormat::parse(code).show(value, false);
            }
        }
    }
}
