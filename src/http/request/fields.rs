//! The fields of a request, taken out one by one. What is wrong with any of them is collected, so that one refusal
//! names every fault; messages speak of JSON, not of Rust.

use std::ops::RangeInclusive;

use serde_json::{Map, Number, Value};

use super::id::Id;
use crate::http::problem::{ErrorItem, Problem};

/// Longest channel or tier, in characters.
const SHORT_CHARS: usize = 64;
/// Longest id, in characters.
const ID_CHARS: usize = 128;
/// Most candidates or groups a request may ask for.
const MOST_TOP: u64 = 20;
/// An unknown field is a slip of a known one where so few letters differ.
const SLIP: usize = 2;

/// The fields of one object of a request.
#[derive(Debug)]
pub(crate) struct Fields {
    object: Map<String, Value>,
    /// Leads to the object: empty, or `tickets[3].`.
    prefix: String,
    /// Whether numbers and booleans are written as text, as in a query string.
    written_as_text: bool,
    known: Vec<&'static str>,
    errors: Vec<ErrorItem>,
    /// Whether there was no object to take fields from; then that is the one fault.
    is_none: bool,
}

impl Fields {
    pub(crate) fn of_json(object: Map<String, Value>) -> Self {
        Self {
            object,
            prefix: String::new(),
            written_as_text: false,
            known: Vec::new(),
            errors: Vec::new(),
            is_none: false,
        }
    }

    pub(super) fn of_query(object: Map<String, Value>, errors: Vec<ErrorItem>) -> Self {
        Self { written_as_text: true, errors, ..Self::of_json(object) }
    }

    /// An object inside a request; an error where the value is none.
    pub(crate) fn of_item(value: Value, prefix: String) -> Self {
        match value {
            Value::Object(object) => Self { prefix: format!("{prefix}."), ..Self::of_json(object) },
            other => {
                let error = ErrorItem::field(prefix.clone(), format!("must be an object, is {}", kind(&other)));
                Self { prefix: format!("{prefix}."), errors: vec![error], is_none: true, ..Self::of_json(Map::new()) }
            }
        }
    }

