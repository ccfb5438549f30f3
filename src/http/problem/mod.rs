//! Problems (RFC 9457): what a failed request says. The codes stand in `code.rs`, which endpoint can answer with which
//! in `refusals.rs`.
//!
//! A handler returns a [`Problem`]; its body is written by the outermost middleware, which knows the request id.

mod code;
mod refusals;

use std::borrow::Cow;

use axum::body::Body;
use axum::http::Response;
use axum::http::header::{self, HeaderValue};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;
pub(crate) use refusals::{
    Asking, Guarded, Probe, Publishing, PublishingBody, Querying, ReadinessProbe, Reading, Recalling, RecallingQuery,
    Refusals, Storing,
};

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
