//! The query string of a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::body::field_path;
use crate::http::problem::{ErrorItem, Problem};

/// The query string.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|refused| {
            let text = std::error::Error::source(&refused).map_or_else(|| refused.body_text(), ToString::to_string);
            let (path, message) = match text.split_once(": ") {
                Some((path, message)) if !path.contains(' ') => (path.to_owned(), message.to_owned()),
                _ => (String::new(), text),
            };
            Problem::fields(vec![ErrorItem::field(field_path(&path, &message), message)])
        })
    }
}