    /// Notes a fault of a field.
    pub(crate) fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(ErrorItem::field(format!("{}{name}", self.prefix), message));
    }

    /// A field's value; `null` is as good as absent.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.object.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }

    fn mistyped(&mut self, name: &'static str, wanted: &str, value: &Value) {
        self.refuse(name, format!("must be {wanted}, is {}", kind(value)));
    }

    /// Any text.
    fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => {
                self.mistyped(name, "text", &other);
                None
            }
        }
    }

    /// Text of at most `most` characters, blank or not.
    pub(crate) fn text_up_to(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name)?;
        self.at_most(name, &text, most);
        Some(text)
    }

    /// Trimmed text of at most `most` characters that says something; absent where the field is.
    pub(crate) fn telling(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name)?;
        let trimmed = text.trim_matches(is_blank);
        if trimmed.is_empty() {
            self.refuse(name, "must not be blank");
        }
        self.at_most(name, trimmed, most);
        Some(trimmed.to_owned())
    }

    /// The same, and it must be there.
    pub(crate) fn required(&mut self, name: &'static str, most: usize) -> String {
        let text = self.telling(name, most);
        if text.is_none() && !self.has_fault_in(&[name]) {
            self.refuse(name, "is required");
        }
        text.unwrap_or_default()
    }

    /// Whether something is wrong with one of these fields already.
    pub(crate) fn has_fault_in(&self, names: &[&str]) -> bool {
        // A fault in an item of a list, `labels[0]`, is one in the list.
        let is = |item: &ErrorItem, name: &str| {
            let field = item.field.as_deref().and_then(|field| field.strip_prefix(self.prefix.as_str()));
            let rest = field.and_then(|field| field.strip_prefix(name));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.errors.iter().any(|item| names.iter().any(|name| is(item, name)))
    }

    /// A channel, a tier: at most 64 characters.
    pub(crate) fn short(&mut self, name: &'static str) -> Option<String> {
        self.text_up_to(name, SHORT_CHARS)
    }

    /// An id of another system: text of at most 128 characters or an integer, given back as it came.
    pub(crate) fn id(&mut self, name: &'static str) -> Option<Id> {
        match self.take(name)? {
            Value::String(text) => {
                self.at_most(name, &text, ID_CHARS);
                Some(Id::Text(text))
            }
            Value::Number(number) if is_integer(&number) => Some(Id::Number(number)),
            other => {
                self.mistyped(name, "text or an integer", &other);
                None
            }
        }
    }

    /// True or false; false where absent.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.yes_or_no(name).unwrap_or(false)
    }

    /// True or false, where it is said.
    pub(crate) fn yes_or_no(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(yes) => Some(yes),
            Value::String(text) if self.written_as_text && text == "true" => Some(true),
            Value::String(text) if self.written_as_text && text == "false" => Some(false),
            other => {
                self.mistyped(name, "true or false", &other);
                None
            }
        }
    }

    /// An integer of a range. `3.0` is one: JSON has but one kind of number.
    pub(crate) fn integer(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.take(name)?;
        let Some(number) = self.number(&value) else {
            self.mistyped(name, "an integer", &value);
            return None;
        };
        let fits = whole(&number).filter(|number| range.contains(number));
        if fits.is_none() {
            self.refuse(name, format!("must be an integer of {} to {}, is {number}", range.start(), range.end()));
        }
        fits
    }

    fn number(&self, value: &Value) -> Option<Number> {
        match value {
            Value::Number(number) => Some(number.clone()),
            Value::String(text) if self.written_as_text => text.parse::<i64>().ok().map(Number::from),
            _ => None,
        }
    }

    /// How many candidates or groups, 1 to 20.
    pub(crate) fn top(&mut self, default: usize) -> usize {
        let top = self.integer("top", 1..=MOST_TOP);
        top.and_then(|top| usize::try_from(top).ok()).unwrap_or(default)
    }

    /// One of some words.
    pub(crate) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.refuse(name, format!("must be one of {}", words.join(", ")));
        }
        chosen
    }

    /// A list; empty where absent or none.
    pub(crate) fn list(&mut self, name: &'static str) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(items) => Some(items),
            other => {
                self.mistyped(name, "a list", &other);
                None
            }
        }
    }

    fn at_most(&mut self, name: &str, text: &str, most: usize) {
        // A character has at least one byte, so short texts are never counted.
        if text.len() > most {
            let length = text.chars().count();
            if length > most {
                self.refuse(name, format!("must have at most {most} characters, has {length}"));
            }
        }
    }

    /// Every fault, unknown fields included; none where the request can be done.
    pub(crate) fn faults(mut self) -> Vec<ErrorItem> {
        if self.is_none {
            self.errors.truncate(1);
            return self.errors;
        }
        let unknown: Vec<String> =
            self.object.keys().filter(|name| !self.known.contains(&name.as_str())).cloned().collect();
        for name in unknown {
            let message = match nearest(&name, &self.known) {
                Some(near) => format!("is not a known field; did you mean `{near}`?"),
                None => format!("is not a known field; the known ones are {}", self.known.join(", ")),
            };
            let shown: String = name.chars().take(SHORT_CHARS).collect();
            self.refuse(&shown, message);
        }
        self.errors
    }

    /// Nothing is wrong, or the problem that names every fault.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        let faults = self.faults();
        if faults.is_empty() { Ok(()) } else { Err(Problem::fields(faults)) }
    }
}

