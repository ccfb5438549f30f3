//! What a number that is not negative shows under the pieces of a section.

use super::Piece;
use crate::spreadsheet::xlsx::number_text::{decimal, general};

pub(super) fn show(pieces: &[Piece], value: f64) -> String {
    let has = |wanted: fn(&Piece) -> bool| pieces.iter().any(wanted);
    if has(|piece| matches!(piece, Piece::General | Piece::Text)) || is_fraction(pieces) {
        return around(pieces, &general(value));
    }
    if let Some(at) = pieces.iter().position(|piece| matches!(piece, Piece::Exponent(_))) {
        return scientific(pieces, at, value);
    }
    let percents = pieces.iter().filter(|piece| **piece == Piece::Percent).count();
    let hundreds = i32::try_from(percents).unwrap_or(0);
    let thousands = i32::try_from(scaling_commas(pieces)).unwrap_or(0);
    placed(pieces, value * 100_f64.powi(hundreds) / 1_000_f64.powi(thousands))
}

/// `# ?/?`: digits on both sides of a stroke.
fn is_fraction(pieces: &[Piece]) -> bool {
    let digit = |piece: &Piece| matches!(piece, Piece::Digit(_));
    let stroke = |piece: &Piece| matches!(piece, Piece::Literal(text) if text == "/");
    let Some(at) = pieces.iter().position(stroke) else { return false };
    let (before, behind) = pieces.split_at(at);
    before.iter().any(digit) && behind.iter().any(digit)
}

/// The literals around a text that takes the place of all digits.
fn around(pieces: &[Piece], text: &str) -> String {
    let mut shown = String::new();
    let mut placed = false;
    for piece in pieces {
        match piece {
            Piece::Literal(literal) if literal != "/" || !is_fraction(pieces) => shown.push_str(literal),
            Piece::General | Piece::Text | Piece::Digit(_) if !placed => {
                shown.push_str(text);
                placed = true;
            }
            _ => {}
        }
    }
    shown
}

/// Commas behind the last digit before the point, or behind the last of all, each of which takes three places off.
fn scaling_commas(pieces: &[Piece]) -> usize {
    let commas = |part: &[Piece]| {
        let last = part.iter().rposition(|piece| matches!(piece, Piece::Digit(_)));
        last.map_or(0, |last| part.iter().skip(last + 1).take_while(|piece| **piece == Piece::Comma).count())
    };
    pieces.split(|piece| *piece == Piece::Point).map(commas).sum()
}

/// The digits of a number in the places the section has for them.
fn placed(pieces: &[Piece], value: f64) -> String {
    let point = pieces.iter().position(|piece| *piece == Piece::Point);
    let (whole, fraction) = pieces.split_at(point.unwrap_or(pieces.len()));
    let places = fraction.iter().filter(|piece| matches!(piece, Piece::Digit(_))).count();
    let (digits, decimals) = decimal(value, places);
    let mut shown = whole_part(whole, &digits, point.is_some());
    shown.push_str(&fraction_part(fraction, &decimals));
    shown
}

/// Digits fill the places from the right; the first place takes all that are left.
fn whole_part(pieces: &[Piece], digits: &str, has_point: bool) -> String {
    let first = pieces.iter().position(|piece| matches!(piece, Piece::Digit(_)));
    let last = pieces.iter().rposition(|piece| matches!(piece, Piece::Digit(_)));
    let grouped = pieces.iter().enumerate().any(|(at, piece)| {
        *piece == Piece::Comma && first.is_some_and(|first| first < at) && last.is_some_and(|last| at < last)
    });
    let mut left = digits.chars().rev();
    let mut reversed: Vec<char> = Vec::new();
    let mut placed = 0;
    let mut put = |digit: char, reversed: &mut Vec<char>| {
        if grouped && placed > 0 && placed % 3 == 0 {
            reversed.push(',');
        }
        reversed.push(digit);
        placed += 1;
    };
    for (at, piece) in pieces.iter().enumerate().rev() {
        match piece {
            Piece::Digit(kind) => {
                match (left.next(), kind) {
                    (Some(digit), _) => put(digit, &mut reversed),
                    (None, '0') => put('0', &mut reversed),
                    (None, '?') => reversed.push(' '),
                    (None, _) => {}
                }
                if first == Some(at) {
                    for digit in left.by_ref() {
                        put(digit, &mut reversed);
                    }
                }
            }
            Piece::Literal(text) => reversed.extend(text.chars().rev()),
            Piece::Percent => reversed.push('%'),
            _ => {}
        }
    }
    let shown: String = reversed.iter().rev().collect();
    // A section may have places behind the point only.
    if first.is_none() && has_point { shown + digits } else { shown }
}

fn fraction_part(pieces: &[Piece], decimals: &str) -> String {
    let mut shown = String::new();
    let mut rest = decimals;
    for piece in pieces {
        match piece {
            Piece::Point => shown.push('.'),
            Piece::Digit(kind) => {
                let is_over = rest.bytes().all(|digit| digit == b'0');
                let digit = rest.chars().next().unwrap_or('0');
                rest = rest.get(1..).unwrap_or_default();
                match kind {
                    '0' => shown.push(digit),
                    '?' if is_over => shown.push(' '),
                    _ if is_over => {}
                    _ => shown.push(digit),
                }
            }
            Piece::Literal(text) => shown.push_str(text),
            Piece::Percent => shown.push('%'),
            _ => {}
        }
    }
    shown
}

fn scientific(pieces: &[Piece], at: usize, value: f64) -> String {
    let (mantissa, rest) = pieces.split_at(at);
    let behind = mantissa.iter().skip_while(|piece| **piece != Piece::Point);
    let places = behind.filter(|piece| matches!(piece, Piece::Digit(_))).count();
    let text = format!("{value:.places$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let width = rest.iter().filter(|piece| matches!(piece, Piece::Digit(_))).count();
    let plus = matches!(rest.first(), Some(Piece::Exponent(true)));
    let sign = if exponent < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    format!("{digits}E{sign}{:0width$}", exponent.abs())
}
