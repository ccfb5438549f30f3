//! The query string of a request, as [`Fields`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::http::problem::{ErrorItem, Problem};

/// The parameters of a query string.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Fields);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(read(parts.uri.query().unwrap_or_default())))
    }
}

/// Parameters by name. One that is not UTF-8 or given twice is a fault.
fn read(query: &str) -> Fields {
    let (mut object, mut errors) = (Map::new(), Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decoded(name) else {
            errors.push(ErrorItem::field("", "the name of a parameter is not UTF-8 behind its percent signs"));
            continue;
        };
        let Some(value) = decoded(value) else {
            errors.push(ErrorItem::field(name, "is not UTF-8 behind its percent signs"));
            continue;
        };
        if object.contains_key(&name) {
            errors.push(ErrorItem::field(name, "is given twice"));
        } else {
            object.insert(name, Value::String(value));
        }
    }
    Fields::of_query(object, errors)
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_their_faults_named() {
        let mut fields = read("q=%E9%80%80+%E6%AC%BE&top=3&explain=true&");
        assert_eq!(fields.required("q", 9), "退 款");
        assert_eq!((fields.top(8), fields.flag("explain")), (3, true));
        assert_eq!(fields.faults(), []);
        for (query, field, message) in [
            ("q=%ff", "q", "is not UTF-8 behind its percent signs"),
            ("q=a&%ff=q", "", "the name of a parameter is not UTF-8 behind its percent signs"),
            ("q=a&q=b", "q", "is given twice"),
            ("q=a&top=many", "top", "must be an integer, is text"),
            ("q=a&top=21", "top", "must be an integer of 1 to 20, is 21"),
            ("q=a&limit=3", "limit", "is not a known field; the known ones are q, top"),
            ("", "q", "is required"),
        ] {
            let mut fields = read(query);
            fields.required("q", 9);
            fields.top(8);
            let faults = fields.faults();
            assert_eq!(faults.last(), Some(&ErrorItem::field(field, message)), "{query}");
        }
    }
}
