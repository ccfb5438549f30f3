//! The body of a request: declared as what it is, read within its bounds of size and time, never held longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt as _;

use super::fields::Fields;
use super::json::{self, JsonBounds};
use crate::http::problem::{Code, Problem};

/// Bytes of bodies that one server holds at once while they arrive and wait; the largest batch fits 128 times.
const HELD_BYTES: usize = 256 << 20;

/// Bytes of bodies held now, by all requests of a server.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldBytes(Arc<AtomicUsize>);

/// Bounds of the bodies of one endpoint; a request extension.
#[derive(Debug, Clone)]
pub(crate) struct BodyBounds {
    /// Most bytes of one body.
    pub(crate) bytes: usize,
    /// How long one may take to arrive.
    pub(crate) time: Duration,
    pub(crate) held: HeldBytes,
}

/// A body of JSON, not yet parsed.
#[derive(Debug)]
pub(crate) struct JsonBytes {
    bytes: Bytes,
    /// Counted as long as the bytes live.
    _held: Held,
}

/// Bytes counted against [`HELD_BYTES`].
#[derive(Debug)]
struct Held {
    bytes: usize,
    all: HeldBytes,
}

impl Held {
    /// Counts more bytes; whether there is room for them.
    fn grow(&mut self, more: usize) -> bool {
        self.bytes += more;
        self.all.0.fetch_add(more, Ordering::Relaxed) + more <= HELD_BYTES
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl JsonBytes {
    /// The fields of the object that the body is.
    pub(crate) fn fields(&self, bounds: JsonBounds) -> Result<Fields, Problem> {
        json::object(&self.bytes, bounds).map(Fields::of_json)
    }
}

/// The fields of a body of few.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Fields);

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        JsonBytes::from_request(request, state).await?.fields(JsonBounds::FEW).map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        check_declared(request.headers())?;
        let bounds = request.extensions().get::<BodyBounds>().cloned();
        let bounds = bounds.ok_or_else(|| Problem::new(Code::Internal, "the route bounds no body"))?;
        let declared = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        // Refused before a byte of it is read or asked for.
        if declared.is_some_and(|declared: u64| declared > bounds.bytes as u64) {
            return Err(too_large(bounds.bytes));
        }
        match tokio::time::timeout(bounds.time, read(request.into_body(), &bounds)).await {
            Ok(read) => read,
            Err(_) => {
                let allowed = bounds.time.as_millis();
                Err(Problem::new(Code::Timeout, format!("the body did not arrive within {allowed} ms")))
            }
        }
    }
}

async fn read(mut body: Body, bounds: &BodyBounds) -> Result<JsonBytes, Problem> {
    let mut held = Held { bytes: 0, all: bounds.held.clone() };
    let mut whole = Vec::new();
    let mut only = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Problem::new(Code::MalformedJson, "the body ended early")) };
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + only.len() + data.len() > bounds.bytes {
            return Err(too_large(bounds.bytes));
        }
        if !held.grow(data.len()) {
            let detail = "too many bodies are being read; try again shortly";
            return Err(Problem::new(Code::Overloaded, detail).retry_after(1));
        }
        // Most bodies come in one piece, which is not copied.
        if whole.is_empty() && only.is_empty() {
            only = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut only));
            whole.extend_from_slice(&data);
        }
    }
    let bytes = if whole.is_empty() { only } else { whole.into() };
    Ok(JsonBytes { bytes, _held: held })
}

fn too_large(most: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("the body is larger than the {most} bytes this endpoint accepts"))
}

/// Refuses what is not declared as plain JSON in UTF-8, and says which part of the declaration it is about.
fn check_declared(headers: &HeaderMap) -> Result<(), Problem> {
    let refused = |detail: String| Err(Problem::new(Code::UnsupportedMediaType, detail));
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = declared.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return refused("declare the body as `Content-Type: application/json`".to_owned());
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    if let Some(charset) = charset.filter(|charset| !matches!(charset.as_str(), "utf-8" | "utf8" | "us-ascii")) {
        return refused(format!("the body is declared as charset={}; send it in UTF-8", printable(&charset)));
    }
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    if let Some(encoding) = encoding.filter(|encoding| !matches!(encoding.as_str(), "" | "identity")) {
        return refused(format!("the body is declared as Content-Encoding: {}; send it plain", printable(&encoding)));
    }
    Ok(())
}

/// What a client declared, fit for a message.
fn printable(declared: &str) -> String {
    declared.chars().filter(|c| c.is_ascii_graphic()).take(32).collect()
}
