//! The JSON body of a request.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::http::problem::{Code, ErrorItem, Problem};

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            let detail = "declare the body as `Content-Type: application/json`";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|refused| unreadable(&refused))?;
        parse(&bytes).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unreadable(refused: &BytesRejection) -> Problem {
    if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::BodyTooLarge, "the body is larger than this endpoint accepts")
    } else {
        Problem::new(Code::MalformedJson, "the body ended early")
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take an array as the fields of a struct in their order, which is no part of the contract.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::new(Code::InvalidRequest, "the body must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refuse(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| refuse("", &error))?;
    Ok(value)
}

fn refuse(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // serde_json appends the position, which helps with broken JSON and distracts from a wrong field.
    let message = text.split(" at line ").next().unwrap_or_default();
    if error.is_data() {
        Problem::fields(vec![ErrorItem::field(field_path(path, message), message)])
    } else {
        Problem::new(Code::MalformedJson, text)
    }
}

/// The path of the faulty field. For a missing or unknown one serde names it in the message and its parent in the path.
pub(super) fn field_path(path: &str, message: &str) -> String {
    let parent = if path == "." { "" } else { path };
    let named = message.starts_with("missing field") || message.starts_with("unknown field");
    let Some(name) = message.split('`').nth(1).filter(|_| named) else { return parent.to_owned() };
    let ends_with_name = parent == name || parent.ends_with(&format!(".{name}"));
    match parent {
        "" => name.to_owned(),
        _ if ends_with_name => parent.to_owned(),
        _ => format!("{parent}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "items")]
        _items: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "text")]
        _text: String,
    }

    #[test]
    fn faults_name_their_field() {
        for (json, field) in [
            (r#"{"items":[{"text":"a"},{"text":5}]}"#, "items[1].text"), // wrong type
            (r#"{"items":[{}]}"#, "items[0].text"),                      // missing, inside
            (r#"{}"#, "items"),                                          // missing, at the top
            (r#"{"items":[],"colour":1}"#, "colour"),                    // unknown, at the top
            (r#"{"items":[{"text":"a","x":1}]}"#, "items[0].x"),         // unknown, inside
            (r#""text""#, ""),                                           // not an object at all
        ] {
            let problem = parse::<Outer>(json.as_bytes()).unwrap_err();
            assert_eq!(problem.code, Code::InvalidRequest, "{json}");
            assert_eq!(problem.errors[0].field.as_deref(), Some(field), "{json}: {:?}", problem.errors);
        }
    }

    #[test]
    fn broken_json_says_where() {
        for json in ["", "{", r#"{"items":[]} x"#, "\u{feff}{}", "'"] {
            let problem = parse::<Outer>(json.as_bytes()).unwrap_err();
            assert_eq!(problem.code, Code::MalformedJson, "{json}");
            assert!(problem.detail.contains("line 1"), "{}", problem.detail);
        }
    }
}
