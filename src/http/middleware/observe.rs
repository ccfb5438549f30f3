//! One log line and one count per request. What the customer wrote is in neither.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::knowledge_base::KnowledgeBase;
use crate::telemetry::{self, TRACES};

use super::request_id::RequestId;
use crate::http::decided::LoggedDecision;
use crate::http::metrics::{Metrics, Seen};
use crate::http::problem::Problem;

/// Response extension: name of the API key used.
#[derive(Debug, Clone)]
pub(crate) struct KeyName(pub(crate) Arc<str>);

/// Response extension: the knowledge base that answered.
#[derive(Debug, Clone)]
pub(crate) struct KbName(pub(crate) Arc<KnowledgeBase>);

pub(crate) async fn record(
    State(metrics): State<Arc<Metrics>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = method_name(request.method());
    let id = request.extensions().get::<RequestId>().cloned();
    let request_id = id.as_ref().map_or("", RequestId::as_str);
    let path = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let span = tracing::info_span!("request", request_id);
    let trace = tracing::info_span!(target: TRACES, "request", otel.name = format!("{method} {path}"),
        otel.kind = "server", http.request.method = method, http.route = path, request_id,
        http.response.status_code = Empty, yingda.kb = Empty, yingda.decision = Empty, yingda.reason = Empty,
        yingda.faq_id = Empty, yingda.skill_group = Empty, yingda.channel = Empty, yingda.message_id = Empty);
    go_on(&trace, request.headers());
    let response = next.run(request).instrument(span).instrument(trace.clone()).await;
    let extensions = response.extensions();
    let logged = extensions.get::<LoggedDecision>();
    let seen = Seen {
        method,
        route: path,
        status: response.status(),
        seconds: started.elapsed().as_secs_f64(),
        kb: extensions.get::<KbName>().map_or("", |kb| kb.0.name()),
        decision: logged.map(|logged| logged.label),
    };
    metrics.request(&seen);
    record_in(&trace, &seen, logged);
    let key = extensions.get::<KeyName>().map_or("", |name| &*name.0);
    let code = extensions.get::<Problem>().map_or("", |problem| problem.code.name());
    log(&seen, request_id, key, code, logged);
    response
}

/// Makes a trace part of the one that the request came with.
fn go_on(trace: &Span, headers: &HeaderMap) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    telemetry::go_on(trace, header("traceparent"), header("tracestate"));
}

/// Tells a trace what came of its request.
fn record_in(trace: &Span, seen: &Seen<'_>, logged: Option<&LoggedDecision>) {
    trace.record("http.response.status_code", seen.status.as_u16());
    trace.record("yingda.kb", seen.kb);
    if let Some(LoggedDecision { label, message_id, channel, reason, faq_id, skill_group, .. }) = logged {
        trace.record("yingda.decision", label);
        trace.record("yingda.message_id", message_id);
        trace.record("yingda.channel", channel);
        trace.record("yingda.reason", reason);
        trace.record("yingda.faq_id", faq_id);
        trace.record("yingda.skill_group", skill_group);
    }
}

fn log(seen: &Seen<'_>, request_id: &str, key: &str, code: &str, logged: Option<&LoggedDecision>) {
    let status = seen.status.as_u16();
    let latency_ms = (seen.seconds * 1e6).round() / 1e3;
    let Seen { method, route, kb, .. } = *seen;
    if let Some(LoggedDecision {
        label: decision,
        message_id,
        conversation_id,
        channel,
        reason,
        faq_id,
        skill_group,
        confidence,
    }) = logged
    {
        tracing::info!(
            request_id,
            method,
            route,
            status,
            latency_ms,
            kb,
            key,
            decision,
            reason,
            faq_id,
            skill_group,
            confidence,
            channel,
            message_id,
            conversation_id,
            "answered a request"
        );
    } else if is_probe(route) {
        tracing::debug!(request_id, method, route, status, latency_ms, code, "probed");
    } else {
        tracing::info!(request_id, method, route, status, latency_ms, kb, key, code, "answered a request");
    }
}

/// Asked every few seconds by machines; at info they would bury the rest.
fn is_probe(route: &str) -> bool {
    matches!(route, "/livez" | "/readyz" | "/metrics")
}

/// Methods are the client's to invent, so that only known ones become labels.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
