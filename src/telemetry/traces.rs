//! Sends spans of requests to a collector, in the OpenTelemetry protocol over HTTP, protobuf. No customer's words are in
//! them: spans are made under [`TRACES`] alone, which the log leaves out.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Traces;

/// Target of the spans that are sent.
pub const TRACES: &str = "yingda_traces";
/// How long a collector may take; spans that it does not want wait for nobody.
const PATIENCE: Duration = Duration::from_secs(5);

/// What makes and sends spans; `None` where the configuration wants none.
pub(super) fn provider(traces: &Traces) -> Result<Option<SdkTracerProvider>, ExporterBuildError> {
    let Some(endpoint) = &traces.endpoint else { return Ok(None) };
    let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector(agent.into()))
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build()?;
    let resource = Resource::builder()
        .with_service_name("yingda")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(traces.share)));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build();
    Ok(Some(provider))
}

/// The layer that turns spans of [`TRACES`] into those of a provider.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let wanted = Targets::new().with_target(TRACES, LevelFilter::INFO);
    tracing_opentelemetry::layer().with_tracer(provider.tracer("yingda")).with_filter(wanted)
}

/// Makes a span part of the trace that a request came with: its `traceparent` and `tracestate` (W3C Trace Context).
pub fn go_on(span: &tracing::Span, traceparent: Option<&str>, tracestate: Option<&str>) {
    let Some(parent) = traceparent.filter(|_| !span.is_disabled()) else { return };
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let state = tracestate.map(|state| named("tracestate", state));
    let carrier: HashMap<String, String> = [named("traceparent", parent)].into_iter().chain(state).collect();
    // Refused only where the span has begun to be sent, which it has not.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
}

/// Posts to a collector. The exporter calls from a thread of its own, which may block.
#[derive(Debug)]
struct Collector(ureq::Agent);

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let sent = self.0.run(Request::from_parts(parts, body.to_vec()));
        let (parts, mut body) = sent.map_err(|error| Box::new(error) as Box<dyn Error + Send + Sync>)?.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?.into()))
    }
}
