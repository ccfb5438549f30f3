//! Outermost middleware: every request has an id, every response carries it, every problem is written with it.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::HeaderName;
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::http::problem::Problem;

/// Header of the id, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at work.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).filter(|value| is_sane(value)).cloned();
    let id = RequestId(given.unwrap_or_else(new_id));
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write_body(id.as_str(), &mut response);
    }
    response.headers_mut().insert(HEADER, id.0);
    response
}

/// Ids of other systems are kept where they cannot break a log line: 1..=128 letters, digits and `-_.:/+=`.
fn is_sane(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=128).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:/+=".contains(b))
}

fn new_id() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::now_v7().simple().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_ids_are_kept() {
        for (id, kept) in [
            ("abc-123", true),
            ("01JD:7/x+y=_.", true), // separators other systems use
            ("", false),             // says nothing
            ("a b", false),          // would split a log field
            ("a\"b", false),         // would break quoting
        ] {
            assert_eq!(is_sane(&HeaderValue::from_str(id).unwrap()), kept, "{id:?}");
        }
        assert!(!is_sane(&HeaderValue::from_str(&"x".repeat(129)).unwrap()));
        assert!(is_sane(&new_id()));
    }
}
