//! A number → its decimal digits, rounded as spreadsheet programs round.

/// Digits that spreadsheet programs hold of a number.
const DIGITS: usize = 15;

/// A number as a cell without a format shows it: all digits of whole numbers, others to 15 places.
pub(super) fn general(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        // Zero has no sign to show.
        return if value == 0.0 { "0".to_owned() } else { format!("{value:.0}") };
    }
    // Through 15 digits, so that what arithmetic left behind them is gone: 0.30000000000000004 shows as 0.3.
    let rounded: f64 = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    rounded.to_string()
}

/// Digits before and behind the point of a number that is not negative; half a step goes up.
pub(super) fn decimal(value: f64, places: usize) -> (String, String) {
    let text = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    // The digit that stands `place` places behind the point; places before it are negative.
    let digit = |place: i32| {
        let at = usize::try_from(place + exponent).ok();
        at.and_then(|at| digits.get(at)).copied().unwrap_or(0)
    };
    let last = i32::try_from(places).unwrap_or(i32::MAX - 1_000);
    let mut kept: Vec<u8> = (-exponent.max(0)..=last).map(digit).collect();
    if digit(last + 1) >= 5 {
        carry(&mut kept);
    }
    let text: String = kept.iter().map(|digit| char::from(b'0' + digit)).collect();
    let (whole, fraction) = text.split_at(text.len().saturating_sub(places));
    (whole.trim_start_matches('0').to_owned(), fraction.to_owned())
}

fn carry(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_format_lose_only_the_noise() {
        let rows = [
            (17.0, "17"),
            (0.1 + 0.2, "0.3"),
            (-2.5, "-2.5"),
            (0.0, "0"),
            (13_800_001_234.0, "13800001234"),
            (123_456_789_012_345.0, "123456789012345"),
        ];
        for (value, text) in rows {
            assert_eq!(general(value), text);
        }
    }

    #[test]
    fn halves_are_rounded_up() {
        let rows = [
            (0.125, 2, ("", "13")),
            (1.005, 2, ("1", "01")), // as a person reads it, not as the machine holds it
            (9.995, 2, ("10", "00")),
            (0.0, 0, ("", "")),
            (1234.5, 0, ("1235", "")),
            (0.5, 0, ("1", "")),
            (0.0004, 2, ("", "00")),
            (99.6, 0, ("100", "")),
        ];
        for (value, places, (whole, fraction)) in rows {
            assert_eq!(decimal(value, places), (whole.to_owned(), fraction.to_owned()), "{value}");
        }
    }
}
