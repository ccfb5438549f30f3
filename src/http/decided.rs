//! A decision as a response: its JSON, written where the work was done, and its name for log and metrics.

use axum::Extension;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::{Code, Problem};
use crate::record::{DecisionRecord, mask};

/// Status 200 with a body of JSON.
#[derive(Debug)]
pub(crate) struct Decided {
    logged: Option<LoggedDecision>,
    json: Vec<u8>,
}

/// Response extension: what log and metrics say of one decision. No customer's words: ids and channel are the client's to
/// choose and are masked like words.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoggedDecision {
    /// What was decided, as the metrics count it.
    pub(crate) label: &'static str,
    pub(crate) message_id: String,
    pub(crate) conversation_id: String,
    pub(crate) channel: String,
    /// Why a question was handed off, or the rule that routed a ticket.
    pub(crate) reason: String,
    pub(crate) faq_id: String,
    pub(crate) skill_group: String,
    pub(crate) confidence: Option<f64>,
}

impl LoggedDecision {
    /// What is said of a record.
    pub(crate) fn of(label: &'static str, record: &DecisionRecord) -> Self {
        let outcome = &record.outcome;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            label,
            message_id: record.message_id.clone(),
            conversation_id: masked(record.conversation_id.as_deref()),
            channel: masked(record.channel.as_deref()),
            reason: text(&outcome.reason),
            faq_id: text(&outcome.faq_id),
            skill_group: text(&outcome.skill_group),
            confidence: outcome.confidence.map(six_digits),
        }
    }
}

/// What a client chose, fit for the log.
pub(crate) fn masked(chosen: Option<&str>) -> String {
    chosen.map(|text| mask(text).text).unwrap_or_default()
}

impl Decided {
    /// Writes the body; `logged` is what was decided, where it was one decision.
    pub(crate) fn new(logged: Option<LoggedDecision>, body: &impl Serialize) -> Result<Self, Problem> {
        let json = serde_json::to_vec(body).map_err(|error| {
            tracing::error!(%error, "a response could not be written");
            Problem::new(Code::Internal, "the response could not be written; the log names it under the request id")
        })?;
        Ok(Self { logged, json })
    }
}

impl IntoResponse for Decided {
    fn into_response(self) -> Response {
        let json = ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.json);
        match self.logged {
            Some(logged) => (Extension(logged), json).into_response(),
            None => json.into_response(),
        }
    }
}

/// A probability as it is reported: six digits.
pub(crate) fn six_digits(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}
