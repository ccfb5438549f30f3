//! Numbers and codes of two questions paired off: what is the same, what contradicts, what only one of them has.

use super::reading::Reading;
use super::reading::marks::{may_stand_in_code, number_in};
use super::reading::values::Value;

/// Numbers and codes of two questions that have no counterpart.
#[derive(Debug, Default)]
pub(super) struct Numbers<'a> {
    pub(super) rivals: Vec<(&'a Value, &'a Value)>,
    pub(super) new: Vec<&'a Value>,
    pub(super) missing: Vec<&'a Value>,
    pub(super) codes_new: Vec<&'a str>,
    pub(super) codes_missing: Vec<&'a str>,
}

/// Pairs off numbers and codes that are the same, then those that contradict.
pub(super) fn numbers<'a>(asked: &'a Reading, stored: &'a Reading) -> Numbers<'a> {
    let mut missing: Vec<&Value> = stored.values.iter().collect();
    let mut new: Vec<&Value> = Vec::new();
    for value in &asked.values {
        match missing.iter().position(|other| value.equals(other)) {
            Some(at) => {
                missing.remove(at);
            }
            None => new.push(value),
        }
    }
    let only = |own: &'a Reading, other: &Reading| -> Vec<&'a str> {
        let codes = own.marks.codes.iter().filter(|code| !other.marks.codes.contains(code));
        // The very letters may stand in a longer run: iphone15 and iphone 15.
        codes.filter(|code| code.len() <= 2 || !other.text.contains(&***code)).map(|code| &**code).collect()
    };
    let (mut codes_new, mut codes_missing) = (only(asked, stored), only(stored, asked));
    for (codes, values) in [(&mut codes_new, &mut missing), (&mut codes_missing, &mut new)] {
        codes.retain(|code| {
            let number = number_in(code);
            let place = values.iter().position(|value| number == Some(value.amount) && may_stand_in_code(value));
            place.map(|at| values.remove(at)).is_none()
        });
    }
    let mut rivals = Vec::new();
    new.retain(|value| {
        let place = missing.iter().position(|other| value.rivals(other));
        place.map(|at| rivals.push((*value, missing.remove(at)))).is_none()
    });
    Numbers { rivals, new, missing, codes_new, codes_missing }
}
