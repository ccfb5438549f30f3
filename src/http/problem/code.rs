//! Why a request failed: one list of stable codes, one mapping to status and title.

use axum::http::StatusCode;
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
    /// Another reload or rollback of the knowledge base is at work; nothing changed.
    PublishInProgress,
    /// Another replica published in the meantime; its version is live, and nothing else changed.
    PublishOvertaken,
    /// The key makes too many requests.
    RateLimited,
    /// The request was not finished in time.
    Timeout,
    /// Too many requests are at work.
    Overloaded,
    /// The knowledge bases are still being prepared.
    NotReady,
    /// What must be durable cannot be stored or read now; nothing was kept.
    StoreUnavailable,
    /// A fault of the service; the log names it under the request id.
    Internal,
}

impl Code {
    /// Every code.
    #[cfg(test)]
    pub(super) const ALL: [Self; 18] = [
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
        Self::PublishInProgress,
        Self::PublishOvertaken,
        Self::RateLimited,
        Self::Timeout,
        Self::Overloaded,
        Self::NotReady,
        Self::StoreUnavailable,
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
            Self::PublishInProgress => {
                ("publish_in_progress", StatusCode::CONFLICT, "Another change of the corpus is at work")
            }
            Self::PublishOvertaken => {
                ("publish_overtaken", StatusCode::CONFLICT, "Another replica published in the meantime")
            }
            Self::RateLimited => ("rate_limited", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Timeout => ("timeout", StatusCode::GATEWAY_TIMEOUT, "The request took too long"),
            Self::Overloaded => ("overloaded", StatusCode::SERVICE_UNAVAILABLE, "The service is overloaded"),
            Self::NotReady => ("not_ready", StatusCode::SERVICE_UNAVAILABLE, "The service is not ready yet"),
            Self::StoreUnavailable => {
                ("store_unavailable", StatusCode::SERVICE_UNAVAILABLE, "The store cannot be used now")
            }
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
