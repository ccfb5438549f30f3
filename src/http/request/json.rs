//! JSON text into values, within bounds: no text of two megabytes becomes a hundred times as much memory, and a list
//! that is too long is refused at its first item too many.

use std::cell::{Cell, RefCell};

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::http::problem::{Code, ErrorItem, Problem};

/// How much a body may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonBounds {
    /// Values of any kind, all levels together.
    pub(crate) values: usize,
    /// Items of one list.
    pub(crate) items: usize,
}

impl JsonBounds {
    /// For requests of a few fields.
    pub(crate) const FEW: Self = Self { values: 256, items: 64 };
}

/// The fields of the object that a body is.
pub(crate) fn object(bytes: &[u8], bounds: JsonBounds) -> Result<Map<String, Value>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let reading = Reading { bounds, read: Cell::new(0), path: RefCell::default(), refused: RefCell::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = reading.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::new(Code::InvalidRequest, "the body must be a JSON object")),
        Err(error) => Err(match reading.refused.into_inner() {
            Some(item) => Problem::fields(vec![item]),
            None => malformed(&error),
        }),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let hint = if text.contains("surrogate") || text.contains("hex escape") {
        "; an escape names half a character, as of an emoji that was cut"
    } else {
        ""
    };
    Problem::new(Code::MalformedJson, format!("{text}{hint}"))
}

fn not_utf8(bytes: &[u8], valid: usize) -> Problem {
    let looks = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "; it looks like UTF-16",
        _ if encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some() => {
            "; it looks like GBK"
        }
        _ => "",
    };
    Problem::new(Code::MalformedJson, format!("the body is not UTF-8 (byte {valid}){looks}; send JSON in UTF-8"))
}

/// One pass over a body: what may still come, where it is, and why it stopped.
struct Reading {
    bounds: JsonBounds,
    read: Cell<usize>,
    path: RefCell<String>,
    refused: RefCell<Option<ErrorItem>>,
}

impl Reading {
    fn refuse<E: serde::de::Error>(&self, message: impl Into<String>) -> E {
        self.refused.replace(Some(ErrorItem::field(self.path.borrow().clone(), message)));
        E::custom("refused")
    }

    /// Reads what stands below a step of the path.
    fn below<T>(&self, step: &str, read: impl FnOnce() -> T) -> T {
        let before = self.path.borrow().len();
        self.path.borrow_mut().push_str(step);
        let read = read();
        // A refusal has taken its copy of the path already.
        self.path.borrow_mut().truncate(before);
        read
    }
}

impl<'de> DeserializeSeed<'de> for &Reading {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.read.set(self.read.get() + 1);
        if self.read.get() > self.bounds.values {
            return Err(self.refuse(format!("the body holds more than {} values", self.bounds.values)));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Reading {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let step = format!("[{}]", list.len());
            if list.len() == self.bounds.items {
                // One more is refused by its mere presence, whatever it holds.
                return match items.next_element::<serde::de::IgnoredAny>()? {
                    None => Ok(Value::Array(list)),
                    Some(_) => Err(self.refuse(format!("must have at most {} items", self.bounds.items))),
                };
            }
            match self.below(&step, || items.next_element_seed(self))? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let shown: String = name.chars().take(64).collect();
            let step = if self.path.borrow().is_empty() { shown } else { format!(".{shown}") };
            let value = self.below(&step, || {
                if object.contains_key(&name) {
                    Err(self.refuse("is given twice"))
                } else {
                    fields.next_value_seed(self)
                }
            })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: JsonBounds = JsonBounds { values: 12, items: 3 };

    fn refused(json: &[u8]) -> Problem {
        object(json, BOUNDS).unwrap_err()
    }

    #[test]
    fn values_come_out_as_they_stand() {
        let text = r#"{"a":"退款","b":[1,-2,3.5],"c":{"d":null,"e":true}}"#;
        assert_eq!(
            Value::Object(object(text.as_bytes(), BOUNDS).unwrap()),
            serde_json::from_str::<Value>(text).unwrap()
        );
        assert_eq!(object("\u{feff}{\"a\":1}".as_bytes(), BOUNDS).unwrap()["a"], 1, "a byte order mark is passed over");
    }

    #[test]
    fn too_much_is_refused_where_it_begins() {
        for (json, field, message) in [
            (r#"{"t":[1,2,3,4]}"#.to_owned(), "t", "at most 3 items"),
            (r#"{"t":[{"x":[1,2,3,{"#.to_owned(), "t[0].x", ""), // broken off before the fourth is whole
            (format!(r#"{{"t":[{}]}}"#, "[0,0,0],".repeat(3).trim_end_matches(',')), "t[2][1]", "more than 12 values"),
            (r#"{"a":1,"a":2}"#.to_owned(), "a", "twice"),
            (r#"{"t":[{"a":1},{"a":1,"a":2}]}"#.to_owned(), "t[1].a", "twice"),
        ] {
            let problem = refused(json.as_bytes());
            if message.is_empty() {
                assert_eq!(problem.code, Code::MalformedJson, "{json}");
            } else {
                let item = &problem.errors[0];
                assert_eq!(item.field.as_deref(), Some(field), "{json}");
                assert!(item.message.contains(message), "{json}: {}", item.message);
            }
        }
    }

    #[test]
    fn a_long_list_is_not_read_to_its_end() {
        let mut body = br#"{"tickets":["#.to_vec();
        body.extend(b"{},".repeat(1_000_000));
        // Broken at its end, which nobody gets to see.
        assert_eq!(refused(&body).errors[0].field.as_deref(), Some("tickets"));
    }

    #[test]
    fn broken_json_says_where_and_other_encodings_are_named() {
        for (json, part) in [
            (&b""[..], "line 1"),
            (b"{", "line 1"),
            (b"{\"items\":[]} x", "line 1"),
            (b"'", "line 1"),
            (br#"{"question":"\ud83d"}"#, "half a character"),
            (b"{\"question\":\"\xcd\xcb\xbf\xee\"}", "it looks like GBK; send JSON in UTF-8"), // 退款
            (b"\xff\xfe{\x00", "UTF-16"),
            (b"{\"question\":\"\xff\"}", "not UTF-8 (byte 13); send"),
        ] {
            let problem = refused(json);
            assert_eq!(problem.code, Code::MalformedJson);
            assert!(problem.detail.contains(part), "{}", problem.detail);
        }
        assert_eq!(refused(b"[]").code, Code::InvalidRequest);
        assert_eq!(refused(b"\"text\"").code, Code::InvalidRequest);
    }
}