/// A kind of value, as a client calls it.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What no reader sees: white space in the sense of Unicode, ECMAScript or Python, whichever a client checks by.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Whether a text says nothing.
pub(crate) fn says_nothing(text: &str) -> bool {
    text.trim_matches(is_blank).is_empty()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn whole(number: &Number) -> Option<u64> {
    let exact = |real: f64| real.fract() == 0.0 && (0.0..1e15).contains(&real);
    number.as_u64().or_else(|| number.as_f64().filter(|real| exact(*real)).map(|real| real as u64))
}

/// Whether a number is an integer of 64 bits, however it is written.
fn is_integer(number: &Number) -> bool {
    // Below 2^53 every whole number is exact.
    number.is_i64()
        || (!number.is_u64() && number.as_f64().is_some_and(|real| real.fract() == 0.0 && real.abs() < 9e15))
}

/// The known field that an unknown one is most likely a slip of.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    if name.chars().count() > SHORT_CHARS {
        return None;
    }
    let distance = |near: &str| rapidfuzz::distance::levenshtein::distance(name.chars(), near.chars());
    let best = known.iter().map(|near| (distance(near), *near)).min()?;
    // Of a word of two letters everything is near.
    (best.0 <= SLIP && best.0 < name.chars().count().min(best.1.len())).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        Fields::of_item(value, "tickets[3]".to_owned())
    }

    #[test]
    fn every_fault_of_every_field_is_named_at_once_in_words_of_json() {
        let mut fields = fields(json!({
            "question": 7, "channel": "长".repeat(65), "top": 2.5, "explain": "yes", "customer_id": 1.5,
            "input_type": "call", "qestion": "", "colour": 1, "conversation_id": -5,
        }));
        fields.required("question", 500);
        fields.short("channel");
        fields.top(3);
        fields.flag("explain");
        fields.id("customer_id");
        assert!(fields.id("conversation_id").is_some());
        fields.choice("input_type", &[("typed", ()), ("voice", ())]);
        let faults: Vec<String> =
            fields.faults().into_iter().map(|item| format!("{} {}", item.field.unwrap(), item.message)).collect();
        assert_eq!(
            faults,
            [
                "tickets[3].question must be text, is a number",
                "tickets[3].channel must have at most 64 characters, has 65",
                "tickets[3].top must be an integer of 1 to 20, is 2.5",
                "tickets[3].explain must be true or false, is text",
                "tickets[3].customer_id must be text or an integer, is a number",
                "tickets[3].input_type must be one of typed, voice",
                "tickets[3].qestion is not a known field; did you mean `question`?",
                "tickets[3].colour is not a known field; the known ones are question, channel, top, explain, \
                 customer_id, conversation_id, input_type",
            ]
        );
    }

    #[test]
    fn what_fits_is_taken() {
        let mut fields = fields(json!({"text": " \u{feff}退款 ", "top": 3.0, "explain": true, "none": null}));
        assert_eq!(fields.required("text", 2), "退款", "characters are counted, not bytes, and not the blank ones");
        assert_eq!((fields.top(1), fields.flag("explain"), fields.flag("none")), (3, true, false));
        assert_eq!(fields.faults(), []);
    }

    #[test]
    fn required_text_is_refused_once_whatever_is_wrong() {
        for (value, message) in [
            (json!({}), "is required"),
            (json!({"text": null}), "is required"),
            (json!({"text": ""}), "must not be blank"),
            (json!({"text": " \u{1c}\u{feff}\n"}), "must not be blank"),
            (json!({"text": ["a"]}), "must be text, is a list"),
        ] {
            let mut fields = fields(value.clone());
            fields.required("text", 9);
            let faults = fields.faults();
            assert_eq!(faults.len(), 1, "{value}: {faults:?}");
            assert_eq!(faults[0].message, message, "{value}");
        }
        let mut none = fields(json!(5));
        none.required("text", 9);
        assert_eq!(none.faults(), [ErrorItem::field("tickets[3]", "must be an object, is a number")]);
    }

    #[test]
    fn the_name_of_an_unknown_field_is_shortened() {
        let faults = fields(json!({"长".repeat(500): 1})).faults();
        assert!(faults[0].field.as_ref().unwrap().chars().count() < 90);
    }
}
