//! A decision as a response: its JSON, written where the work was done, and its name for log and metrics.

use axum::Extension;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::middleware::observe::DecisionLabel;
use super::problem::{Code, Problem};

/// Status 200 with a body of JSON.
#[derive(Debug)]
pub(crate) struct Decided {
    label: Option<&'static str>,
    json: Vec<u8>,
}

impl Decided {
    /// Writes the body; `label` is what was decided, where it was one decision.
    pub(crate) fn new(label: Option<&'static str>, body: &impl Serialize) -> Result<Self, Problem> {
        let json = serde_json::to_vec(body).map_err(|error| {
            tracing::error!(%error, "a response could not be written");
            Problem::new(Code::Internal, "the response could not be written; the log names it under the request id")
        })?;
        Ok(Self { label, json })
    }
}

impl IntoResponse for Decided {
    fn into_response(self) -> Response {
        let json = ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.json);
        match self.label {
            Some(label) => (Extension(DecisionLabel(label)), json).into_response(),
            None => json.into_response(),
        }
    }
}

/// A probability as it is reported: six digits.
pub(crate) fn six_digits(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}
