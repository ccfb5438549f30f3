//! Problems (RFC 9457): one list of stable codes, one mapping to status and title, one body.
//!
//! A handler returns a [`Problem`]; its body is written by the outermost middleware, which knows the request id.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request failed, as clients may act on it. Stable: codes are added, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not JSON.
    MalformedJson,
    /// The request is well formed but a field is missing, unknown, of the wrong type or out of range.
    InvalidRequest,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The body is larger than the endpoint accepts.
    BodyTooLarge,
    /// No key, or one that is not known.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// No such path, knowledge base or version.
    NotFound,
    /// The path exists but not for this method.
    MethodNotAllowed,
    /// The corpus on disk has issues; nothing changed.
    CorpusInvalid,
    /// The publish gate refused the corpus; nothing changed.
    GateRefused,
    /// The key makes too many requests.
    RateLimited,
    /// The request was not finished in time.
    Timeout,
    /// Too many requests are at work.
    Overloaded,
    /// The knowledge bases are still being prepared.
    NotReady,
    /// A fault of the service; the log names it under the request id.
    Internal,
}

impl Code {
    /// Every code, for the documentation and its tests.
    pub const ALL: [Self; 15] = [
        Self::MalformedJson,
        Self::InvalidRequest,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::CorpusInvalid,
        Self::GateRefused,
        Self::RateLimited,
        Self::Timeout,
        Self::Overloaded,
        Self::NotReady,
        Self::Internal,
    ];

    /// The one mapping: name on the wire, status, title.
    #[must_use]
    pub fn describe(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedJson => ("malformed_json", StatusCode::BAD_REQUEST, "The body is not valid JSON"),
            Self::InvalidRequest => ("invalid_request", StatusCode::UNPROCESSABLE_ENTITY, "The request is not valid"),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be JSON")
            }
            Self::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "A valid API key is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The API key may not do this"),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND, "Not found"),
            Self::MethodNotAllowed => ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
            Self::CorpusInvalid => ("corpus_invalid", StatusCode::UNPROCESSABLE_ENTITY, "The corpus has issues"),
            Self::GateRefused => ("gate_refused", StatusCode::CONFLICT, "The publish gate refused the corpus"),
            Self::RateLimited => ("rate_limited", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Timeout => ("timeout", StatusCode::GATEWAY_TIMEOUT, "The request took too long"),
            Self::Overloaded => ("overloaded", StatusCode::SERVICE_UNAVAILABLE, "The service is overloaded"),
            Self::NotReady => ("not_ready", StatusCode::SERVICE_UNAVAILABLE, "The service is not ready yet"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.describe().0
    }

    pub(crate) fn status(self) -> StatusCode {
        self.describe().1
    }
}

/// One of several things wrong: with a field of the request, or with a file of the corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorItem {
    /// Path in the request, for example `tickets[3].text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Path below the corpus directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// 1-based line or spreadsheet row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub message: String,
}

impl ErrorItem {
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), file: None, line: None, message: message.into() }
    }
}

/// The body of every error, `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:yingda:problem:` and the code.
    pub r#type: String,
    pub title: String,
    #[schema(example = 422)]
    pub status: u16,
    /// What happened this time and how to mend it.
    pub detail: String,
    pub code: Code,
    pub request_id: String,
    /// Present where several things can be wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// A failed request, before it has its request id.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<ErrorItem>,
    /// Seconds for `Retry-After`.
    pub(crate) retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// A request with faulty fields.
    pub(crate) fn fields(errors: Vec<ErrorItem>) -> Self {
        let detail = match errors.len() {
            1 => Cow::Borrowed("1 field is not valid"),
            count => Cow::Owned(format!("{count} fields are not valid")),
        };
        Self { errors, ..Self::new(Code::InvalidRequest, detail) }
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Writes the body into a response that carries this problem.
    pub(crate) fn write_body(self, request_id: &str, response: &mut Response<Body>) {
        let (name, status, title) = self.code.describe();
        let body = ProblemBody {
            r#type: format!("urn:yingda:problem:{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail.into_owned(),
            code: self.code,
            request_id: request_id.to_owned(),
            errors: self.errors,
        };
        // Plain structs of text and numbers always serialise; an empty body is the honest rest.
        *response.body_mut() = Body::from(serde_json::to_vec(&body).unwrap_or_default());
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let mut response = self.code.status().into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_as_it_is_named() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
        let distinct: std::collections::BTreeSet<Code> = Code::ALL.into_iter().collect();
        assert_eq!(distinct.len(), Code::ALL.len());
    }
}
