//! A format code → its sections.

use std::iter::Peekable;
use std::str::Chars;

use super::{Condition, Piece, Section};

/// Sections of a code: for positive numbers, negative ones, zero, text.
pub(super) fn sections(code: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ';' {
            sections.push(Section::default());
        } else if let Some(section) = sections.last_mut() {
            piece(c, &mut chars, section);
        }
    }
    for section in &mut sections {
        tell_minutes_from_months(&mut section.pieces);
    }
    sections
}

fn piece(c: char, rest: &mut Peekable<Chars<'_>>, section: &mut Section) {
    let pieces = &mut section.pieces;
    match c {
        '"' => pieces.push(Piece::Literal(rest.by_ref().take_while(|c| *c != '"').collect())),
        '\\' => pieces.extend(rest.next().map(|c| Piece::Literal(c.to_string()))),
        // As wide as the next character: a blank.
        '_' => {
            rest.next();
            pieces.push(Piece::Literal(" ".to_owned()));
        }
        // Fills the cell with the next character.
        '*' => {
            rest.next();
        }
        '[' => {
            let inside: String = rest.by_ref().take_while(|c| *c != ']').collect();
            bracket(&inside, section);
        }
        '@' => pieces.push(Piece::Text),
        '0' | '#' | '?' => pieces.push(Piece::Digit(c)),
        '.' => match pieces.last() {
            Some(Piece::Second(_) | Piece::Elapsed('s', _)) if rest.peek() == Some(&'0') => {
                pieces.push(Piece::Fraction(run('0', rest)));
            }
            _ => pieces.push(Piece::Point),
        },
        ',' => pieces.push(Piece::Comma),
        '%' => pieces.push(Piece::Percent),
        'E' | 'e' => match rest.peek() {
            Some('+' | '-') => pieces.push(Piece::Exponent(rest.next() == Some('+'))),
            // A year where no number stands before it, as East Asian formats write it.
            _ => pieces.push(Piece::Year(3 + run(c, rest))),
        },
        'y' | 'Y' => pieces.push(Piece::Year(1 + run(c, rest))),
        'm' | 'M' => pieces.push(Piece::Month(1 + run(c, rest))),
        'd' | 'D' => pieces.push(Piece::Day(1 + run(c, rest))),
        'h' | 'H' => pieces.push(Piece::Hour(1 + run(c, rest))),
        's' | 'S' => pieces.push(Piece::Second(1 + run(c, rest))),
        'a' | 'A' if follows(rest, "m/pm") => pieces.push(Piece::Half("AM", "PM")),
        'a' | 'A' if follows(rest, "/p") => pieces.push(Piece::Half("A", "P")),
        'a' | 'A' if follows(rest, "aa") => pieces.push(Piece::Weekday(3 + run(c, rest))),
        '上' if follows(rest, "午/下午") => pieces.push(Piece::Half("上午", "下午")),
        'g' | 'G' if follows(rest, "eneral") => pieces.push(Piece::General),
        other => pieces.push(Piece::Literal(other.to_string())),
    }
}

/// How often a letter stands again, whatever its case.
fn run(letter: char, rest: &mut Peekable<Chars<'_>>) -> usize {
    let mut count = 0;
    while rest.next_if(|c| c.eq_ignore_ascii_case(&letter)).is_some() {
        count += 1;
    }
    count
}

/// Takes the expected letters if they come next, whatever their case.
fn follows(rest: &mut Peekable<Chars<'_>>, expected: &str) -> bool {
    let mut ahead = rest.clone();
    for wanted in expected.chars() {
        if !ahead.next().is_some_and(|c| c.eq_ignore_ascii_case(&wanted)) {
            return false;
        }
    }
    *rest = ahead;
    true
}

/// Elapsed time, a condition, a currency; colours and languages are passed over.
fn bracket(inside: &str, section: &mut Section) {
    let mut letters = inside.chars();
    if let Some(first) = letters.next().map(|c| c.to_ascii_lowercase())
        && matches!(first, 'h' | 'm' | 's')
        && letters.all(|c| c.eq_ignore_ascii_case(&first))
    {
        section.pieces.push(Piece::Elapsed(first, inside.chars().count()));
    } else if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.split('-').next().unwrap_or_default();
        section.pieces.push(Piece::Literal(sign.to_owned()));
    } else {
        section.condition = condition(inside).or(section.condition);
    }
}

fn condition(text: &str) -> Option<Condition> {
    type Make = fn(f64) -> Condition;
    let kinds: [(&str, Make); 6] = [
        ("<=", Condition::AtMost),
        ("<>", Condition::Unequal),
        ("<", Condition::Less),
        (">=", Condition::AtLeast),
        (">", Condition::More),
        ("=", Condition::Equal),
    ];
    let (rest, make) = kinds.iter().find_map(|(sign, make)| Some((text.strip_prefix(sign)?, make)))?;
    rest.trim().parse().ok().map(make)
}

/// `m` means minutes behind hours and before seconds.
fn tell_minutes_from_months(pieces: &mut [Piece]) {
    let of_date: Vec<usize> = (0..pieces.len()).filter(|at| pieces.get(*at).is_some_and(Piece::is_of_date)).collect();
    for (order, at) in of_date.iter().enumerate() {
        let near = |order: Option<usize>| order.and_then(|order| of_date.get(order)).and_then(|at| pieces.get(*at));
        let behind_hours = matches!(near(order.checked_sub(1)), Some(Piece::Hour(_) | Piece::Elapsed('h', _)));
        let before_seconds = matches!(near(Some(order + 1)), Some(Piece::Second(_) | Piece::Elapsed('s', _)));
        if let Some(Piece::Month(count)) = pieces.get(*at).cloned()
            && count <= 2
            && (behind_hours || before_seconds)
            && let Some(piece) = pieces.get_mut(*at)
        {
            *piece = Piece::Minute(count);
        }
    }
}
