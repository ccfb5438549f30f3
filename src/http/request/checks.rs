//! Checks fields of a request and collects everything that is out of range.

use crate::http::problem::{ErrorItem, Problem};

/// Longest channel, tier or id, in characters.
const SHORT_CHARS: usize = 64;
/// Most candidates or groups a request may ask for.
const MOST_TOP: usize = 20;

/// Findings about one request.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    errors: Vec<ErrorItem>,
}

impl Checks {
    pub(crate) fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(ErrorItem::field(field, message));
    }

    /// Text of at most `most` characters after trimming, not blank; returns it trimmed.
    pub(crate) fn text<'a>(&mut self, field: &str, value: &'a str, most: usize) -> &'a str {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            self.refuse(field, "must not be blank");
        }
        self.at_most(field, trimmed, most);
        trimmed
    }

    pub(crate) fn at_most(&mut self, field: &str, value: &str, most: usize) {
        // A character has at least one byte, so short texts are never counted.
        if value.len() > most {
            let length = value.chars().count();
            if length > most {
                self.refuse(field, format!("must have at most {most} characters, has {length}"));
            }
        }
    }

    /// Optional short identifiers such as channel or customer id.
    pub(crate) fn short(&mut self, prefix: &str, fields: &[(&str, &Option<String>)]) {
        for (name, value) in fields {
            if let Some(value) = value {
                self.at_most(&format!("{prefix}{name}"), value, SHORT_CHARS);
            }
        }
    }

    /// `top`, or its default.
    pub(crate) fn top(&mut self, field: &str, value: Option<usize>, default: usize) -> usize {
        let top = value.unwrap_or(default);
        if !(1..=MOST_TOP).contains(&top) {
            self.refuse(field, format!("must be 1 to {MOST_TOP}, is {top}"));
        }
        top
    }

    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::fields(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        for (value, most, fits) in [("退款", 2, true), ("退款吗", 2, false), ("abc", 2, false), (" 退款 ", 2, true)]
        {
            let mut checks = Checks::default();
            checks.text("question", value, most);
            assert_eq!(checks.finish().is_ok(), fits, "{value:?}");
        }
    }
}
